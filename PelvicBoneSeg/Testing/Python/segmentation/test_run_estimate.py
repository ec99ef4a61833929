"""The time of a run, from slices and what earlier runs took."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.segmentation.run_estimate import CPU_SECONDS_PER_SLICE, count_slices, estimate
from segmentation.scans_at_a_glance import a_scan


def test_slices_are_counted_in_the_scans_own_plane():
    facts = a_scan((40, 384, 300))
    assert count_slices(facts.axes, facts.shape, ["axial", "coronal"]) == 40


def test_an_isotropic_scan_is_sliced_in_each_plane_of_the_bundle():
    facts = a_scan((40, 384, 300), (1, 1, 1))
    assert count_slices(facts.axes, facts.shape, ["coronal"]) == 40
    assert count_slices(facts.axes, facts.shape, ["coronal", "axial"]) == 40 + 384


def test_an_earlier_run_is_believed():
    found = estimate(40, "cuda", 0.01)
    assert (found.seconds, found.is_limit) == (pytest.approx(0.4), False)


@pytest.mark.parametrize(("device", "is_limit"), [("cpu", False), ("cuda", True), (None, True)])
def test_without_one_the_figure_of_a_processor_is_the_limit(device, is_limit):
    found = estimate(40, device, None)
    assert (found.seconds, found.is_limit) == (40 * CPU_SECONDS_PER_SLICE, is_limit)
