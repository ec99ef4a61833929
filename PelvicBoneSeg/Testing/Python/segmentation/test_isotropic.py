from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import Cancelled, SlicesNotThickError
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.isotropic import (
    make_isotropic,
    slice_parts,
    thin_slices_matrix,
)
from PelvicBoneSegLib.segmentation.segmenter import Segmenter
from PelvicBoneSegLib.segmentation.surface_files.mesh import signed_volume_mm3
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.small_bundle import write_small_bundle

SHAPE = (12, 60, 50)
LEFT_FEMUR, SACRUM = 1, 5


def matrix_of(spacing, columns=(0, 1, 2)):
    matrix = np.eye(4)
    matrix[:3, :3] = np.eye(3)[:, list(columns)] * np.array(spacing)
    matrix[:3, 3] = (-20.0, 14.0, 5.5)
    return matrix


class SureOf:
    """Has probabilities that fit a label map exactly."""

    def __init__(self, labels) -> None:
        self._labels = labels

    def bone_probabilities(self, volume, progress=None, cancel=None):
        bones = np.zeros((len(BONES), *self._labels.shape), np.uint8)
        for one in SEGMENTS:
            bones[BONES.index(one.bone)][self._labels == one.label] = 255
        return bones


@pytest.fixture
def a_scan():
    voxels = np.random.default_rng(0).integers(0, 99, SHAPE).astype(np.int16)
    return Volume(voxels, matrix_of((1.0, 1.0, 5.0)))


@pytest.fixture
def labels():
    found = np.zeros(SHAPE, np.uint8)
    k, j, i = np.indices(SHAPE)
    found[(5 * (k - 6)) ** 2 + (j - 25) ** 2 + (i - 20) ** 2 <= 18**2] = LEFT_FEMUR
    found[3:6, 48:56, 30:44] = SACRUM
    return found


def run(scan, labels, cancel=lambda: False):
    return make_isotropic(SureOf(labels), scan, labels, 0.5, lambda *done: None, cancel)


@pytest.mark.parametrize(
    ("spacing", "parts", "axis"),
    [
        ((0.911, 0.911, 5.2), 5, 0),
        ((0.9, 0.9, 5.0), 5, 0),
        ((3.3, 0.8, 0.8), 5, 2),
        ((1.0, 6.0, 0.7), 5, 1),
        ((0.3, 0.3, 3.0), 5, 0),
    ],
)
def test_voxels_become_nearly_cubes_and_no_thinner_than_half_a_millimetre(spacing, parts, axis):
    assert slice_parts(matrix_of(spacing)) == (parts, axis)
    assert max(spacing) / parts > 0.49


@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.9, 0.9, 1.5), (0.2, 0.2, 0.8)])
def test_slices_that_are_not_thick_are_refused(spacing):
    with pytest.raises(SlicesNotThickError):
        slice_parts(matrix_of(spacing))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_middle_thin_slice_lies_where_the_thick_one_does(axis):
    matrix = matrix_of((0.8, 0.9, 4.0), (2, 0, 1))
    start = (3, 1, 2)
    thin = thin_slices_matrix(matrix, start, axis, 5)
    kji = np.zeros(3)
    kji[axis] = 2
    assert thin @ [*kji[::-1], 1] == pytest.approx(matrix @ [*start[::-1], 1])
    kji[axis] = 7
    expected = np.array(start)
    expected[axis] += 1
    assert thin @ [*kji[::-1], 1] == pytest.approx(matrix @ [*expected[::-1], 1])


def test_bones_stay_where_they_are(a_scan, labels):
    result = run(a_scan, labels)
    assert np.linalg.norm(result.ijk_to_lps[:3, :3], axis=0) == pytest.approx([1, 1, 1])
    for label in (LEFT_FEMUR, SACRUM):
        before, after = (
            (np.argwhere(array == label)[:, ::-1] @ matrix[:3, :3].T + matrix[:3, 3]).mean(axis=0)
            for array, matrix in (
                (labels, a_scan.ijk_to_lps),
                (result.labels, result.ijk_to_lps),
            )
        )
        assert after == pytest.approx(before, abs=0.3)


def test_volumes_before_and_after_are_told_and_surfaces_fit_them(a_scan, labels):
    result = run(a_scan, labels)
    assert set(result.volumes_ml) == set(result.surfaces) == {LEFT_FEMUR, SACRUM}
    before, after = result.volumes_ml[LEFT_FEMUR]
    assert before == pytest.approx(np.count_nonzero(labels == LEFT_FEMUR) * 5 / 1000)
    assert after == pytest.approx(np.count_nonzero(result.labels == LEFT_FEMUR) / 1000)
    surface = result.surfaces[LEFT_FEMUR]
    enclosed = signed_volume_mm3(surface.points, surface.triangles) / 1000
    assert enclosed == pytest.approx(after, rel=0.02)


def test_it_can_be_cancelled(a_scan, labels):
    with pytest.raises(Cancelled):
        run(a_scan, labels, cancel=lambda: True)


def test_probabilities_of_the_network_fit_its_labels(a_scan, tmp_path):
    """In the order of our bones, whatever the order of the bundle's classes."""
    classes = ["background", *reversed(BONES)]
    segmenter = Segmenter(Bundle.load(write_small_bundle(tmp_path / "b", classes=classes)), "cpu")
    heard = []
    probabilities = segmenter.bone_probabilities(a_scan, lambda *done: heard.append(done))
    assert probabilities.shape == (len(BONES), *SHAPE)
    prediction = segmenter._engine.predict(a_scan)
    for index, bone in enumerate(BONES):
        found = prediction.classes == classes.index(bone)
        assert (probabilities[index][found] == prediction.probability[found]).all()
    assert heard[-1] == (1.0, "Finding bones")
    with pytest.raises(Cancelled):
        segmenter.bone_probabilities(a_scan, cancel=lambda: True)
