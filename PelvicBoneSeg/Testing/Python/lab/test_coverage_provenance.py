from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lab.small_dataset import SHAPE, configuration, write_case
from PelvicBoneSegLab.coverage.provenance import Provenance, provenance_rules
from PelvicBoneSegLab.data.cases import iterate_scans
from PelvicBoneSegLab.errors import TrainingDataError
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.segmentation.training_case import TrainingCase, write_training_case
from PelvicBoneSegLib.segmentation.volume import Volume

FEMUR_BIT, HIP_BIT, SACRUM_BIT, SPINE_BIT = (1 << bit for bit in range(4))
CORONAL = np.array([[4.0, 0, 0, -128], [0, 0, 5, -20], [0, -4, 0, 100], [0, 0, 0, 1]])
"""IJK→LPS: i to the left, the midline between voxels 31 and 32."""


def save(root: Path, name: str, labelled: list[str], verified: list[str]) -> np.ndarray:
    """Save a scan with a block for each labelled bone, as the panel does; return its labels."""
    labels = np.zeros(SHAPE, np.uint8)
    for segment in SEGMENTS:
        if segment.id in labelled:
            row = 12 * BONES.index(segment.bone)
            column = {"left": 40, "right": 8, None: 24}[segment.side]
            labels[2:6, row : row + 10, column : column + 16] = segment.label
    volume = Volume(100 + 10 * labels.astype(np.int16), CORONAL)
    provenance = {"labelled": labelled, "verified": verified, "segments": []}
    write_training_case(root, TrainingCase(name, volume, labels, provenance))
    return labels


def read(root: Path, name: str):
    content = configuration(root, root / "runs")
    content["datasets"][0]["labels"] = {segment.label: segment.bone for segment in SEGMENTS}
    content["datasets"][0]["validation"] = [name]
    config = TrainingConfig.from_content(content, Path("tests.yaml"))
    return next(iterate_scans(config.datasets[0], validation=True))


def test_bones_that_were_not_labelled_are_silent_everywhere(tmp_path):
    bones = ["left_femur", "right_femur", "sacrum"]
    labels = save(tmp_path, "case_1", bones, ["sacrum"])
    scan = read(tmp_path, "case_1")
    assert (scan.silent == np.where(labels == 0, HIP_BIT | SPINE_BIT, 0)).all()
    assert Provenance.read(tmp_path, "case_1").verified == {"sacrum"}


def test_a_bone_that_was_labelled_on_one_side_is_silent_on_the_other(tmp_path):
    bones = [one.id for one in SEGMENTS if one.id != "left_femur"]
    labels = save(tmp_path, "case_1", bones, bones)
    scan = read(tmp_path, "case_1")
    expected = np.zeros(SHAPE, np.uint8)
    expected[:, :, 32:] = FEMUR_BIT
    expected[labels != 0] = 0
    assert (scan.silent == expected).all()


def test_a_case_with_all_bones_leaves_nothing_open(tmp_path):
    save(tmp_path, "case_1", [segment.id for segment in SEGMENTS], [])
    assert not read(tmp_path, "case_1").silent.any()


def test_a_case_that_the_panel_did_not_save_has_no_rules(tmp_path):
    write_case(tmp_path, "case_1", np.ones(SHAPE, np.int16), np.ones(SHAPE, np.uint8))
    assert provenance_rules(tmp_path, "case_1") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "no readable JSON"),
        ("[]", "format is None, not 1"),
        (json.dumps({"format": 2}), "format is 2, not 1"),
        (json.dumps({"format": 1, "verified": []}), "'labelled' is no list"),
        (json.dumps({"format": 1, "labelled": ["skull"], "verified": []}), "'labelled' is no list"),
        (json.dumps({"format": 1, "labelled": [], "verified": "all"}), "'verified' is no list"),
    ],
)
def test_an_account_that_cannot_be_understood_is_refused(tmp_path, content, reason):
    (tmp_path / "provenance").mkdir()
    (tmp_path / "provenance" / "case_1.json").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingDataError, match=f"case_1.json: .*{reason}"):
        provenance_rules(tmp_path, "case_1")
