"""Bones on a grid, whatever label values or segments they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..anatomy import BOTH, LEFT, RIGHT
from .structure import STRUCTURES, Structure

FLAGS = {structure: 1 << bit for bit, structure in enumerate(STRUCTURES)}
FLAG_DTYPE = np.min_scalar_type((1 << len(STRUCTURES)) - 1)


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Which bones each voxel belongs to.

    Attributes
    ----------
    flags
        Shape (K, J, I), unsigned integers: a bit for each of `STRUCTURES`, so that segments may
        overlap. `mask` reads it.
    ijk_to_lps
        4×4 matrix from voxel indices (i, j, k), voxel centres, to LPS in mm. It may be permuted,
        flipped, oblique or left-handed.
    structures
        What the labels tell of, found or not: a scheme's structures, or the segments listed.
    """

    flags: np.ndarray
    ijk_to_lps: np.ndarray
    structures: frozenset[Structure]

    @classmethod
    def from_masks(cls, masks: Mapping[Structure, np.ndarray], ijk_to_lps: np.ndarray) -> LabelMap:
        """Put masks of shape (K, J, I) together; they may overlap, and be empty.

        Raises
        ------
        ValueError
            No mask, or masks of several shapes.
        """
        shapes = {mask.shape for mask in masks.values()}
        if len(shapes) != 1:
            raise ValueError(f"masks need one shape, not {sorted(shapes)}")
        flags = np.zeros(shapes.pop(), FLAG_DTYPE)
        for structure, mask in masks.items():
            flags[mask != 0] |= FLAG_DTYPE.type(FLAGS[structure])
        return cls(flags, np.asarray(ijk_to_lps, np.float64), frozenset(masks))

    @classmethod
    def from_labels(
        cls, labels: np.ndarray, values: Mapping[int, Structure], ijk_to_lps: np.ndarray
    ) -> LabelMap:
        """Turn label values into bones.

        Parameters
        ----------
        labels
            Integers, shape (K, J, I). Values that are not in `values` are background.
        values
            The structure of each label value, from 1; several values may be one structure.
        ijk_to_lps
            4×4 matrix.
        """
        beyond = max(values) + 1
        flags_of_value = np.zeros(beyond + 1, FLAG_DTYPE)
        for value, structure in values.items():
            flags_of_value[value] = FLAGS[structure]
        flags = flags_of_value[np.clip(labels, 0, beyond)]
        return cls(flags, np.asarray(ijk_to_lps, np.float64), frozenset(values.values()))

    @property
    def spacing(self) -> np.ndarray:
        """Distance in mm between voxel centres along i, j, k."""
        return np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel in mm³, also where the axes are skewed."""
        return float(abs(np.linalg.det(self.ijk_to_lps[:3, :3])))

    def mask(self, bone: str, side: str = BOTH) -> np.ndarray:
        """Return where a bone is, boolean, shape (K, J, I).

        Parameters
        ----------
        bone
            One of `anatomy.BONES`.
        side
            ``"left"`` or ``"right"``; otherwise all that is labelled as that bone.
        """
        return (self.flags & flags_of(Structure(bone, side))) != 0


def flags_of(structure: Structure) -> np.unsignedinteger:
    """Return the bit of a left or right bone; else those of all structures of the bone."""
    if structure.side in (LEFT, RIGHT):
        return FLAG_DTYPE.type(FLAGS[structure])
    return FLAG_DTYPE.type(sum(bit for one, bit in FLAGS.items() if one.bone == structure.bone))


def profiles(flags: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which flags occur at each k, at each j and at each i."""
    k, j, i = (
        np.bitwise_or.reduce(flags, axis=tuple(other for other in range(3) if other != axis))
        for axis in range(3)
    )
    return k, j, i
