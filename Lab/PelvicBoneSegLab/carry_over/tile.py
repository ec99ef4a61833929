"""One scan of a pair in its own plane, with the outlines of both masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from PelvicBoneSegLib.anatomy import BONES

from ..evaluation.contours import PREDICTION_COLOUR, TRUTH_COLOUR
from .data import ManScan
from .field_of_view import GRID_MM, OUTSIDE, shared_box
from .pairs import COMPARED_BONES

STROKES = ((TRUTH_COLOUR, "solid"), (PREDICTION_COLOUR, "dashed"))
"""Of the first scan's mask and of the second's."""

MARGIN = round(12 / GRID_MM)
"""Points that are shown around the shared field, where the scan reaches that far."""

WINDOW = (1.0, 99.5)
"""Percentiles of the slice that become black and white."""

_NORMAL = {"axial": 0, "coronal": 1, "sagittal": 2}  # axes of a (Z, Y, X) array


@dataclass(frozen=True, eq=False)
class SharedField:
    """Two scans where both look, in points of the common grid.

    Attributes
    ----------
    scans
        The two.
    start
        x, y, z of the first point.
    masks
        Of either scan, shape (bones, Z, Y, X): `COMPARED_BONES`, empty outside of the shared field.
    """

    scans: tuple[ManScan, ManScan]
    start: np.ndarray
    masks: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(
        cls, first: ManScan, second: ManScan, classes: Mapping[str, np.ndarray]
    ) -> SharedField | None:
        """Find it; None where the scans share nothing."""
        box = shared_box(first.field, second.field)
        if box is None:
            return None
        both = np.ones(tuple((box[1] - box[0])[::-1]), bool)
        sampled = []
        for scan in (first, second):
            cut = scan.field.cut(*box)
            both &= scan.field.voxel[cut] != OUTSIDE
            sampled.append(scan.field.sample(classes[scan.name])[cut])
        values = np.array([BONES.index(bone) + 1 for bone in COMPARED_BONES])[:, None, None, None]
        one, other = ((array == values) & both for array in sampled)
        return cls((first, second), box[0], (one, other))


def draw_tile(axes: Axes, field: SharedField, half: int) -> None:
    """Draw one of the two scans in its own plane, where the masks are largest.

    Parameters
    ----------
    axes
        Where to.
    field
        The two scans.
    half
        Which of them, 0 or 1.
    """
    scan = field.scans[half]
    plane = scan.volume.axes.acquisition_plane or "axial"
    normal = _NORMAL[plane]
    index = _largest_slice(field.masks[0] | field.masks[1], normal)
    start = field.start[::-1]
    _draw_image(axes, scan, normal, int(start[normal]) + index)
    corner, size = (np.delete(one, normal) for one in (start, field.masks[0].shape[1:]))
    y, x = (low + np.arange(count) for low, count in zip(corner, size, strict=True))
    for bones, (colour, stroke) in zip(field.masks, STROKES, strict=True):
        for mask in np.take(bones, index, axis=normal + 1):
            if mask.any():
                axes.contour(x, y, mask, levels=[0.5], colors=[colour], linewidths=0.8,
                             linestyles=[stroke])  # fmt: skip
    _show_around(axes, corner, size, is_upside_down=plane == "axial")


def _draw_image(axes: Axes, scan: ManScan, normal: int, place: int) -> None:
    """Draw the slice of a scan at a place of the common grid."""
    field = scan.field
    start = field.start[::-1]
    voxels = np.take(field.voxel, int(place - start[normal]), axis=normal)
    image = np.where(voxels == OUTSIDE, 0, scan.volume.voxels.ravel()[voxels])
    shown = image[voxels != OUTSIDE]
    black, white = np.percentile(shown, WINDOW) if shown.size else (0.0, 1.0)
    (low_y, low_x), (rows, columns) = np.delete(start, normal) - 0.5, image.shape
    axes.imshow(image, cmap="gray", vmin=black, vmax=white, origin="lower",
                extent=(low_x, low_x + columns, low_y, low_y + rows),
                interpolation="bilinear")  # fmt: skip


def _largest_slice(bones: np.ndarray, normal: int) -> int:
    """Return where there is most of all bones, (bones, Z, Y, X); the middle where there is none."""
    others = tuple(axis for axis in range(4) if axis != normal + 1)
    areas = bones.sum(axis=others)
    return int(areas.argmax()) if areas.any() else len(areas) // 2


def _show_around(axes: Axes, start: np.ndarray, size: np.ndarray, is_upside_down: bool) -> None:
    (low_y, low_x), (high_y, high_x) = start - MARGIN, start + size + MARGIN
    axes.set_xlim(low_x, high_x)
    # Posterior, where LPS y rises, is down in an axial slice; superior is up in the others.
    axes.set_ylim(*((high_y, low_y) if is_upside_down else (low_y, high_y)))
    axes.set_facecolor("black")
    axes.set_xticks([])
    axes.set_yticks([])
