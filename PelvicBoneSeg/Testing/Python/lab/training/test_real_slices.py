"""Slices drawn from scans: image, labels and silent bits are those of the same slice."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from PelvicBoneSegLab.data.stacks import TrainingStack
from PelvicBoneSegLab.training.augmentation import Augmentation
from PelvicBoneSegLab.training.real_slices import RealSlices
from PelvicBoneSegLib.segmentation.orientation import PLANES

SLICES, PATCH = 6, 32
FIRST = {"axial": (1, 21), "coronal": (41, 61), "sagittal": (81, 101)}
"""Number of the first slice of either scan; the others follow."""


def a_stack(first: int, labelled=range(SLICES)) -> TrainingStack:
    """Slices numbered from `first` on: the number is in image (hundredths), labels and silent."""
    numbers = torch.arange(first, first + SLICES)[:, None, None].expand(-1, PATCH, PATCH)
    labels = torch.zeros_like(numbers)
    labels[list(labelled)] = numbers[list(labelled)]
    return TrainingStack((numbers / 100).half(), labels.byte(), numbers.byte(), slice_spacing=5.0)


@pytest.fixture
def unchanged(a_configuration):
    """An augmentation that leaves a slice as it is."""
    still = dict.fromkeys(a_configuration["augmentation"], 0) | {
        "scale": [1, 1], "gamma": [1, 1], "blur_px": 1
    }  # fmt: skip
    return Augmentation(still, PATCH, spacing_mm=2.0)


@pytest.fixture
def draw(unchanged):
    def draw(stacks, planes, count, offsets_mm=(-5, 0, 10)):
        source, rng = RealSlices(stacks, planes, offsets_mm, unchanged), np.random.default_rng(1)
        return [source.draw(rng) for _ in range(count)]

    return draw


def number_of(pixels: np.ndarray) -> int:
    """Return the number that all pixels have."""
    (number,) = np.unique(np.round(pixels).astype(int))
    return int(number)


@pytest.mark.parametrize("plane", PLANES)
def test_image_labels_and_silent_bits_are_of_one_slice(draw, plane):
    stacks = {plane: [a_stack(first) for first in FIRST[plane]]}
    drawn = set()
    for sample in draw(stacks, {plane: 1.0}, 100):
        number = number_of(sample.labels)
        assert number_of(sample.silent) == number
        first = max(start for start in FIRST[plane] if start <= number)
        # 5 mm before, the slice, 10 mm after; the outermost slices are repeated.
        expected = np.clip([number - 1, number, number + 2], first, first + SLICES - 1)
        assert [number_of(channel * 100) for channel in sample.image] == expected.tolist()
        drawn.add(number)
    assert drawn == {first + place for first in FIRST[plane] for place in range(SLICES)}


def test_planes_are_drawn_by_their_shares(draw):
    stacks = {plane: [a_stack(first) for first in FIRST[plane]] for plane in PLANES}
    planes = {"sagittal": 1.0, "axial": 3.0}
    samples = draw(stacks, planes, 600)
    counts = Counter(number_of(sample.silent) // 40 for sample in samples)
    assert set(counts) == {0, 2}  # axial and sagittal
    assert counts[0] / 600 == pytest.approx(0.75, abs=0.05)


def test_most_slices_show_bone_and_some_are_any(draw):
    stacks = {"coronal": [a_stack(1, labelled=(2, 3))]}
    samples = draw(stacks, {"coronal": 1.0}, 600)
    counts = Counter(number_of(sample.silent) for sample in samples)
    assert set(counts) == set(range(1, SLICES + 1))
    assert all(sample.labels.any() == (number_of(sample.silent) in (3, 4)) for sample in samples)
    # Four of five are drawn from the two with bone, the fifth from all six.
    assert (counts[3] + counts[4]) / 600 == pytest.approx(0.8 + 0.2 / 3, abs=0.04)
