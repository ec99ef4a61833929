"""Normalisation, resampling and channels, by values worked out by hand."""

from __future__ import annotations

import pytest
import torch

from PelvicBoneSegLib.segmentation.preparation import (
    gather_channels,
    network_size,
    normalise,
    pad_to_stride,
    resample_in_plane,
)


def test_percentiles_become_minus_one_and_one():
    stack = torch.arange(1001.0).reshape(7, 11, 13)
    result = normalise(stack, 10, 90)
    assert result.reshape(-1)[100] == pytest.approx(-1)
    assert result.reshape(-1)[900] == pytest.approx(1)
    assert result.min() == -1
    assert result.max() == pytest.approx(2 * (1000 - 100) / 800 - 1)


def test_brightness_and_contrast_of_the_scan_do_not_matter():
    stack = torch.rand(5, 20, 20)
    assert torch.allclose(normalise(stack, 1, 99), normalise(stack * 37 + 400, 1, 99), atol=1e-4)


def test_one_bright_voxel_in_a_black_scan_is_still_scaled():
    stack = torch.zeros(5, 20, 20)
    stack[2, 3, 4] = 50
    result = normalise(stack, 1, 99)
    assert result[2, 3, 4] == 1
    assert result[0, 0, 0] == -1


@pytest.mark.parametrize("slices", [390, 391])
def test_the_sample_sees_the_body_whatever_the_number_of_slices(slices):
    """With 391 slices of 256×256 every n-th voxel would lie in one column, of air."""
    stack = torch.rand(slices, 256, 256) * 20
    stack[:, 64:192, 64:192] += 500
    result = normalise(stack, 1, 99)
    assert result[:, 64:192, 64:192].max() <= 1.1


def test_network_size_keeps_the_field_of_view():
    assert network_size((40, 384, 300), (5.2, 0.9, 1.0), 1.37) == (252, 219)


def test_resampling_keeps_the_mean_and_the_place():
    stack = torch.zeros(1, 64, 64)
    stack[0, 16:32, 32:48] = 1
    small = resample_in_plane(stack, (32, 32))
    assert small.mean() == pytest.approx(stack.mean().item(), abs=1e-3)
    assert small[0, 12, 20] == pytest.approx(1)
    assert small[0, 20, 20] == pytest.approx(0)


def test_padding_goes_to_multiples_of_32_at_the_ends():
    padded = pad_to_stride(torch.ones(2, 33, 64))
    assert padded.shape == (2, 64, 64)
    assert (padded[:, :33] == 1).all()
    assert (padded[:, 33:] == -1).all()


def test_channels_lie_at_physical_offsets():
    stack = torch.arange(10.0).reshape(10, 1, 1).expand(10, 2, 2)
    channels = gather_channels(stack, torch.tensor([4]), spacing=4.0, offsets_mm=(-6, 0, 2))
    assert channels[0, :, 0, 0].tolist() == pytest.approx([2.5, 4, 4.5])


def test_beyond_the_ends_the_last_slice_is_repeated():
    stack = torch.arange(3.0).reshape(3, 1, 1)
    channels = gather_channels(stack, torch.tensor([0, 2]), spacing=1.0, offsets_mm=(-5, 5))
    assert channels[..., 0, 0].tolist() == [[0, 2], [0, 2]]
