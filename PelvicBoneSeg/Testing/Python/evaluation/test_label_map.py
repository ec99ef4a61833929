from __future__ import annotations

import numpy as np
import pytest

from evaluation.shapes import FEMURS, LEFT_FEMUR, LUMBAR_SPINE, RIGHT_FEMUR, SACRUM, matrix
from PelvicBoneSegLib.evaluation.label_map import LabelMap, profiles

LINE = np.array([[[0, 1, 2, 3, 250, -1]]])


def indices(mask):
    return np.flatnonzero(mask).tolist()


def test_values_that_the_scheme_does_not_know_are_background():
    values = {1: SACRUM, 2: LUMBAR_SPINE, 3: LUMBAR_SPINE}
    found = LabelMap.from_labels(LINE, values, matrix())

    assert indices(found.mask("sacrum")) == [1]
    assert indices(found.mask("lumbar_spine")) == [2, 3]
    assert np.count_nonzero(found.flags) == 3
    assert found.structures == {SACRUM, LUMBAR_SPINE}


def test_both_sides_are_all_that_is_labelled_as_the_bone():
    masks = dict(
        zip((LEFT_FEMUR, RIGHT_FEMUR, FEMURS), (LINE == 1, LINE == 2, LINE == 3), strict=True)
    )
    found = LabelMap.from_masks(masks, matrix())

    assert indices(found.mask("femur", "left")) == [1]
    assert indices(found.mask("femur", "right")) == [2]
    assert indices(found.mask("femur")) == indices(found.mask("femur", "both")) == [1, 2, 3]


def test_overlapping_masks_stay_whole():
    found = LabelMap.from_masks({SACRUM: LINE > 0, LUMBAR_SPINE: LINE > 1}, matrix())

    assert indices(found.mask("sacrum")) == [1, 2, 3, 4]
    assert indices(found.mask("lumbar_spine")) == [2, 3, 4]


@pytest.mark.parametrize("masks", [{}, {SACRUM: np.zeros((1, 1, 1)), FEMURS: np.zeros((1, 1, 2))}])
def test_masks_need_one_shape(masks):
    with pytest.raises(ValueError, match="one shape"):
        LabelMap.from_masks(masks, matrix())


def test_geometry_is_in_mm_also_on_skewed_axes():
    skewed = matrix()
    skewed[0, 2] = 2.5
    found = LabelMap(np.zeros((1, 1, 1), np.uint8), skewed, frozenset())

    assert found.spacing == pytest.approx([0.5, 2, np.hypot(2.5, 5)])
    assert found.voxel_mm3 == pytest.approx(5)


def test_profiles_tell_where_flags_occur():
    flags = np.zeros((2, 3, 4), np.uint8)
    flags[1, 0, 3], flags[1, 2, 3] = 1, 4

    k, j, i = profiles(flags)
    assert (k.tolist(), j.tolist(), i.tolist()) == ([0, 5], [1, 0, 4], [0, 0, 0, 5])
