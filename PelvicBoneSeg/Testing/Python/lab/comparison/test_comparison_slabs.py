"""Slabs for the 3D network: image and labels turned alike, all slices of a slab too."""

from __future__ import annotations

import numpy as np
import torch

from lab.small_dataset import configuration
from PelvicBoneSegLab.comparison.volumetric.slabs import Slabs
from PelvicBoneSegLab.data.stacks import TrainingStack
from PelvicBoneSegLab.training.augmentation import Augmentation


def slabs(tmp_path, shape=(4, 32, 32), **settings) -> Slabs:
    labels = torch.zeros(10, 48, 64, dtype=torch.uint8)
    labels[3:8, 10:30, 20:40] = 2
    image = torch.where(labels > 0, 1.0, -1.0).half()
    stack = TrainingStack(image, labels, labels.clone(), 5.0)
    augmentation = configuration(tmp_path, tmp_path)["augmentation"]
    augmentation.update(appearance=0, **settings)
    return Slabs([stack], shape, Augmentation(augmentation, shape[1], 2.0))


def test_image_and_labels_of_a_slab_stay_together(tmp_path):
    source = slabs(tmp_path)
    for seed in range(5):
        sample = source.draw(np.random.default_rng(seed))
        assert sample.image.shape == sample.labels.shape == sample.silent.shape == (4, 32, 32)
        assert np.array_equal(sample.labels, sample.silent)
        assert np.mean((sample.image > 0) == (sample.labels > 0)) > 0.98


def test_all_slices_of_a_slab_are_turned_alike(tmp_path):
    source = slabs(tmp_path, rotation_deg=40)
    labels = source.draw(np.random.default_rng(1)).labels
    shown = labels[labels.any(axis=(1, 2))]
    assert len(shown) >= 2
    assert (shown == shown[0]).all()


def test_equal_states_give_equal_slabs(tmp_path):
    source = slabs(tmp_path)
    first, second = (source.draw(np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.image, second.image)


def test_a_scan_with_fewer_slices_than_a_slab_repeats_its_last(tmp_path):
    sample = slabs(tmp_path, (12, 32, 32)).draw(np.random.default_rng(0))
    assert sample.labels.shape == (12, 32, 32)
    assert np.array_equal(sample.labels[-1], sample.labels[-2])
