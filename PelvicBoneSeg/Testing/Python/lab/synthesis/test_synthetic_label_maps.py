"""Tissue maps of label maps without images."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLab.errors import TrainingDataError
from PelvicBoneSegLab.synthesis import tissue_maps_from_labels
from PelvicBoneSegLab.synthesis.tissue_map import Kind
from PelvicBoneSegLib.anatomy import BONES

NAMES = {1: "hip_bone", 2: "femur", 3: "sacrum", 4: "lumbar_spine"}
SPINE = BONES.index("lumbar_spine") + 1
SPACING = (1.5, 1.5, 3.0)


def write(path, array, spacing=SPACING, origin=(0, 0, 0)):
    image = sitk.GetImageFromArray(array.astype(np.uint8))
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))


@pytest.fixture
def a_body():
    """Labels (k upwards, j to the back, i to the left) and the body around them."""
    labels = np.zeros((40, 60, 70), np.uint8)
    for start in (20, 28):  # two vertebrae with a disc of 6 mm between
        labels[start : start + 6, 30:54, 25:45] = 4
        labels[start : start + 6, 42:50, 31:39] = 0  # the canal
    labels[6:18, 20:32, 8:20] = 2
    labels[6:18, 20:32, 24:34] = 17  # a muscle
    body = np.zeros(labels.shape, bool)
    body[:, 4:-4, 4:-4] = True
    return labels, body


@pytest.fixture
def a_dataset(tmp_path, a_body):
    labels, body = a_body
    write(tmp_path / "A_label.nii.gz", labels)
    write(tmp_path / "A_body.nii.gz", body)
    return {
        "root": tmp_path,
        "labels": NAMES,
        "label_maps": {"labels": "*_label.nii.gz", "body": "*_body.nii.gz"},
    }


def test_a_map_has_bones_where_the_labels_have_them(a_dataset, a_body):
    (body,) = tissue_maps_from_labels(a_dataset)
    assert body.name == "A"
    classes, kinds = body.classes[body.tissues], body.kinds[body.tissues]
    femur = np.argwhere(classes == 1)
    assert len(femur) == pytest.approx((a_body[0] == 2).sum() * 2, rel=0.05)
    # Canonical: the femur lies below the spine, in front of it and to its right.
    assert (femur.mean(0) * (1, -1, -1) > np.argwhere(classes == SPINE).mean(0) * (1, -1, -1)).all()
    # Cortex surrounds marrow.
    low, high = femur.min(0), femur.max(0)
    assert kinds[tuple((low + high) // 2)] == Kind.MARROW
    assert (kinds[low[0], low[1] : high[1], low[2] : high[2]] == Kind.CORTEX).mean() > 0.8
    # What is no bone is never of a bone's class.
    assert (kinds[classes == 0] != Kind.MARROW).all()
    assert body.classes[body.tissues][[0, -1]].max() == 0


def test_discs_belong_to_the_spine_and_its_canal_is_left_open(a_dataset):
    (body,) = tissue_maps_from_labels(a_dataset)
    classes, kinds = body.classes[body.tissues], body.kinds[body.tissues]
    where = np.argwhere(classes == SPINE)
    top, bottom = where[:, 0].min(), where[:, 0].max()
    # In front of the canal, in the middle between right and left.
    column = (slice(None), where[:, 1].min() + 5, int(where[:, 2].mean()))
    assert (classes[column][top : bottom + 1] == SPINE).all()
    assert Kind.DISC in kinds[column]
    silent = np.argwhere(body.silent == 1 << (SPINE - 1))
    np.testing.assert_allclose(silent.mean(0)[1:], where.mean(0)[1:] + (4, 0), atol=4)
    assert (classes[body.silent > 0] == 0).all()


def test_a_case_is_always_the_same(a_dataset):
    (one,), (again,) = (tissue_maps_from_labels(a_dataset) for _ in range(2))
    np.testing.assert_array_equal(one.tissues, again.tissues)


def test_a_flipped_file_gives_the_same_bones(a_dataset, a_body):
    (straight,) = tissue_maps_from_labels(a_dataset)
    for part, array in zip(("label", "body"), a_body, strict=True):
        image = sitk.GetImageFromArray(array.astype(np.uint8)[::-1, :, ::-1])
        image.SetSpacing(SPACING)
        image.SetDirection((-1, 0, 0, 0, 1, 0, 0, 0, -1))
        sitk.WriteImage(image, str(a_dataset["root"] / f"A_{part}.nii.gz"))
    (flipped,) = tissue_maps_from_labels(a_dataset)
    np.testing.assert_array_equal(
        flipped.classes[flipped.tissues], straight.classes[straight.tissues]
    )


def test_left_and_right_may_have_one_number_or_two(a_dataset, a_body):
    labels, _ = a_body
    other_side = np.s_[6:18, 20:32, 50:62]
    labels[other_side] = 2
    write(a_dataset["root"] / "A_label.nii.gz", labels)
    (one,) = tissue_maps_from_labels(a_dataset)
    labels[other_side] = 5
    write(a_dataset["root"] / "A_label.nii.gz", labels)
    (two,) = tissue_maps_from_labels({**a_dataset, "labels": {**NAMES, 5: "femur"}})
    np.testing.assert_array_equal(two.tissues, one.tissues)
    femur_voxels = (two.classes[two.tissues] == 1).sum()
    assert femur_voxels == pytest.approx(2 * (labels == 5).sum() * 2, rel=0.05)


def test_a_body_mask_may_be_rounded_otherwise(a_dataset, a_body):
    (expected,) = tissue_maps_from_labels(a_dataset)
    write(a_dataset["root"] / "A_body.nii.gz", a_body[1], spacing=(1.5001, 1.5, 3.0))
    (found,) = tissue_maps_from_labels(a_dataset)
    np.testing.assert_array_equal(found.tissues, expected.tissues)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda root: (root / "A_body.nii.gz").unlink(), "no body mask"),
        (lambda root: (root / "A_label.nii.gz").unlink(), "no label map"),
        (lambda root: write(root / "A_body.nii.gz", np.ones((3, 4, 5))), "size"),
        (
            lambda root: write(root / "A_body.nii.gz", np.ones((40, 60, 70)), origin=(0, 0, 60)),
            r"geometry is not that of .*A_label.nii.gz \(origin differ\)",
        ),
        (lambda root: write(root / "A_label.nii.gz", np.zeros((40, 60, 70))), "none of its labels"),
        (lambda root: write(root / "A_label.nii.gz", np.full((40, 60, 70), 250)), "outside 0 to"),
        (lambda root: (root / "A_label.nii.gz").write_bytes(b"no image"), "not a complete image"),
    ],
)
def test_what_cannot_be_used_is_named(a_dataset, spoil, reason):
    spoil(a_dataset["root"])
    with pytest.raises(TrainingDataError, match=reason) as caught:
        tissue_maps_from_labels(a_dataset)
    assert str(a_dataset["root"]) in str(caught.value)


def test_the_ct_label_maps_are_the_right_way_round():
    root = Path(os.environ.get("PELVICBONESEG_DATA", "../shared/data")) / "pelvic_ct_labelmaps"
    if not root.is_dir():
        pytest.skip(f"{root} is not here")
    body, *others = tissue_maps_from_labels(
        {
            "root": root,
            "labels": NAMES,
            "label_maps": {
                "labels": "*004_label.nii.gz", "body": "*004_bodymask.nii.gz"
            },
        }
    )  # fmt: skip
    assert others, "its hip bones meet, so there are several sets of organs"
    classes = body.classes[body.tissues]
    femur, hip, sacrum, spine = (np.argwhere(classes == n).mean(0) for n in (1, 2, 3, 4))
    # Superior→inferior and anterior→posterior.
    assert spine[0] < sacrum[0] < hip[0] < femur[0]
    assert sacrum[1] > hip[1] + 20 / 1.5
    assert (body.silent > 0).any()
