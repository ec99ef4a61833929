"""Image and labels move together, and intensities change only as far as they are told."""

from __future__ import annotations

import pytest
import torch

from PelvicBoneSegLab.training.augmentation import Augmentation

NOTHING = {
    "rotation_deg": [0, 0],
    "scale": [1, 1],
    "shift": [0, 0],
    "flip": 0.0,
    "gamma": [0, 0],
    "contrast": [1, 1],
    "brightness": [0, 0],
    "bias_field": [0, 0],
    "noise": [0, 0],
    "blur": 0.0,
}


@pytest.fixture
def a_batch():
    """A bright block, not symmetric to anything, in slices that are not square."""
    labels = torch.zeros(6, 64, 96, dtype=torch.uint8)
    labels[:, 12:30, 40:80] = 1
    images = labels[:, None].float().expand(-1, 3, -1, -1) * 2 - 1
    return images, labels


def augment(batch, patch=64, **changes):
    generator = torch.Generator().manual_seed(3)
    return Augmentation({**NOTHING, **changes}, patch, generator)(*batch)


def test_nothing_asked_changes_nothing_but_the_crop(a_batch):
    images, labels = augment(a_batch)
    assert torch.equal(labels, a_batch[1][:, :, 16:80].long())
    assert torch.allclose(images, a_batch[0][:, :, :, 16:80], atol=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"rotation_deg": [20, 40]},
        {"scale": [0.7, 0.8]},
        {"shift": [0.1, 0.2]},
        {"flip": 1.0},
        {"rotation_deg": [-30, 30], "scale": [0.8, 1.2], "shift": [-0.1, 0.1], "flip": 0.5},
    ],
)
def test_labels_follow_the_image(a_batch, changes):
    images, labels = augment(a_batch, patch=96, **changes)
    unmoved = augment(a_batch, patch=96)[1]
    agree = ((images[:, 1] > 0) == (labels == 1)).float().mean()
    assert agree > 0.985
    assert not torch.equal(labels, unmoved)


def test_a_rotation_keeps_the_area_also_where_slices_are_not_square(a_batch):
    _, labels = augment(a_batch, patch=96, rotation_deg=[90, 90])
    assert labels.sum(dim=(1, 2)).float().mean() == pytest.approx(18 * 40, rel=0.03)
    rows = labels[0].any(dim=1).sum()
    columns = labels[0].any(dim=0).sum()
    assert (int(rows), int(columns)) == (pytest.approx(40, abs=1), pytest.approx(18, abs=1))


def test_scale_changes_the_area_by_its_square(a_batch):
    _, labels = augment(a_batch, patch=96, scale=[0.5, 0.5])
    assert labels.sum(dim=(1, 2)).float().mean() == pytest.approx(18 * 40 / 4, rel=0.1)


@pytest.mark.parametrize(
    "changes",
    [
        {"gamma": [0.3, 0.3]},
        {"contrast": [1.3, 1.3]},
        {"brightness": [0.2, 0.2]},
        {"bias_field": [0.2, 0.2]},
        {"noise": [0.1, 0.1]},
        {"blur": 1.0},
    ],
)
def test_intensity_changes_leave_the_labels_alone(a_batch, changes):
    images, labels = augment(a_batch, **changes)
    plain_images, plain_labels = augment(a_batch)
    assert torch.equal(labels, plain_labels)
    assert not torch.allclose(images, plain_images, atol=1e-2)
    assert images.isfinite().all()


def test_the_same_seed_gives_the_same_batch(a_batch):
    settings = {"rotation_deg": [-30, 30], "noise": [0, 0.1], "bias_field": [0, 0.2]}
    first, second = (augment(a_batch, **settings)[0] for _ in range(2))
    assert torch.equal(first, second)
