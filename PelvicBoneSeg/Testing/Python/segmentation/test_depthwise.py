"""Depthwise convolutions in float32, the rest in bfloat16: what is computed in which precision."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from PelvicBoneSegLib.segmentation.depthwise import keep_depthwise_in_float32
from PelvicBoneSegLib.segmentation.network import create_network
from segmentation.small_bundle import ARCHITECTURE


@pytest.fixture
def a_block():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8)
    )


@pytest.fixture
def images():
    return torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def dtypes_of(module, run):
    """Return the data types of a module's input and output while `run` runs."""
    seen = []
    handle = module.register_forward_hook(
        lambda _, inputs, output: seen.append((inputs[0].dtype, output.dtype))
    )
    run()
    handle.remove()
    return seen


def autocast(network, images):
    with torch.autocast("cpu", torch.bfloat16):
        return network(images)


def test_the_convolution_is_as_exact_as_float32_and_hands_on_bfloat16(a_block, images):
    plain = copy.deepcopy(a_block)
    keep_depthwise_in_float32(a_block)
    hidden = torch.randn(2, 8, 16, 16).bfloat16()
    exact = plain[1](hidden.float())
    assert autocast(a_block[1], hidden).equal(exact.bfloat16())
    # With 24 bits the weights count in full; autocast alone rounds them to 8.
    assert not autocast(plain[1], hidden).equal(exact.bfloat16())
    run = lambda: autocast(a_block, images)  # noqa: E731
    assert dtypes_of(a_block[2], run) == [(torch.bfloat16, torch.bfloat16)]


def test_without_autocast_nothing_changes(a_block, images):
    expected = copy.deepcopy(a_block).eval()(images)
    keep_depthwise_in_float32(a_block)
    assert a_block.eval()(images).equal(expected)


def test_only_depthwise_convolutions_change(a_block):
    kinds = [type(module) for module in a_block]
    keep_depthwise_in_float32(a_block)
    assert [type(module) is kind for module, kind in zip(a_block, kinds, strict=True)] == [
        True, False, True,
    ]  # fmt: skip
    changed = type(a_block[1])
    keep_depthwise_in_float32(a_block)
    assert type(a_block[1]) is changed


def test_a_network_keeps_its_state_and_padding_and_can_be_averaged(images):
    network = create_network(ARCHITECTURE, 3, 5).eval()
    images = nn.functional.interpolate(images, (64, 64))
    names, expected = list(network.state_dict()), network(images).detach()
    keep_depthwise_in_float32(network)
    average = AveragedModel(network, use_buffers=True)
    average.update_parameters(network)
    assert list(network.state_dict()) == names == list(copy.deepcopy(network).state_dict())
    assert average.module(images).equal(expected)
    close = autocast(copy.deepcopy(network), images).float()
    assert torch.allclose(close, expected, atol=0.05 * float(expected.abs().max()))


def test_gradients_are_those_of_float32(a_block):
    hidden, wanted = (torch.randn(2, 8, 16, 16) for _ in range(2))
    plain = copy.deepcopy(a_block[1])
    keep_depthwise_in_float32(a_block)
    (autocast(a_block[1], hidden.bfloat16()).float() * wanted).sum().backward()
    (plain(hidden.bfloat16().float()) * wanted).sum().backward()
    for ours, theirs in zip(a_block[1].parameters(), plain.parameters(), strict=True):
        assert ours.grad.dtype is torch.float32
        # The gradient that comes in was rounded to 8 bits.
        assert torch.allclose(ours.grad, theirs.grad, atol=2**-8 * float(theirs.grad.abs().max()))
