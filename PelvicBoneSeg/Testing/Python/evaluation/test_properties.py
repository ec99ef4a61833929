"""What holds for any masks, whatever they look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evaluation.shapes import matrix, one_bone, reordered
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices

FEW = settings(max_examples=60, deadline=None)
ROUNDING = 1e-5
"""Relative: ITK measures distances in single precision."""

SPACINGS = st.tuples(*[st.sampled_from([0.5, 0.911, 1.0, 2.0, 5.2])] * 3)


@st.composite
def pairs(draw):
    """Two label maps on one grid, of which either may be empty."""
    shape = draw(st.tuples(*[st.integers(1, 6)] * 3))
    masks = [draw(arrays(bool, shape)) for _ in range(2)]
    ijk_to_lps = matrix(draw(SPACINGS), origin=(-120.0, 35.5, 7.25))
    return tuple(one_bone(mask, ijk_to_lps=ijk_to_lps) for mask in masks)


def values(metrics):
    """Return what does not depend on which of the two is the truth; NaN if not defined."""
    return np.array(
        [metrics.dice, metrics.iou, metrics.hd95_mm, metrics.assd_mm, metrics.surface_dice_2mm],
        float,
    )


def same(found, expected):
    return np.allclose(values(found), values(expected), rtol=ROUNDING, equal_nan=True)


@FEW
@given(pairs())
def test_exchanging_prediction_and_truth_changes_only_the_volumes(pair):
    (forth,), (back,) = evaluate_pair(*pair), evaluate_pair(*pair[::-1])

    assert same(forth, back)
    assert (forth.missing_components, forth.extra_components) == (
        back.extra_components,
        back.missing_components,
    )
    if forth.volume_similarity is not None:
        assert forth.volume_similarity + back.volume_similarity == pytest.approx(2)


@FEW
@given(pairs())
def test_all_values_stay_within_their_bounds(pair):
    (found,) = evaluate_pair(*pair)
    prediction, truth = (one.mask("sacrum") for one in pair)

    assert (found.dice is None) == (not prediction.any() and not truth.any())
    assert (found.hd95_mm is None) == (not prediction.any() or not truth.any())
    if found.dice is not None:
        assert 0 <= found.iou <= found.dice <= 1
        assert found.dice == pytest.approx(2 * found.iou / (1 + found.iou))
        assert 0 <= found.surface_dice_2mm <= 1 + ROUNDING
        assert 0 <= found.volume_similarity <= 2
    if found.hd95_mm is not None:
        diagonal = np.linalg.norm(pair[0].spacing * truth.shape[::-1])
        assert 0 <= found.assd_mm <= diagonal * (1 + ROUNDING)
        assert 0 <= found.hd95_mm <= diagonal * (1 + ROUNDING)


@FEW
@given(pairs())
def test_a_mask_agrees_with_itself(pair):
    (found,) = evaluate_pair(pair[0], pair[0])

    if found.dice is not None:
        assert values(found).tolist() == [1, 1, 0, 0, 1]


@FEW
@given(pairs(), st.permutations(range(3)), st.tuples(*[st.booleans()] * 3))
def test_the_order_and_sense_of_axes_do_not_matter(pair, order, flips):
    """Half of these turns make a right-handed grid left-handed."""
    expected = evaluate_pair(*pair)
    turned = [reordered(one, order, flips) for one in pair]

    for found in (evaluate_pair(*turned), evaluate_pair(turned[0], pair[1])):
        assert same(found[0], expected[0])
        assert found[0].volume_error_ml == pytest.approx(expected[0].volume_error_ml)
        assert found[0].missing_components == expected[0].missing_components


@FEW
@given(pairs(), st.integers(1, 4))
def test_empty_surroundings_do_not_matter(pair, margin):
    """So the edge of an array is no different from background."""
    padded = []
    for one in pair:
        shifted = one.ijk_to_lps.copy()
        shifted[:3, 3] -= margin * shifted[:3, :3].sum(axis=1)
        padded.append(one_bone(np.pad(one.mask("sacrum"), margin), ijk_to_lps=shifted))

    (found,), (expected,) = evaluate_pair(*padded), evaluate_pair(*pair)
    assert same(found, expected)


@FEW
@given(pairs())
def test_slices_add_up_to_the_volume(pair):
    (found,) = evaluate_pair(*pair)
    slices = evaluate_slices(*pair)
    thickness = max(pair[0].spacing)
    if max(pair[0].spacing) < 1.5 * sorted(pair[0].spacing)[1]:
        thickness = pair[0].spacing[2]

    truth_ml = sum(one.truth_mm2 for one in slices) * thickness / 1000
    assert truth_ml == pytest.approx(found.truth_ml)
    assert all(one.truth_mm2 or one.prediction_mm2 for one in slices)
