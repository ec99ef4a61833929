"""Random synthetic slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..training.sample import Sample
from .contrast import Contrast
from .pose import Pose
from .scanner import scan
from .targets import body_points, bone_points, pubis_points
from .tissue_map import GRID_MM, TissueMap

_AT_AN_END = 0.3
"""Share of slices beside a scan's first or last one: those of the prostate end at the pubis."""

_TEXTURE_STEP = 4
"""The coarse half of the texture has a value for every fourth pixel."""


class SyntheticSource:
    """Draws slices of random contrast through tissue maps; a `training.sample.Source`.

    Parameters
    ----------
    maps
        The bodies. Each case is as likely as the others, and each of the bodies of one name.
    offsets_mm
        Positions of the channels along the slice normal.
    spacing_mm
        Pixel size.
    patch
        Rows and columns.
    settings
        The ``synthesis`` section, which follows `SYNTHESIS_SCHEMA`.

    """

    def __init__(
        self,
        maps: Sequence[TissueMap],
        offsets_mm: Sequence[float],
        spacing_mm: float,
        patch: int,
        settings: dict[str, Any],
    ) -> None:
        cases: dict[str, list[TissueMap]] = {}
        for one in maps:
            cases.setdefault(one.name, []).append(one)
        self._cases = [_Case(one) for one in cases.values()]
        self._offsets = np.asarray(offsets_mm, dtype=float)
        self._spacing = spacing_mm
        self._patch = patch
        self._settings = settings

    def draw(self, rng: np.random.Generator) -> Sample:
        """Draw one; equal states of `rng` give equal samples."""
        settings = self._settings
        case = self._cases[rng.integers(len(self._cases))]
        tissue_map = case.maps[rng.integers(len(case.maps))]
        points = case.points(settings["on_bone"], settings["on_pubis"], rng)
        target = (points[rng.integers(len(points))] + 0.5) * GRID_MM
        pose = Pose.drawn(target, self._patch * self._spacing, settings, rng)
        return self.slice_at(tissue_map, pose, rng)

    def slice_at(self, tissue_map: TissueMap, pose: Pose, rng: np.random.Generator) -> Sample:
        """Scan a slice with a random contrast, thickness, field of view and scanner."""
        settings = self._settings
        parts = np.array([-1.0, 0.0, 1.0]) / 3 * rng.uniform(*settings["slice_mm"])
        positions = self._channel_positions(rng)[:, None] + parts
        voxels = _flat(
            pose.voxels(positions.ravel(), self._patch, self._spacing, GRID_MM),
            tissue_map.tissues.shape,
        ).reshape(len(self._offsets), len(parts), self._patch, self._patch)
        tissues = tissue_map.tissues.ravel().take(voxels)
        middle = int(np.argmin(np.abs(self._offsets)))
        contrast = Contrast.drawn(tissue_map.kinds, settings["random_contrast"], rng)
        signal = contrast.means.take(tissues).mean(axis=1)
        signal += contrast.spreads.take(tissues[:, 1]) * self._texture(rng)
        image = scan(np.abs(signal), tissues[middle, 1] == 0, self._spacing, settings, rng)
        labels = tissue_map.classes.take(tissues[middle, 1])
        silent = (
            np.zeros_like(labels)
            if tissue_map.silent is None
            else tissue_map.silent.ravel().take(voxels[middle, 1])
        )
        outside = self._outside(pose, rng)
        image[:, outside] = -1.0
        labels[outside] = silent[outside] = 0
        return Sample(image, labels, silent)

    def _channel_positions(self, rng: np.random.Generator) -> np.ndarray:
        """Return the offsets; near the first or last slice, which is repeated, some are less."""
        if rng.random() >= _AT_AN_END:
            return self._offsets
        end = rng.uniform(0, np.abs(self._offsets).max() + 1e-6)
        low, high = (-end, np.inf) if rng.random() < 0.5 else (-np.inf, end)
        return np.clip(self._offsets, low, high)

    def _texture(self, rng: np.random.Generator) -> np.ndarray:
        """Return noise of about unit variance, shape (C, P, P), partly smooth."""
        channels, patch = len(self._offsets), self._patch
        fine = rng.standard_normal((channels, patch, patch), dtype=np.float32)
        count = -(-patch // _TEXTURE_STEP) + 1
        coarse = rng.standard_normal((channels, count, count), dtype=np.float32)
        at = np.arange(patch) / _TEXTURE_STEP
        weights = np.maximum(1 - np.abs(at[:, None] - np.arange(count)), 0).astype(np.float32)
        return fine + weights @ coarse @ weights.T

    def _outside(self, pose: Pose, rng: np.random.Generator) -> np.ndarray:
        """Return where the patch lies beyond the field of view, which has the point to show."""
        outside = np.zeros((self._patch, self._patch), bool)
        if rng.random() >= self._settings["small_field"]:
            return outside
        outside[:] = True
        sides = rng.uniform(*self._settings["field_mm"]) * rng.uniform(0.85, 1.0, 2)
        pixels = np.minimum(np.rint(sides / self._spacing).astype(int), self._patch)
        shown = (self._patch / 2 + pose.shown_mm / self._spacing).astype(int)
        first, last = (np.clip(at, 0, self._patch - pixels) for at in (shown - pixels + 1, shown))
        rows, columns = rng.integers(first, last + 1)
        outside[rows : rows + pixels[0], columns : columns + pixels[1]] = False
        return outside


class _Case:
    """Bodies that differ in organs and pubis alone, and what slices of them are centred on."""

    def __init__(self, maps: list[TissueMap]) -> None:
        self.maps = maps
        self._body = body_points(maps[0])
        self._bones = bone_points(maps[0])
        self._pubis = pubis_points(maps[0])

    def points(self, on_bone: float, on_pubis: float, rng: np.random.Generator) -> np.ndarray:
        if not self._bones or rng.random() >= on_bone:
            return self._body
        if self._pubis is not None and rng.random() < on_pubis:
            return self._pubis
        return self._bones[rng.integers(len(self._bones))]


def _flat(voxels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return flat indices (N, P, P) of voxels (N, 3, P, P); those outside become the edge."""
    for axis, size in enumerate(shape):
        np.clip(voxels[:, axis], 0, size - 1, out=voxels[:, axis])
    flat = voxels[:, 0] * np.int32(shape[1])
    flat += voxels[:, 1]
    flat *= np.int32(shape[2])
    flat += voxels[:, 2]
    return flat
