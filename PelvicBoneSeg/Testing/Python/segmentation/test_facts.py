"""What a matrix and a shape say of a scan."""

from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.segmentation.facts import ScanFacts
from segmentation.scans_at_a_glance import AXIAL, CORONAL, a_scan


def test_the_field_of_view_is_told_along_the_patients_axes():
    coronal = a_scan((40, 300, 200), (1.0, 2.0, 5.0), CORONAL)
    assert coronal.field_of_view_mm == pytest.approx((200, 200, 600))
    axial = a_scan((40, 300, 200), (1.0, 2.0, 5.0), AXIAL)
    assert axial.field_of_view_mm == pytest.approx((200, 600, 200))


def test_spacing_is_told_along_the_images_own_axes():
    assert a_scan(spacing=(1.0, 2.0, 5.0)).spacing_mm == pytest.approx((1, 2, 5))


@pytest.mark.parametrize(("flip", "left_handed"), [(1, False), (-1, True)])
def test_handedness_is_that_of_the_matrix(flip, left_handed):
    assert a_scan(directions=CORONAL @ np.diag([flip, 1, 1])).is_left_handed is left_handed


def test_without_geometry_nothing_is_made_up():
    facts = ScanFacts()
    assert (facts.axes, facts.spacing_mm, facts.field_of_view_mm, facts.is_left_handed) == (
        (None,) * 4
    )
