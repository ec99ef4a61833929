"""Which side of the patient a bone is on, by patient coordinates alone.

Distances and points are in mm in LPS, where the patient's left is at the larger x.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..anatomy import FEMUR, HIP_BONE, LUMBAR_SPINE, SACRUM
from .affine import transformed
from .components import Voxels
from .volume import Volume

PAIRED = (FEMUR, HIP_BONE)
UNPAIRED = (SACRUM, LUMBAR_SPINE)

MIN_EVIDENCE_MM3 = 5000.0
"""Less of a bone than this says nothing of where the midline is. A vertebral body has 20 000 mm³
or more; false islands of a network are mostly smaller than 5000 mm³."""

PAIR_GAP_MM = 80.0
"""Centroids of a left and a right bone lie at least this far apart across the midline. Manual
labels of 18 women have 147–236 mm, and the two halves of a single femur or hip bone 28–48 mm."""

PAIR_RATIO = 0.1
"""A partner of less than this share of the bone is a false island, not the other side."""

BALANCED_RATIO = 0.6
"""Only sides this similar in volume are cut off alike, so that their midpoint lies in the midline
and their line across it. In manual labels of 18 scans the smaller side has 78 % or more."""

SPLIT_OFFSET_MM = 20.0
"""Both parts of two joined bones have their centroids this far off the midline. The strip of one
bone that leans over the midline stays nearer, even where the plane is some 20 mm off."""

JOINED_WIDTH_MM = 20.0
JOINED_RATIO = 0.4
"""In a narrow scan, such as sagittal slices of the prostate, two bones joined at the symphysis are
cut off before they reach as far. Where bones say where the midline is, they are known by their
balance alone: the halves lie this far apart, and the smaller has so much of the larger. In
fields 68 and 83 mm wide, cut from label maps of four CTs, that is 34–44 mm and 0.87–0.97."""

MIN_FEMUR_OFFSET_MM = 40.0
"""No part of a femur has its centroid nearer to the midline. Manual labels of 18 women have no
voxel of it nearer than 51 mm; a full bladder, as round and as bright in T2, lies in the midline."""

MEDIAL_OFFSET_MM = 10.0
"""The hip bone's centroid lies medial of the femur's by 23–39 mm in manual labels of 18
women; less than this is no evidence."""

MAX_ROTATION_DEG = 45.0
"""A patient turned further than this on the table is more likely a mistake in the labels."""

MAX_POINTS = 5000
"""Voxels per bone that are looked at; a centroid of so many is exact to about 1 mm."""

_LEFT = np.array([1.0, 0.0, 0.0])
_ITERATIONS = 4


@dataclass(frozen=True, eq=False)
class MidsagittalPlane:
    """The plane between the patient's left and right half.

    Attributes
    ----------
    point
        A point of the plane, LPS in mm, shape (3,).
    normal
        Unit vector towards the patient's left, shape (3,).
    is_evident
        Whether bones say where it is: sacrum or lumbar spine, which lie in it, or a bone on
        either side.
    """

    point: np.ndarray
    normal: np.ndarray
    is_evident: bool = False

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Return how far left of the plane points (N, 3) are, in mm; shape (N,)."""
        return (points - self.point) @ self.normal

    def voxel_distance(self, voxels: Voxels, ijk_to_lps: np.ndarray) -> np.ndarray:
        """Return how far left of the plane voxels are, in mm; shape (N,).

        Parameters
        ----------
        voxels
            Indices k, j, i, each of shape (N,), as `numpy.nonzero` gives them.
        ijk_to_lps
            4×4 matrix from (i, j, k) to LPS in mm.
        """
        per_i, per_j, per_k = self.normal @ ijk_to_lps[:3, :3]
        offset = self.normal @ (ijk_to_lps[:3, 3] - self.point)
        k, j, i = voxels
        return k * per_k + j * per_j + (i * per_i + offset)


