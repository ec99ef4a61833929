"""The command measures a small dataset, and renews its block and pictures."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.label_ceiling import __main__ as command
from PelvicBoneSegLab.label_ceiling.compared_case import ComparedCase
from PelvicBoneSegLab.label_ceiling.pictures import draw_slice, most_wrong_slice
from segmentation.small_bundle import write_small_bundle


@pytest.fixture
def a_bundle_that_finds_the_truth_but_for_a_slice(tmp_path, monkeypatch):
    """Return an untrained bundle; in place of its result stands the truth, one slice short."""

    def compared(scan, segmenter):
        axes = scan.volume.axes
        image, truth, silent = (
            np.ascontiguousarray(axes.to_stack(array, "coronal"))
            for array in (scan.volume.voxels, scan.labels, scan.silent)
        )
        found = truth.copy()
        found[5] = 0
        spacing = axes.stack_spacing("coronal")
        return ComparedCase(scan.name, image, truth, found, silent, spacing, "coronal")

    monkeypatch.setattr(command, "compare_case", compared)
    return write_small_bundle(tmp_path / "small")


def test_the_block_and_the_pictures_are_renewed_and_the_rest_stays(
    a_bundle_that_finds_the_truth_but_for_a_slice, tmp_path
):
    content = configuration(write_dataset(tmp_path / "data"), tmp_path / "run")
    config = write_configuration(tmp_path / "config.yaml", content)
    page = tmp_path / "docs" / "label_ceiling.md"
    page.parent.mkdir()
    page.write_text("# By hand\n\n<!-- label-ceiling:begin -->\nold\n<!-- label-ceiling:end -->\n")
    bundle = str(a_bundle_that_finds_the_truth_but_for_a_slice)
    command.main([str(config), "--bundle", bundle, "--device", "cpu", "--page", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# By hand\n")
    assert "old" not in text
    # Three of four slices: 2 · 3 / (3 + 4).
    assert re.search(r"^\| Femur \| 0\.857 \| 0\.857 \| 1\.000 \|", text, re.MULTILINE)
    assert "CPTAC-UCEC" in text
    names = re.findall(r"\]\((images/.*?\.png)\)", text)
    assert names == [f"images/label_ceiling/{bone}_case_c_5.png" for bone in ("femur", "hip_bone")]
    for name in names:
        assert (page.parent / name).read_bytes().startswith(b"\x89PNG")


def test_the_most_wrong_slice_is_drawn_with_its_areas():
    truth = np.zeros((6, 80, 80), np.uint8)
    truth[1:5, 20:60, 20:60] = 1
    found = truth.copy()
    found[3, :, 40:] = 0
    image = np.random.default_rng(0).random(truth.shape)
    case = ComparedCase("c", image, truth, found, truth * 0, (5.0, 2.0, 2.0), "coronal")
    assert most_wrong_slice(case, "femur") == 3
    picture = draw_slice(case, "femur", 3)
    assert (picture.truth_mm2, picture.found_mm2) == (6400, 3200)
    assert picture.dice == pytest.approx(2 / 3)
    assert len(picture.png) < 250_000
