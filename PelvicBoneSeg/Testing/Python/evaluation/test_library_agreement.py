"""Our measures against the libraries that others use. docs/metrics.md tells why they differ."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import SimpleITK as sitk

from evaluation.shapes import box, matrix, one_bone, sphere
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices
from PelvicBoneSegLib.evaluation.surface_distance import area_table, surface_distances

SPACING = (5.2, 0.911, 0.7)
"""Along k, j, i."""

COUNTS = 1e-12
"""Relative: ratios of the same whole numbers."""

SINGLE_PRECISION = 1e-5
"""Relative: the same distances, from ITK in single precision."""

MONAI_SURFACE_DICE = 1e-5
"""Absolute: the same pieces of surface; MONAI adds their areas up in single precision."""


def bumpy_ball(seed):
    """Make a ball with a rough surface and a hole, and with an island."""
    rng = np.random.default_rng(seed)
    k, j, i = (
        axis * step for axis, step in zip(np.ogrid[-9:9, -30:30, -35:35], SPACING, strict=True)
    )
    ball = np.sqrt(k**2 + j**2 + i**2) + rng.normal(0, 1.5, (18, 60, 70)) < 18
    ball[8:10, 25:28, 30:33] = False
    ball[2:4, 4:7, 5 + seed : 9 + seed] = True
    return ball


@pytest.fixture
def prediction():
    return bumpy_ball(1)


@pytest.fixture
def truth():
    return np.roll(bumpy_ball(2), (1, 3), axis=(0, 2))


@pytest.fixture
def ours(prediction, truth):
    ijk_to_lps = matrix(SPACING[::-1])
    return evaluate_pair(
        one_bone(prediction, ijk_to_lps=ijk_to_lps), one_bone(truth, ijk_to_lps=ijk_to_lps)
    )[0]


@pytest.fixture
def deepmind():
    """Return the definition's own library, which warns of its age."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield pytest.importorskip("surface_distance")


@pytest.fixture
def batches(prediction, truth):
    torch = pytest.importorskip("torch")
    return tuple(torch.from_numpy(mask)[None, None].float() for mask in (prediction, truth))


@pytest.fixture
def monai_metrics():
    return pytest.importorskip("monai.metrics")


def test_areas_of_all_patterns_are_those_of_the_definition(deepmind):
    """Bits are ordered otherwise there, but the 256 areas are the same."""
    theirs = deepmind.metrics.lookup_tables.create_table_neighbour_code_to_surface_area(SPACING)
    reversed_bits = [int(f"{code:08b}"[::-1], 2) for code in range(256)]

    assert area_table(SPACING) == pytest.approx(theirs[reversed_bits])


def test_lengths_of_all_patterns_are_those_of_the_definition(deepmind):
    theirs = deepmind.metrics.lookup_tables.create_table_neighbour_code_to_contour_length(
        SPACING[1:]
    )
    reversed_bits = [int(f"{code:04b}"[::-1], 2) for code in range(16)]

    assert area_table(SPACING[1:]) == pytest.approx(theirs[reversed_bits])


def test_surfaces_agree_with_the_definitions_library(deepmind, prediction, truth, ours):
    theirs = deepmind.compute_surface_distances(truth, prediction, SPACING)
    from_truth, from_prediction = deepmind.compute_average_surface_distance(theirs)
    areas = theirs["surfel_areas_gt"].sum(), theirs["surfel_areas_pred"].sum()

    assert ours.hd95_mm == pytest.approx(
        deepmind.compute_robust_hausdorff(theirs, 95), rel=SINGLE_PRECISION
    )
    assert ours.surface_dice_2mm == pytest.approx(
        deepmind.compute_surface_dice_at_tolerance(theirs, 2), rel=SINGLE_PRECISION
    )
    # The library leaves it to the reader how the two directions are put together.
    pooled = (from_truth * areas[0] + from_prediction * areas[1]) / sum(areas)
    assert ours.assd_mm == pytest.approx(pooled, rel=SINGLE_PRECISION)


def test_contours_agree_with_the_definitions_library(deepmind, prediction, truth):
    for a, b in zip(prediction, truth, strict=True):
        if not (a.any() and b.any()):
            continue
        theirs = deepmind.compute_surface_distances(b, a, SPACING[1:])
        found = surface_distances(a, b, SPACING[1:])

        assert found.hd95_mm == pytest.approx(
            deepmind.compute_robust_hausdorff(theirs, 95), rel=SINGLE_PRECISION
        )
        assert found.surface_dice(2) == pytest.approx(
            deepmind.compute_surface_dice_at_tolerance(theirs, 2), rel=SINGLE_PRECISION
        )