@dataclass(frozen=True, eq=False)
class _Pair:
    """A bone seen on both sides of the patient."""

    left: np.ndarray
    right: np.ndarray
    ratio: float

    @property
    def middle(self) -> np.ndarray:
        return (self.left + self.right) / 2

    @property
    def is_balanced(self) -> bool:
        return self.ratio >= BALANCED_RATIO


def estimate_midsagittal_plane(
    bone_voxels: Mapping[str, Voxels], volume: Volume
) -> MidsagittalPlane:
    """Find the plane between left and right from whatever bones were found.

    The point is the median of what is known: centroids of the sacrum and the lumbar spine, and the
    midpoints of bones that are seen alike on both sides. The normal joins the two sides of such
    bones; without them it is the x axis. Where there is neither, a femur and a hip bone tell the
    side, as the hip bone is medial; with one kind of bone alone it is the middle of the body (or
    of the scan, where the body fills it).

    Parameters
    ----------
    bone_voxels
        For each bone of `anatomy.BONES` its voxels as indices k, j, i; may be empty.
    volume
        The scan that they lie in.
    """
    clouds = {
        bone: _to_lps(voxels, volume)
        for bone, voxels in bone_voxels.items()
        if len(voxels[0]) * volume.voxel_volume_mm3 >= MIN_EVIDENCE_MM3
    }
    midline = [clouds[bone].mean(axis=0) for bone in UNPAIRED if bone in clouds]
    paired = {bone: clouds[bone] for bone in PAIRED if bone in clouds}
    start = _start(midline, paired)
    if start is None:
        return MidsagittalPlane(_body_middle(volume), _LEFT)
    plane, pairs = _refine(MidsagittalPlane(start, _LEFT), midline, paired)
    if midline or pairs:
        return replace(plane, is_evident=True)
    medial = _medial_of_one_side(paired)
    return MidsagittalPlane(_body_middle(volume) if medial is None else medial, _LEFT)


def on_left(distance: np.ndarray, parts: np.ndarray, is_evident: bool = False) -> np.ndarray:
    """Tell for each voxel of a paired bone whether it belongs to the left one.

    A connected part goes whole to the side that has most of it, so that no bone is cut that leans
    over the midline. Only where both sides are joined in one part does the plane divide it.

    Parameters
    ----------
    distance
        How far left of the midsagittal plane each voxel is, in mm; shape (N,).
    parts
        Number of the connected part of each voxel, from 1; shape (N,).
    is_evident
        See `MidsagittalPlane`.

    Returns
    -------
    np.ndarray
        Boolean, shape (N,).
    """
    beyond = distance >= 0
    left = np.bincount(parts, beyond)
    right = np.bincount(parts) - left
    left_mean = np.bincount(parts, distance * beyond) / np.maximum(left, 1)
    right_mean = np.bincount(parts, -distance * ~beyond) / np.maximum(right, 1)
    joined = np.minimum(left_mean, right_mean) >= SPLIT_OFFSET_MM
    joined &= left_mean + right_mean >= PAIR_GAP_MM
    if is_evident:
        balanced = np.minimum(left, right) >= JOINED_RATIO * np.maximum(left, right)
        joined |= balanced & (left_mean + right_mean >= JOINED_WIDTH_MM)
    return np.where(joined[parts], beyond, (left >= right)[parts])


