"""Scans with their labels, as files and as slices of the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from lab.small_dataset import SHAPE, configuration, write_case, write_dataset
from PelvicBoneSegLab.data.cases import class_indices, dice_by_bone, iterate_scans
from PelvicBoneSegLab.data.stacks import make_stack
from PelvicBoneSegLab.errors import TrainingDataError
from PelvicBoneSegLab.training.config import TrainingConfig


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "data")


@pytest.fixture
def config(root):
    return TrainingConfig.from_content(configuration(root, root / "out"), Path("c.yaml"))


def scans_of(config):
    return list(iterate_scans(config.datasets[0], validation=False))


def test_stacks_have_the_networks_spacing_and_class_indices(config):
    stack = make_stack(scans_of(config)[0], {**config.model, "spacing_mm": 4.0}, "coronal")
    assert stack.image.shape == (8, 32, 32)
    assert stack.slice_spacing == pytest.approx(5)
    assert (stack.labels[3, 5:15, 4:12] == 1).all()
    assert int((stack.labels == 2).sum()) == 4 * 10 * 10


def test_silent_voxels_lie_on_the_slices_as_the_labels_do(config):
    config.datasets[0]["coverage"] = [{"bone": "sacrum", "silent": "everywhere"}]
    stack = make_stack(scans_of(config)[0], {**config.model, "spacing_mm": 4.0}, "axial")
    assert stack.silent.shape == stack.labels.shape == (64, 10, 32)
    assert ((stack.silent == 0b100) == (stack.labels == 0)).all()


def test_bones_are_told_apart():
    truth = np.array([0, 1, 1, 2, 3])
    found = np.array([0, 1, 2, 2, 0])
    assert dice_by_bone(found, truth) == {
        "femur": pytest.approx(2 / 3),
        "hip_bone": pytest.approx(2 / 3),
        "sacrum": 0,
        "lumbar_spine": None,
    }


def test_channels_of_a_network_of_some_bones_become_class_indices():
    found = class_indices(np.array([0, 1, 2]), ("hip_bone", "sacrum"))
    assert found.tolist() == [0, 2, 3]


def test_an_unknown_label_value_names_the_file(root, config):
    labels = np.zeros(SHAPE, np.uint8)
    labels[2] = 9
    write_case(root, "case_b", np.arange(labels.size).reshape(SHAPE), labels)
    with pytest.raises(TrainingDataError, match=r"case_b.*unknown label values \[9\]"):
        scans_of(config)


def test_an_empty_label_map_names_the_file(root, config):
    voxels = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    write_case(root, "case_b", voxels, np.zeros(SHAPE, np.uint8))
    with pytest.raises(TrainingDataError, match=r"case_b.*no voxel is labelled"):
        scans_of(config)


def test_a_label_map_on_another_grid_names_the_file(root, config):
    path = str(root / "labels" / "case_b.nii.gz")
    labels = sitk.ReadImage(path)
    labels.SetOrigin((1, 0, 0))
    sitk.WriteImage(labels, path)
    with pytest.raises(TrainingDataError, match=r"case_b.*geometry"):
        scans_of(config)


def test_a_missing_label_map_names_the_image(root, config):
    (root / "labels" / "case_b.nii.gz").unlink()
    with pytest.raises(TrainingDataError, match=r"case_b.*no label map"):
        scans_of(config)


def test_a_damaged_label_map_is_named(root, config):
    path = root / "labels" / "case_b.nii.gz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(TrainingDataError, match=r"labels.*case_b.*not a complete image"):
        scans_of(config)