def test_overlap_agrees_with_monai(monai_metrics, batches, ours):
    assert ours.dice == pytest.approx(float(monai_metrics.compute_dice(*batches)), rel=1e-6)
    assert ours.iou == pytest.approx(float(monai_metrics.compute_iou(*batches)), rel=1e-6)


def test_surface_dice_agrees_with_monais_subvoxels(monai_metrics, batches, ours):
    theirs = monai_metrics.compute_surface_dice(
        *batches, [2.0], include_background=True, spacing=SPACING, use_subvoxels=True
    )

    assert ours.surface_dice_2mm == pytest.approx(float(theirs), abs=MONAI_SURFACE_DICE)


def test_distances_differ_from_monais_by_less_than_a_voxel(monai_metrics, batches, ours):
    """MONAI measures between centres of border voxels, each weighted alike, and interpolates."""
    voxel = np.linalg.norm(SPACING)
    hd95 = monai_metrics.compute_hausdorff_distance(
        *batches, include_background=True, percentile=95, spacing=SPACING
    )
    assd = monai_metrics.compute_average_surface_distance(
        *batches, include_background=True, symmetric=True, spacing=SPACING
    )

    assert ours.hd95_mm == pytest.approx(float(hd95), abs=voxel)
    assert ours.assd_mm == pytest.approx(float(assd), abs=voxel / 2)
    assert ours.assd_mm != pytest.approx(float(assd), rel=0.01)


def test_overlap_agrees_with_simpleitk(prediction, truth, ours):
    measures = sitk.LabelOverlapMeasuresImageFilter()
    measures.Execute(*(sitk.GetImageFromArray(mask.astype("u1")) for mask in (truth, prediction)))

    assert ours.dice == pytest.approx(measures.GetDiceCoefficient(), rel=COUNTS)
    assert ours.iou == pytest.approx(measures.GetJaccardCoefficient(), rel=COUNTS)
    # ITK's is 2 (source − target) / (source + target).
    assert ours.volume_similarity == pytest.approx(
        1 - measures.GetVolumeSimilarity() / 2, rel=COUNTS
    )


def test_slices_agree_with_simpleitk(prediction, truth):
    measures = sitk.LabelOverlapMeasuresImageFilter()
    expected = []
    for pair in zip(truth, prediction, strict=True):
        if any(mask.any() for mask in pair):
            measures.Execute(*(sitk.GetImageFromArray(mask.astype("u1")) for mask in pair))
            expected.append(measures.GetDiceCoefficient())
    ijk_to_lps = matrix(SPACING[::-1])
    found = evaluate_slices(
        one_bone(prediction, ijk_to_lps=ijk_to_lps), one_bone(truth, ijk_to_lps=ijk_to_lps)
    )

    assert [one.dice for one in found] == pytest.approx(expected, rel=COUNTS)


PLATES = (*(box((k, k + 1), (2, 28), (2, 38)) for k in (8, 5)), (5.0, 2.0, 0.5))
BALLS = (*(sphere(radius, (4.0, 0.8, 0.8)) for radius in (28, 20)), (4.0, 0.8, 0.8))


@pytest.mark.parametrize(
    ("masks", "hd95", "assd", "monai_assd", "itk_maximum", "itk_average"),
    [(PLATES, 15, 12.5, 15, 15, 15), (BALLS, 8.314, 6.965, 7.162, 8.8, 1.597)],
    ids=["plates", "balls"],
)
def test_the_table_in_the_documentation(
    monai_metrics, masks, hd95, assd, monai_assd, itk_maximum, itk_average
):
    torch = pytest.importorskip("torch")
    *pair, spacing = masks
    ours = surface_distances(*pair, spacing)
    theirs = monai_metrics.compute_average_surface_distance(
        *(torch.from_numpy(mask)[None, None] for mask in pair),
        include_background=True,
        symmetric=True,
        spacing=spacing,
    )
    images = [sitk.GetImageFromArray(mask.astype("u1")) for mask in pair]
    for image in images:
        image.SetSpacing(spacing[::-1])
    itk = sitk.HausdorffDistanceImageFilter()
    itk.Execute(*images)

    assert [ours.hd95_mm, ours.assd_mm] == pytest.approx([hd95, assd], abs=1e-3)
    assert float(theirs) == pytest.approx(monai_assd, abs=1e-3)
    assert itk.GetHausdorffDistance() == pytest.approx(itk_maximum, abs=1e-3)
    assert itk.GetAverageHausdorffDistance() == pytest.approx(itk_average, abs=1e-3)
