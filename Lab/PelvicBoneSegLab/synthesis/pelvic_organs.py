"""Organs around the symphysis, which label maps of bones and muscles lack.

Without them a network has never seen what lies behind and above the pubis: in MR of men it took the
front of the bladder and the root of the penis for bone. Sizes and places are guesses, wide on
purpose.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .obturator import obturator_muscles
from .organ_field import Millimetres, OrganField
from .tissue_map import Kind


class Organ(IntEnum):
    """Tissues of organs, in the order of `KINDS`."""

    BLADDER_WALL = 0
    URINE = 1
    PROSTATE = 2
    RECTUM_WALL = 3
    STOOL = 4
    RECTAL_GAS = 5
    TUNICA = 6
    CORPORA = 7
    BULB = 8
    PELVIC_FLOOR = 9
    ARCUATE_LIGAMENT = 10
    RETROPUBIC_FAT = 11
    OBTURATOR_EXTERNUS = 12
    OBTURATOR_INTERNUS = 13
    DARK_CORPORA = 14


KINDS = (
    Kind.MUSCLE, Kind.FLUID, Kind.ORGAN, Kind.MUSCLE, Kind.ORGAN, Kind.AIR, Kind.CORTEX, Kind.ORGAN,
    Kind.ORGAN, Kind.MUSCLE, Kind.CORTEX, Kind.FAT, Kind.MUSCLE, Kind.MUSCLE, Kind.MUSCLE,
)  # fmt: skip

_MEN = 0.75
"""Share of bodies with a penis, which is easily taken for the pubis above it."""

_RETROPUBIC_FAT = 0.8
"""Share of bodies in which fat, as bright as marrow, lies right behind the pubic bones."""

_MUSCULAR = 0.85
"""Share of bodies in which muscle fills the obturator foramina."""

_ON_THE_PUBIS = 0.3
"""Share of bladders that lie on it."""


def paint_organs(
    tissues: np.ndarray,
    free: np.ndarray,
    hips: np.ndarray,
    field: OrganField,
    first: int,
    rng: np.random.Generator,
) -> None:
    """Paint the organs of one body.

    Parameters
    ----------
    tissues
        Of the field's box, changed in place.
    free
        Where organs may be, of the same shape.
    hips
        Both hip bones, of the same shape.
    field
        Around the symphysis.
    first
        Number of the first tissue of `Organ`.
    rng
        Where sizes and places are drawn from.
    """

    def paint(depth: np.ndarray, content: Organ, wall: Organ | None = None, wall_mm: float = 0):
        if wall is not None:
            tissues[free & (depth > 0)] = first + wall
        tissues[free & (depth > wall_mm)] = first + content

    if rng.random() < _RETROPUBIC_FAT:
        paint(_retropubic_fat(field, rng), Organ.RETROPUBIC_FAT)
    prostate, rectum = _prostate(field, rng), _rectum(field, rng)
    paint(_pelvic_floor(field, prostate, rectum, rng), Organ.PELVIC_FLOOR)
    content = Organ(rng.choice([Organ.STOOL, Organ.RECTAL_GAS]))
    paint(rectum, content, Organ.RECTUM_WALL, rng.uniform(2, 5))
    paint(prostate, Organ.PROSTATE)
    paint(_bladder(field, rng), Organ.URINE, Organ.BLADDER_WALL, rng.uniform(2, 10))
    if rng.random() < _MUSCULAR:
        externus, internus = obturator_muscles(hips, field, rng)
        tissues[free & internus] = first + Organ.OBTURATOR_INTERNUS
        tissues[free & externus] = first + Organ.OBTURATOR_EXTERNUS
    if rng.random() < _MEN:
        bulb, corpora = _root_of_penis(hips, field, rng)
        paint(np.maximum(bulb, corpora) + rng.uniform(0, 6), Organ.PELVIC_FLOOR)
        paint(bulb, Organ.BULB, Organ.TUNICA, rng.uniform(0, 1.5))
        content = Organ(rng.choice([Organ.CORPORA, Organ.DARK_CORPORA]))
        paint(corpora, content, Organ.TUNICA, rng.uniform(1, 3))
    paint(_arcuate_ligament(field, rng), Organ.ARCUATE_LIGAMENT)


def _retropubic_fat(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Return how deep a voxel lies in the fat between pubis, bladder and prostate."""
    radii = rng.uniform(20, 45), rng.uniform(10, 22), rng.uniform(15, 40)
    return field.ellipsoid((rng.uniform(0, 30), rng.uniform(8, 20), 0.0), radii)


