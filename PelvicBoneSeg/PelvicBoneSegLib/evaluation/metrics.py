"""All that is measured of one prediction against one truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..anatomy import BONES, BOTH, segments_for
from ..segmentation.orientation import AnatomicalAxes
from .alignment import aligned
from .components import untouched_components
from .label_map import LabelMap, flags_of, profiles
from .overlap import Overlap
from .structure import STRUCTURES, Structure
from .surface_distance import surface_distances

TOLERANCE_MM = 2.0
"""Of the surface Dice, as its name in every table says."""


@dataclass(frozen=True)
class StructureMetrics:
    """Agreement of a structure in 3D. None where a value is not defined; see docs/metrics.md.

    Attributes
    ----------
    bone, side
        As in `Structure`: side is ``"left"``, ``"right"``, ``"both"`` (taken together) or ``""``.
    dice, iou, surface_dice_2mm
        0–1; None if both are empty.
    volume_similarity
        1 − (truth − prediction) / (truth + prediction): above 1 is over-estimation.
    hd95_mm, assd_mm
        None if either is empty.
    truth_ml, prediction_ml, volume_error_ml
        Volumes, and prediction − truth.
    missing_components, extra_components
        Connected parts of the truth that the prediction does not touch, and the other way round.
    """

    bone: str
    side: str
    dice: float | None
    iou: float | None
    volume_similarity: float | None
    hd95_mm: float | None
    assd_mm: float | None
    surface_dice_2mm: float | None
    truth_ml: float
    prediction_ml: float
    volume_error_ml: float
    missing_components: int
    extra_components: int


@dataclass(frozen=True)
class SliceMetrics:
    """Agreement of a structure in one slice that shows it; the values as in `StructureMetrics`.

    Attributes
    ----------
    slice_index
        Index in the truth's own grid along `slice_axis`.
    truth_mm2, prediction_mm2, area_error_mm2
        Areas, and prediction − truth.
    """

    bone: str
    side: str
    slice_index: int
    dice: float | None
    iou: float | None
    volume_similarity: float | None
    hd95_mm: float | None
    assd_mm: float | None
    surface_dice_2mm: float | None
    truth_mm2: float
    prediction_mm2: float
    area_error_mm2: float


def evaluate_pair(
    prediction: LabelMap,
    truth: LabelMap,
    bones: Iterable[str] | None = None,
    resample: bool = False,
) -> list[StructureMetrics]:
    """Compare two label maps, structure by structure.

    The truth says what is compared: each structure that its labels tell of, whether it or the
    prediction has voxels of it or not. Sides are taken together where either tells none.

    Parameters
    ----------
    prediction, truth
        What is compared.
    bones
        Names out of `anatomy.BONES`; all if not given.
    resample
        As in `aligned`.

    Raises
    ------
    GeometryMismatchError
        The grids differ, and `resample` is off.
    UnknownBoneError
        A bone that is not in `anatomy.BONES`.
    """
    structures = compared_structures(prediction, truth, bones)
    prediction, truth = aligned(prediction, truth, resample)
    return [
        _structure_metrics(structure, crop.prediction, crop.truth, truth)
        for structure, crop in _crops(prediction, truth, structures)
    ]


def evaluate_slices(
    prediction: LabelMap,
    truth: LabelMap,
    bones: Iterable[str] | None = None,
    resample: bool = False,
) -> list[SliceMetrics]:
    """Compare slice by slice in the plane of acquisition; parameters as in `evaluate_pair`.

    Slices in which neither shows the structure are left out.
    """
    structures = compared_structures(prediction, truth, bones)
    axis = slice_axis(truth)
    first_voxel = truth.ijk_to_lps
    prediction, truth = aligned(prediction, truth, resample)
    start = np.linalg.solve(first_voxel, truth.ijk_to_lps[:, 3])[2 - axis]
    found = []
    for structure, crop in _crops(prediction, truth, structures):
        pairs = zip(
            *(np.moveaxis(mask, axis, 0) for mask in (crop.prediction, crop.truth)), strict=True
        )
        for index, (a, b) in enumerate(pairs, start=round(start) + crop.start[axis]):
            if a.any() or b.any():
                found.append(_slice_metrics(structure, index, a, b, _in_plane(truth, axis)))
    return found


def compared_structures(
    prediction: LabelMap, truth: LabelMap, bones: Iterable[str] | None = None
) -> list[Structure]:
    """List what of two label maps is compared, in the order of `STRUCTURES`.

    Raises
    ------
    UnknownBoneError
        A bone that is not in `anatomy.BONES`.
    """
    chosen = {segment.bone for segment in segments_for(BONES if bones is None else bones)}
    told = prediction.structures | truth.structures
    merged = {one.bone for one in told if one.side == BOTH}
    wanted = {
        Structure(one.bone, BOTH) if one.bone in merged else one
        for one in truth.structures
        if one.bone in chosen
    }
    return [structure for structure in STRUCTURES if structure in wanted]


def slice_axis(truth: LabelMap) -> int:
    """Return the array axis (0 = K, 1 = J, 2 = I) across the plane of acquisition.

    Where the voxels are nearly isotropic it is the axis nearest to the body's long axis.
    """
    axes = AnatomicalAxes.from_matrix(truth.ijk_to_lps)
    return axes.slice_axis(axes.acquisition_plane or "axial")


@dataclass(frozen=True, eq=False)
class _Crop:
    """Two masks, cropped to the box that holds both, and where it starts (k, j, i)."""

    prediction: np.ndarray
    truth: np.ndarray
    start: tuple[int, int, int]


def _crops(
    prediction: LabelMap, truth: LabelMap, structures: Iterable[Structure]
) -> Iterator[tuple[Structure, _Crop]]:
    either = [a | b for a, b in zip(profiles(prediction.flags), profiles(truth.flags), strict=True)]
    for structure in structures:
        flags = flags_of(structure)
        extents = [np.flatnonzero(profile & flags) for profile in either]
        box = tuple(
            slice(int(extent[0]), int(extent[-1]) + 1) if extent.size else slice(0, 0)
            for extent in extents
        )
        k, j, i = (extent.start for extent in box)
        found, expected = ((one.flags[box] & flags) != 0 for one in (prediction, truth))
        yield structure, _Crop(found, expected, (k, j, i))


def _structure_metrics(
    structure: Structure, prediction: np.ndarray, truth: np.ndarray, grid: LabelMap
) -> StructureMetrics:
    overlap = Overlap.of(prediction, truth)
    truth_ml, prediction_ml = (
        count * grid.voxel_mm3 / 1000 for count in (overlap.truth, overlap.prediction)
    )
    hd95_mm, assd_mm, surface_dice = _surface_values(
        prediction, truth, overlap, tuple(grid.spacing[::-1])
    )
    return StructureMetrics(
        bone=structure.bone,
        side=structure.side,
        dice=overlap.dice,
        iou=overlap.iou,
        volume_similarity=overlap.volume_similarity,
        hd95_mm=hd95_mm,
        assd_mm=assd_mm,
        surface_dice_2mm=surface_dice,
        truth_ml=truth_ml,
        prediction_ml=prediction_ml,
        volume_error_ml=prediction_ml - truth_ml,
        missing_components=untouched_components(truth, prediction),
        extra_components=untouched_components(prediction, truth),
    )


def _slice_metrics(
    structure: Structure,
    index: int,
    prediction: np.ndarray,
    truth: np.ndarray,
    spacing: tuple[float, float],
) -> SliceMetrics:
    overlap = Overlap.of(prediction, truth)
    truth_mm2, prediction_mm2 = (
        count * spacing[0] * spacing[1] for count in (overlap.truth, overlap.prediction)
    )
    hd95_mm, assd_mm, surface_dice = _surface_values(prediction, truth, overlap, spacing)
    return SliceMetrics(
        bone=structure.bone,
        side=structure.side,
        slice_index=index,
        dice=overlap.dice,
        iou=overlap.iou,
        volume_similarity=overlap.volume_similarity,
        hd95_mm=hd95_mm,
        assd_mm=assd_mm,
        surface_dice_2mm=surface_dice,
        truth_mm2=truth_mm2,
        prediction_mm2=prediction_mm2,
        area_error_mm2=prediction_mm2 - truth_mm2,
    )


def _surface_values(
    prediction: np.ndarray, truth: np.ndarray, overlap: Overlap, spacing: tuple[float, ...]
) -> tuple[float | None, float | None, float | None]:
    """Return HD95, ASSD and surface Dice, as far as they are defined."""
    if overlap.truth and overlap.prediction:
        distances = surface_distances(prediction, truth, spacing)
        return distances.hd95_mm, distances.assd_mm, distances.surface_dice(TOLERANCE_MM)
    return None, None, 0.0 if overlap.truth or overlap.prediction else None


def _in_plane(grid: LabelMap, axis: int) -> tuple[float, float]:
    """Return the spacing along the two other array axes, in array order."""
    first, second = (float(value) for value in np.delete(grid.spacing[::-1], axis))
    return first, second
