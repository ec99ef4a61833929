"""A verdict before a run: green for what the bundle was trained on, and a reason for all else."""

from __future__ import annotations

import re

import numpy as np
import pytest

from PelvicBoneSegLib.errors import (
    BundleNotFoundError,
    DependencyMissingError,
    TooFewSlicesError,
)
from PelvicBoneSegLib.segmentation.bundle import describe_bundle
from PelvicBoneSegLib.segmentation.facts import ScanFacts
from PelvicBoneSegLib.segmentation.suitability import Level, judge
from segmentation.scans_at_a_glance import AXIAL, CORONAL, a_scan


@pytest.fixture
def a_description():
    return describe_bundle("default")


@pytest.fixture
def an_old_description(a_description):
    """Of a bundle that does not tell what it was trained on."""
    return {name: value for name, value in a_description.items() if name != "trained_on"}


def texts(verdict):
    return " ".join(one.text for one in verdict.reasons)


def test_a_scan_as_in_training_is_green_without_a_word(a_description, an_old_description):
    facts = a_scan(modality="MR", weighting="T1")
    for description in (a_description, an_old_description):
        verdict = judge(facts, description, ("femur", "sacrum"))
        assert (verdict.level, verdict.reasons, verdict.refusal) == (Level.GREEN, (), "")


def test_a_left_handed_scan_is_no_worse(a_description):
    facts = a_scan(directions=CORONAL @ np.diag([-1, 1, 1]))
    assert facts.is_left_handed
    assert judge(facts, a_description).level is Level.GREEN


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (a_scan((40, 384, 384), (0.9, 0.9, 5.2), AXIAL), "is axial, but .* coronal"),
        (a_scan((60, 384, 384), (0.9, 0.9, 3.0)), "lie 3 mm apart, .* on 5.2 mm"),
        (a_scan((30, 384, 384), (0.9, 0.9, 9.0)), "lie 9 mm apart"),
        (a_scan((40, 150, 150), (2.4, 2.4, 5.2)), "pixels are 2.4 mm, coarser than the 0.91 mm"),
        (a_scan((20, 384, 384)), "covers only 104 mm from front to back"),
        (a_scan((40, 384, 200)), "covers only 180 mm from right to left"),
        (a_scan((40, 700, 384)), "is 630 mm long"),
        (a_scan(modality="CT"), "is CT, but the model was trained on MR.*Choose an MR"),
        (a_scan(looks_like_ct=True), "look like CT"),
        (a_scan(weighting="T2"), "T2-weighted, but the model was trained on T1"),
    ],
    ids=["plane", "thin", "thick", "pixels", "shallow", "narrow", "long", "CT", "HU", "T2"],
)
def test_what_was_not_trained_on_is_amber_with_one_reason(a_description, facts, reason):
    verdict = judge(facts, a_description, ("femur",))
    assert verdict.level is Level.AMBER
    assert len(verdict.reasons) == 1
    assert verdict.refusal == ""
    assert re.search(reason, verdict.reasons[0].text)


def test_a_known_modality_is_believed_more_than_the_values(a_description):
    assert judge(a_scan(modality="MR", looks_like_ct=True), a_description).reasons == ()


def test_an_old_bundle_is_measured_by_its_neighbours_and_warns_of_no_weighting(an_old_description):
    old = {**an_old_description, "channel_offsets_mm": [-5, 0, 5]}
    assert judge(a_scan(weighting="T2"), old).level is Level.GREEN
    assert "on 5 mm" in texts(judge(a_scan((60, 384, 384), (0.9, 0.9, 3.0)), old))


def test_a_nearly_isotropic_scan_is_said_to_be_cut_in_the_bundles_planes(a_description):
    isotropic = a_scan((300, 300, 300), (1.1, 1.1, 1.1))
    two_planes = {**a_description, "planes": ["axial", "coronal"], "trained_on": {}}
    verdict = judge(isotropic, {**two_planes, "channel_offsets_mm": [0]})
    assert verdict.level is Level.GREEN
    assert (
        texts(verdict) == "The scan is nearly isotropic, so it is cut into axial, coronal slices."
    )


def test_a_bone_that_the_bundle_does_not_know_is_refused(a_description):
    description = {**a_description, "classes": ["background", "femur"]}
    assert judge(a_scan(), description, ("femur",)).level is Level.GREEN
    verdict = judge(a_scan(), description, ("femur", "sacrum"))
    assert verdict.level is Level.REFUSED
    assert verdict.refusal == "Unknown bone: sacrum. Choose from: femur."


def test_the_worst_reason_comes_first_and_makes_the_level(a_description):
    fault = TooFewSlicesError((2, 10, 10))
    verdict = judge(ScanFacts((fault,), modality="CT"), a_description)
    assert [one.level for one in verdict.reasons] == [Level.REFUSED, Level.AMBER]
    assert verdict.level is Level.REFUSED
    assert verdict.refusal == str(fault)


def test_a_bundle_that_is_gone_is_refused():
    error = BundleNotFoundError("gone", ["default"])
    verdict = judge(a_scan(), error, ("femur",))
    assert (verdict.level, verdict.refusal) == (Level.REFUSED, str(error))


def test_a_package_that_the_run_will_install_refuses_nothing():
    verdict = judge(a_scan(), DependencyMissingError("jsonschema", "pip"), ("femur",))
    assert (verdict.level, verdict.refusal) == (Level.AMBER, "")
