"""Synthetic samples: reproducible, of the network's kind, labels on the image's anatomy."""

from __future__ import annotations

import numpy as np
import pytest

from lab.synthesis.small_bodies import LIVELY, STILL, a_map
from PelvicBoneSegLab.synthesis import SyntheticSource, contrast
from PelvicBoneSegLab.synthesis import source as module
from PelvicBoneSegLab.synthesis.pose import Pose
from PelvicBoneSegLab.synthesis.tissue_map import Kind

PATCH = 64


@pytest.fixture
def a_bone():
    """An ellipsoid of marrow in the air, its labels silent about the sacrum."""
    at = np.indices((60, 60, 60)) - 29.5
    inside = (at[0] / 26) ** 2 + (at[1] / 18) ** 2 + (at[2] / 22) ** 2 < 1
    return a_map(inside, [Kind.AIR, Kind.MARROW], [0, 2], silent=4 * inside)


def source(body, settings, offsets=(-5, 0, 5)):
    return SyntheticSource([body], offsets, 1.5, PATCH, settings)


def test_equal_seeds_give_equal_samples_and_others_do_not(a_bone):
    lively = source(a_bone, {**LIVELY, "noise": [0.01, 0.05], "small_field": 0.5})
    one, again, other = (lively.draw(np.random.default_rng((5, n))) for n in (1, 1, 2))
    for name in ("image", "labels", "silent"):
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name))
    assert np.abs(one.image - other.image).max() > 0.1


def test_a_sample_is_what_the_network_takes(a_bone):
    sample = source(a_bone, LIVELY, offsets=(-10, -5, 0, 5, 10)).draw(np.random.default_rng(0))
    assert (sample.image.shape, sample.image.dtype) == ((5, PATCH, PATCH), np.float32)
    assert (sample.labels.shape, sample.labels.dtype) == ((PATCH, PATCH), np.uint8)
    assert (sample.silent.shape, sample.silent.dtype) == ((PATCH, PATCH), np.uint8)
    assert sample.image.min() == -1.0
    assert sample.image.max() <= 2.0


def test_image_labels_and_silence_show_the_same_place(a_bone, monkeypatch):
    signals = {kind: (float(kind == Kind.MARROW),) * 2 for kind in Kind}
    monkeypatch.setattr(contrast, "SEQUENCES", dict.fromkeys(contrast.SEQUENCES, signals))
    lively = source(a_bone, LIVELY)
    for seed in range(12):
        sample = lively.draw(np.random.default_rng(seed))
        bone = sample.labels == 2
        assert 0.02 < bone.mean() < 0.9
        # Texture makes single pixels dark, and the edge is half of each.
        assert (bone == (sample.image[1] > -0.85)).mean() > 0.97
        np.testing.assert_array_equal(sample.silent, np.where(bone, 4, 0))


def test_outside_a_small_field_of_view_there_is_nothing():
    full = np.ones((80, 80, 80))
    solid = a_map(full, [Kind.AIR, Kind.FAT], [0, 1], silent=full)
    small = source(solid, {**STILL, "small_field": 1.0, "field_mm": [60, 80]})
    middle = Pose.plain("axial", np.full(3, 41 * 1.5))
    for seed in range(5):
        sample = small.slice_at(solid, middle, np.random.default_rng(seed))
        rows, columns = (np.flatnonzero(sample.labels.any(axis)) for axis in (1, 0))
        for side in (rows, columns):
            assert 0.85 * 60 / 1.5 - 1 <= len(side) <= 80 / 1.5 + 1
        field = np.zeros((PATCH, PATCH), bool)
        field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
        np.testing.assert_array_equal(sample.labels, field)
        np.testing.assert_array_equal(sample.silent, field)
        assert (sample.image[:, ~field] == -1.0).all()
        assert (sample.image[:, field] > -1.0).mean() > 0.9


def test_slices_lie_on_bones_as_often_as_asked():
    tissues = np.ones((120, 120, 120))
    tissues[10:20, 10:20, 10:20] = 2
    body = a_map(tissues, [Kind.AIR, Kind.FAT, Kind.MARROW], [0, 0, 3])
    settings = {**STILL, "planes": {"axial": 1.0, "coronal": 1.0, "sagittal": 1.0}}
    shown = {}
    for share in (1.0, 0.0):
        drawn = source(body, {**settings, "on_bone": share}, offsets=(0,))
        slices = [drawn.draw(np.random.default_rng(n)) for n in range(60)]
        shown[share] = np.mean([one.labels.any() for one in slices])
    assert shown[1.0] == 1.0
    assert shown[0.0] < 0.3


def test_slices_lie_on_the_pubis_as_often_as_asked(monkeypatch):
    tissues = np.ones((120, 120, 120))
    tissues[10:20, 10:20, 10:20] = 2
    body = a_map(tissues, [Kind.AIR, Kind.FAT, Kind.MARROW], [0, 0, 3])
    monkeypatch.setattr(module, "pubis_points", lambda one: np.full((5, 3), 90))
    shown = {}
    for share in (1.0, 0.5, 0.0):
        drawn = source(body, {**STILL, "on_pubis": share}, offsets=(0,))
        slices = [drawn.draw(np.random.default_rng(n)) for n in range(60)]
        shown[share] = np.mean([one.labels.any() for one in slices])
    assert (shown[1.0], shown[0.0]) == (0.0, 1.0)
    assert 0.3 < shown[0.5] < 0.7


def test_a_small_field_of_view_has_the_point_to_show():
    tissues = np.ones((120, 120, 120))
    tissues[58:62, 58:62, 58:62] = 2
    body = a_map(tissues, [Kind.AIR, Kind.FAT, Kind.MARROW], [0, 0, 3])
    settings = {**LIVELY, "elastic_mm": [0, 0], "small_field": 1.0, "field_mm": [30, 50]}
    small = source(body, settings, offsets=(0,))
    slices = [small.draw(np.random.default_rng(n)) for n in range(60)]
    assert all(one.labels.any() for one in slices)


def test_contrasts_differ():
    tissues = np.ones((60, 60, 60))
    tissues[:, :, 30:] = 2
    body = a_map(tissues, [Kind.AIR, Kind.FAT, Kind.MUSCLE], [0, 1, 2])
    still, pose = source(body, STILL), Pose.plain("axial", (46.5, 46.5, 46.5))
    brighter = []
    for seed in range(30):
        sample = still.slice_at(body, pose, np.random.default_rng(seed))
        fat, muscle = (sample.image[1][sample.labels == n].mean() for n in (1, 2))
        brighter.append(fat > muscle)
    assert 0.1 < np.mean(brighter) < 0.9
