"""In which precision a device trains."""

from __future__ import annotations

import pytest
import torch

from PelvicBoneSegLab.training.precision import trains_in_bfloat16


@pytest.mark.parametrize(("has_instructions", "expected"), [(True, True), (False, False)])
def test_a_graphics_card_trains_in_bfloat16_where_it_has_it(
    monkeypatch, has_instructions, expected
):
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: has_instructions or including_emulation,
    )
    assert trains_in_bfloat16(torch.device("cuda")) is expected


def test_apple_trains_in_float32():
    assert trains_in_bfloat16(torch.device("mps")) is False
