"""The sheet of the worst slices."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.small_dataset import configuration, write_dataset
from PelvicBoneSegLab.data.cases import iterate_scans
from PelvicBoneSegLab.training import worst_slices as module
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.worst_slices import write_worst_slices


@pytest.fixture
def scan(tmp_path):
    root = write_dataset(tmp_path / "data")
    config = TrainingConfig.from_content(configuration(root, tmp_path), Path("c.yaml"))
    return next(iterate_scans(config.datasets[0], validation=True))


@pytest.fixture
def drawn(monkeypatch):
    """What is drawn: truth and prediction of each slice."""
    real, pairs = module.draw_outlines, []

    def watched(background, truth, prediction, *rest):
        pairs.append((truth, prediction))
        return real(background, truth, prediction, *rest)

    monkeypatch.setattr(module, "draw_outlines", watched)
    return pairs


def test_the_slice_with_the_lowest_dice_is_drawn(scan, drawn, tmp_path):
    found = scan.labels.copy()
    found[4, 10:26][found[4, 10:26] == 1] = 0
    write_worst_slices([scan], [found], ["femur"], tmp_path / "out")
    ((truth, prediction),) = drawn
    assert (truth.sum(), prediction.sum()) == (22 * 16, 6 * 16)
    assert (tmp_path / "out.worst.png").read_bytes().startswith(b"\x89PNG")


def test_what_the_labels_are_silent_about_is_no_error(scan, drawn, tmp_path):
    found = scan.labels.copy()
    found[2, 10:14][found[2, 10:14] == 1] = 0  # a small error
    found[4, :10] = 1  # bone where the labels say nothing
    scan.silent[4, :10] = 0b1
    write_worst_slices([scan], [found], ["femur"], tmp_path / "out")
    ((truth, prediction),) = drawn
    assert (truth.sum(), prediction.sum()) == (22 * 16, 18 * 16)


def test_a_bone_that_is_nowhere_leaves_its_row_empty(scan, drawn, tmp_path):
    write_worst_slices([scan], [scan.labels], ["sacrum"], tmp_path / "out")
    assert drawn == []
    assert (tmp_path / "out.worst.png").is_file()
