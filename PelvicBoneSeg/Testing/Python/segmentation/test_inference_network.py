"""Networks rewritten for inference: the same answers from fewer operations."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from PelvicBoneSegLib.segmentation.batch_norm import fold_batch_norms
from PelvicBoneSegLib.segmentation.inference_network import rewrite_for_inference
from PelvicBoneSegLib.segmentation.module_tree import replace_modules
from PelvicBoneSegLib.segmentation.network import create_network
from PelvicBoneSegLib.segmentation.upsampled_convolution import FusedBlock, doubled_kernel

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def in_float64():
    """Untrained networks magnify rounding; in float64 hardly any of it is left to hide behind."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def images():
    return torch.randn(1, 3, 128, 160, generator=torch.Generator().manual_seed(1))


def a_trained_network(**architecture):
    """Return a network whose batch norms change their input, as those of a new one hardly do."""
    torch.manual_seed(0)
    network = create_network(architecture, 3, 5).eval().requires_grad_(False)
    for norm in batch_norms(network):
        norm.running_mean.normal_(0, 0.1)
        norm.running_var.uniform_(0.5, 2)
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.1)
    return network


def batch_norms(network):
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def fused_blocks(network):
    return [module for module in network.modules() if isinstance(module, FusedBlock)]


def greatest_difference(a, b):
    """Return the greatest difference as a share of the greatest value of `a`."""
    return float((a - b).abs().max() / a.abs().max())


@pytest.mark.parametrize(
    ("arch", "encoder", "norms_left", "blocks_fused"),
    [
        ("unet", "resnet34", 0, 5),
        ("unet", "tu-efficientnet_lite0", 0, 5),
        # The head of the old name's encoder has a batch norm that never runs.
        ("unet", "timm-tf_efficientnet_lite0", 1, 5),
        ("unetplusplus", "resnet34", 0, 11),
        ("deeplabv3", "tu-efficientnet_lite0", 0, 0),
        ("deeplabv3plus", "resnet34", 0, 0),
        # Its transposed convolutions are not folded.
        ("linknet", "resnet34", 5, 0),
        ("pan", "resnet34", 0, 0),
    ],
)
def test_a_rewritten_network_says_the_same(arch, encoder, norms_left, blocks_fused, images):
    network = a_trained_network(arch=arch, encoder_name=encoder)
    expected = network(images)
    rewritten = rewrite_for_inference(network, 3, CPU)
    assert len(batch_norms(rewritten)) == norms_left
    assert len(fused_blocks(rewritten)) == blocks_fused
    assert greatest_difference(expected, rewritten(images)) < 1e-8


@pytest.mark.parametrize(
    "option", [{"decoder_attention_type": "scse"}, {"decoder_interpolation": "bilinear"}]
)
def test_a_decoder_that_does_more_than_double_stays_as_it_is(option, images):
    network = a_trained_network(arch="unet", encoder_name="resnet34", **option)
    expected = network(images)
    rewritten = rewrite_for_inference(network, 3, CPU)
    assert not fused_blocks(rewritten)
    assert greatest_difference(expected, rewritten(images)) < 1e-8


def test_for_other_devices_only_the_batch_norms_are_folded():
    network = a_trained_network(arch="unet", encoder_name="resnet34")
    rewritten = rewrite_for_inference(network, 3, torch.device("cuda"))
    assert (len(batch_norms(rewritten)), len(fused_blocks(rewritten))) == (0, 0)


def test_a_doubled_kernel_is_doubling_and_convolving():
    weight, image = torch.randn(4, 3, 3, 3), torch.randn(2, 3, 5, 7)
    large = functional.interpolate(image, scale_factor=2, mode="nearest")
    expected = functional.conv2d(large, weight, padding=1)
    found = functional.conv_transpose2d(image, doubled_kernel(weight), stride=2, padding=1)
    assert found.shape == (2, 4, 10, 14)
    assert torch.allclose(found, expected, atol=1e-12)


class TwoReaders(nn.Module):
    """The convolution's output goes to the batch norm and past it."""

    def __init__(self):
        super().__init__()
        self.convolution, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

    def forward(self, images):
        found = self.convolution(images)
        return self.norm(found) + found


class TwoRuns(TwoReaders):
    """One convolution, before a batch norm and again on its own."""

    def forward(self, images):
        return self.convolution(self.norm(self.convolution(images)))


class ScaledWeights(nn.Conv2d):
    """As in networks that standardise weights: what is stored is not what is used."""

    def forward(self, images):
        return functional.conv2d(images, self.weight / self.weight.std(), self.bias)


@pytest.mark.parametrize(
    "make",
    [TwoReaders, TwoRuns, lambda: nn.Sequential(ScaledWeights(3, 3, 1), nn.BatchNorm2d(3))],
)
def test_what_cannot_be_folded_is_left_alone(make, images):
    network = make().eval().requires_grad_(False)
    batch_norms(network)[0].running_var.fill_(4.0)
    expected = copy.deepcopy(network)(images)
    fold_batch_norms(network, images)
    assert len(batch_norms(network)) == 1
    assert network(images).equal(expected)


def test_a_module_is_replaced_at_each_of_its_places():
    shared, other = nn.ReLU(), nn.Identity()
    network = nn.Sequential(shared, nn.Sequential(shared), nn.Sigmoid())
    replace_modules(network, {shared: other})
    assert network[0] is network[1][0] is other
    assert isinstance(network[2], nn.Sigmoid)