def is_no_femur(distance: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Tell for each voxel of the femurs whether its part lies too near to the midline to be one.

    The largest part is believed in any case, so that a plane in the wrong place costs no femur.

    Parameters
    ----------
    distance, parts
        As for `on_left`; the plane is evident.

    Returns
    -------
    np.ndarray
        Boolean, shape (N,).
    """
    size = np.bincount(parts, minlength=1)
    centroid = np.bincount(parts, distance, minlength=1) / np.maximum(size, 1)
    is_false = np.abs(centroid) < MIN_FEMUR_OFFSET_MM
    is_false[size.argmax()] = False
    return is_false[parts]


def _to_lps(voxels: Voxels, volume: Volume) -> np.ndarray:
    step = max(1, len(voxels[0]) // MAX_POINTS)
    ijk = np.stack([axis[::step] for axis in voxels[::-1]], axis=1).astype(np.float64)
    return transformed(ijk, volume.ijk_to_lps)


def _start(midline: list[np.ndarray], paired: Mapping[str, np.ndarray]) -> np.ndarray | None:
    if midline:
        return np.mean(midline, axis=0)
    if not paired:
        return None
    # Percentiles, so that a false island at the edge of the scan does not shift the middle.
    low, high = np.percentile(np.concatenate(list(paired.values())), (1, 99), axis=0)
    return (low + high) / 2


def _refine(
    plane: MidsagittalPlane, midline: list[np.ndarray], paired: Mapping[str, np.ndarray]
) -> tuple[MidsagittalPlane, list[_Pair]]:
    """Divide the paired bones by the plane, lay the plane between the halves, and so on."""
    pairs: list[_Pair] = []
    for _ in range(_ITERATIONS):
        found = (_pair(points, plane) for points in paired.values())
        pairs = [pair for pair in found if pair is not None]
        balanced = [pair for pair in pairs if pair.is_balanced]
        normal = _normal(balanced)
        points = midline + [pair.middle for pair in balanced]
        points = points or [pair.middle for pair in pairs] or [plane.point]
        along = np.median([point @ normal for point in points])
        middle = np.mean(points, axis=0)
        plane = MidsagittalPlane(middle + (along - middle @ normal) * normal, normal)
    return plane, pairs


def _pair(points: np.ndarray, plane: MidsagittalPlane) -> _Pair | None:
    distance = plane.distance(points)
    on_left = distance >= 0
    counts = np.count_nonzero(on_left), np.count_nonzero(~on_left)
    ratio = min(counts) / max(counts)
    if ratio < PAIR_RATIO or distance[on_left].mean() - distance[~on_left].mean() < PAIR_GAP_MM:
        return None
    return _Pair(points[on_left].mean(axis=0), points[~on_left].mean(axis=0), ratio)


def _normal(pairs: list[_Pair]) -> np.ndarray:
    across = np.sum([pair.left - pair.right for pair in pairs] or [_LEFT], axis=0)
    across = across / np.linalg.norm(across)
    return across if across @ _LEFT >= np.cos(np.deg2rad(MAX_ROTATION_DEG)) else _LEFT


def _medial_of_one_side(paired: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return a point medial of a femur and a hip bone that are alone in the scan."""
    if len(paired) < 2:
        return None
    towards = (paired[HIP_BONE].mean(axis=0) - paired[FEMUR].mean(axis=0))[0]
    if abs(towards) < MEDIAL_OFFSET_MM:
        return None
    points = np.concatenate(list(paired.values()))
    edge = points[:, 0].max() if towards > 0 else points[:, 0].min()
    return np.array([edge, *points[:, 1:].mean(axis=0)])


def _body_middle(volume: Volume) -> np.ndarray:
    """Return the middle of what is brighter than air, from a coarse sample of the scan."""
    import SimpleITK as sitk

    steps = [max(1, size // 64) for size in volume.voxels.shape]
    sample = volume.voxels[tuple(slice(None, None, step) for step in steps)]
    image = sitk.GetImageFromArray(sample.astype(np.float32))
    body = np.nonzero(sitk.GetArrayFromImage(sitk.OtsuThreshold(image, 0, 1)))
    if not body[0].size:
        # Nothing stands out: the whole sample counts.
        body = np.nonzero(np.ones(sample.shape, bool))
    ijk = np.stack([axis * step for axis, step in zip(body, steps, strict=True)][::-1], axis=1)
    points = transformed(ijk, volume.ijk_to_lps)
    low, high = np.percentile(points, (2, 98), axis=0)
    return (low + high) / 2