def _bladder(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Return how deep a voxel lies in the bladder.

    From nearly empty, behind the symphysis, to full: then it leans over the pubis. What lies about
    it flattens its floor, and another side. In some bodies it lies on the pubis: of all that axial
    slices show just above the symphysis, a flat floor is most like two pubic bones.
    """
    radii = rng.uniform(18, 50), rng.uniform(20, 42), rng.uniform(24, 50)
    lowest, downwards = rng.uniform(-8, 32), rng.normal(np.pi, 0.5)
    back = rng.uniform(5, 20) + rng.uniform(0.4, 1.0) * radii[1] - 1.5 * max(0.0, lowest - 12)
    flat = int(rng.integers(0, 3))
    if rng.random() < _ON_THE_PUBIS:
        lowest, back, downwards = rng.uniform(8, 20), rng.uniform(-5, 20), rng.normal(np.pi, 0.2)
        flat = max(1, flat)
    centre = lowest + 0.9 * radii[0], back, rng.normal(0, 4)
    depth = field.ellipsoid(centre, radii)
    for angle in (downwards, rng.uniform(0, 2 * np.pi))[:flat]:
        away = rng.uniform(0.2, 0.8) * min(radii[:2])
        through = centre[0] + away * np.cos(angle), centre[1] + away * np.sin(angle), 0.0
        depth = np.minimum(depth, field.half_space(through, angle))
    return depth


def _prostate(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Return how deep a voxel lies in the prostate, or in a woman in what lies there."""
    radii = rng.uniform(12, 26), rng.uniform(10, 24), rng.uniform(15, 30)
    return field.ellipsoid((rng.uniform(-20, 5), rng.uniform(10, 26) + radii[1], 0.0), radii)


def _rectum(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Return how deep a voxel lies in the rectum."""
    low, high = rng.uniform(45, 60), rng.uniform(60, 85)
    points = [(-45.0, low, 0.0), (0.0, low + 12, rng.normal(0, 4)), (70.0, high, rng.normal(0, 8))]
    return field.tube(points, rng.uniform(10, 24))


def _pelvic_floor(
    field: OrganField, prostate: np.ndarray, rectum: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return how deep a voxel lies in the muscles that surround prostate and rectum from below."""
    around = np.maximum(prostate + rng.uniform(2, 8), rectum + rng.uniform(0, 10))
    return np.minimum(around, field.half_space((rng.uniform(-15, 10), 0.0, 0.0), 0.0))


def _arcuate_ligament(field: OrganField, rng: np.random.Generator) -> np.ndarray:
    """Return how deep a voxel lies in the ligament between the rami, below and behind the disc.

    Coronal slices show it as a dark body between two bright ones, which are bone.
    """
    radii = rng.uniform(4, 10), rng.uniform(4, 12), rng.uniform(10, 20)
    return field.ellipsoid((rng.uniform(-28, -12), rng.uniform(0, 14), 0.0), radii)


def _root_of_penis(
    hips: np.ndarray, field: OrganField, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return how deep a voxel lies in the bulb, and in the corpora cavernosa.

    From below the rami, where they are called crura, the corpora meet below the symphysis and go
    on side by side, the bulb's end beneath them.
    """
    bulb = (rng.uniform(-60, -45), rng.uniform(10, 30), 0.0)
    bend = (rng.uniform(-38, -26), rng.uniform(-20, -5))
    end = (rng.uniform(-60, -15), rng.uniform(-65, -50))
    aside, sideways = rng.uniform(28, 42), rng.normal(0, 8)
    radius, lower = rng.uniform(5, 13), rng.uniform(5, 14)
    below = radius * rng.uniform(0.6, 1.3)
    corpora = [
        field.tube(
            [
                *_below_ramus(hips, field, side * np.linspace(aside, 0.9 * radius + 4, 4), below),
                (*bend, 0.9 * side * radius),
                (*end, 0.9 * side * radius + sideways),
            ],
            radius,
        )
        for side in (-1, 1)
    ]
    under = radius + 0.8 * lower
    beneath = (bend[0] - under, bend[1] + under, 0.0), (end[0] - under, end[1], sideways)
    return field.tube([bulb, *beneath], lower), np.maximum.reduce(corpora)


def _below_ramus(
    hips: np.ndarray, field: OrganField, asides: np.ndarray, below_mm: float
) -> list[Millimetres]:
    """Return points below the lowest ones of the hip bones, so far to the left each."""
    up, back, left = (axis.squeeze() for axis in field.axes)
    points = []
    for aside in asides:
        layer = hips[..., np.argmin(np.abs(left - aside))]
        if layer.any():
            row = np.flatnonzero(layer.any(axis=1))[-1]
            points.append((float(up[row] - below_mm), float(back[layer[row]].mean()), aside))
    return points
