"""The loss asks nothing where the labels are silent, and is the usual one where they are not."""

from __future__ import annotations

import math

import pytest
import torch
from monai.losses import DiceLoss
from torch.nn import functional

from PelvicBoneSegLab.training.loss import MarginalDiceCrossEntropy

FEMUR, HIP_BONE = 1, 2


def probabilities(*pixels):
    """Logits of shape (1, 3, 1, pixels) whose softmax is as given."""
    return torch.tensor(pixels).log().T[None, :, None]


def row(values, dtype):
    return torch.tensor([[values]], dtype=dtype)


def the_loss(logits, labels, silent):
    return MarginalDiceCrossEntropy((0, 1))(
        logits, row(labels, torch.int64), row(silent, torch.uint8)
    )


def test_cross_entropy_of_a_silent_background_adds_the_probabilities():
    """Femur there; background, silent about the femur; background that is one."""
    logits = probabilities([0.2, 0.7, 0.1], [0.3, 0.6, 0.1], [0.8, 0.1, 0.1])
    found = the_loss(logits, [FEMUR, 0, 0], [0, 0b01, 0])
    cross_entropy = -(math.log(0.7) + math.log(0.3 + 0.6) + math.log(0.8)) / 3
    small = 1e-5
    femur = 1 - (2 * 0.7 + small) / (1 + 0.7 + 0.1 + small)
    hip_bone = 1 - small / (0.1 + 0.1 + 0.1 + small)
    assert found.item() == pytest.approx((femur + hip_bone) / 2 + cross_entropy, abs=1e-5)


def test_silence_counts_only_where_the_label_is_background():
    logits = probabilities([0.2, 0.7, 0.1], [0.3, 0.6, 0.1])
    assert the_loss(logits, [FEMUR, HIP_BONE], [0b11, 0b11]) == the_loss(
        logits, [FEMUR, HIP_BONE], [0, 0]
    )


def test_nothing_pulls_between_background_and_a_bone_the_labels_are_silent_about():
    logits = torch.randn(1, 3, 1, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    the_loss(logits, [0, 0, FEMUR, 0], [0b01, 0b01, 0, 0]).backward()
    shares = logits.detach().softmax(dim=1)[0, :, 0, :2]
    gradient = logits.grad[0, :, 0, :2]
    # A step from background to femur that leaves their sum alone changes nothing.
    move = torch.stack([1 / shares[0], -1 / shares[1], torch.zeros(2)])
    assert (gradient * move).sum(dim=0).abs().max() < 1e-6
    # That it is no hip bone is still taught.
    assert (gradient[2] > 0.01).all()


def test_where_all_bones_are_open_the_gradient_is_zero():
    logits = torch.randn(1, 3, 1, 3, generator=torch.Generator().manual_seed(2)).requires_grad_()
    the_loss(logits, [0, 0, FEMUR], [0b11, 0b11, 0]).backward()
    assert logits.grad[..., :2].abs().max() < 1e-7
    assert logits.grad[..., 2].abs().max() > 0.01


def test_without_silence_it_is_dice_and_cross_entropy():
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(2, 5, 8, 8, generator=generator)
    labels = torch.randint(0, 5, (2, 8, 8), generator=generator)
    dice = DiceLoss(include_background=False, softmax=True, to_onehot_y=True, batch=True)
    expected = dice(logits, labels[:, None]) + functional.cross_entropy(logits, labels)
    found = MarginalDiceCrossEntropy((0, 1, 2, 3))(logits, labels, torch.zeros(2, 8, 8).byte())
    assert found.item() == pytest.approx(expected.item(), abs=1e-5)


def test_the_bits_are_those_of_the_bones_that_the_network_knows():
    logits = probabilities([0.25, 0.75])
    of_the_sacrum = MarginalDiceCrossEntropy((2,))
    sacrum_open, others_open = (
        of_the_sacrum(logits, row([0], torch.int64), row([bits], torch.uint8)).item()
        for bits in (0b100, 0b011)
    )
    assert sacrum_open == pytest.approx(0, abs=1e-5)
    assert others_open == pytest.approx(1 - math.log(0.25), abs=1e-4)


@pytest.mark.parametrize("scale", [1.0, 200.0, 1e4])
@pytest.mark.parametrize("silent", [0, 0b01, 0b11])
def test_it_stays_finite(scale, silent):
    logits = torch.tensor([[[[scale]], [[-scale]], [[0.0]]], [[[-scale]], [[scale]], [[0.0]]]])
    logits.requires_grad_()
    labels = torch.tensor([[[0]], [[0]]])
    loss = MarginalDiceCrossEntropy((0, 1))(
        logits, labels, torch.full((2, 1, 1), silent, dtype=torch.uint8)
    )
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()
