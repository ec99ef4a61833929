"""How bright each tissue is: as in one of the common MR sequences, or at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .tissue_map import Kind

# Signal of each kind of tissue, about 1 for the brightest. The order of tissues in each sequence is
# textbook knowledge; the ranges are wide guesses, not measured.
SEQUENCES: dict[str, dict[Kind, tuple[float, float]]] = {
    "t1": {
        Kind.AIR: (0.0, 0.02), Kind.CORTEX: (0.03, 0.2), Kind.MARROW: (0.5, 0.95),
        Kind.DISC: (0.25, 0.45), Kind.FAT: (0.8, 1.0), Kind.MUSCLE: (0.25, 0.5),
        Kind.ORGAN: (0.3, 0.8), Kind.FLUID: (0.1, 0.35),
    },
    "t2": {
        Kind.AIR: (0.0, 0.02), Kind.CORTEX: (0.03, 0.15), Kind.MARROW: (0.3, 0.95),
        Kind.DISC: (0.15, 0.7), Kind.FAT: (0.5, 0.95), Kind.MUSCLE: (0.1, 0.28),
        Kind.ORGAN: (0.3, 0.8), Kind.FLUID: (0.7, 1.2),
    },
    "pd": {
        Kind.AIR: (0.0, 0.02), Kind.CORTEX: (0.05, 0.2), Kind.MARROW: (0.4, 0.8),
        Kind.DISC: (0.4, 0.7), Kind.FAT: (0.65, 1.0), Kind.MUSCLE: (0.35, 0.65),
        Kind.ORGAN: (0.5, 0.85), Kind.FLUID: (0.6, 1.0),
    },
    "fat_suppressed": {
        Kind.AIR: (0.0, 0.02), Kind.CORTEX: (0.03, 0.2), Kind.MARROW: (0.05, 0.35),
        Kind.DISC: (0.3, 0.8), Kind.FAT: (0.05, 0.3), Kind.MUSCLE: (0.25, 0.6),
        Kind.ORGAN: (0.4, 0.9), Kind.FLUID: (0.3, 1.2),
    },
    "dwi": {
        Kind.AIR: (0.0, 0.08), Kind.CORTEX: (0.02, 0.15), Kind.MARROW: (0.05, 0.4),
        Kind.DISC: (0.1, 0.5), Kind.FAT: (0.02, 0.2), Kind.MUSCLE: (0.1, 0.45),
        Kind.ORGAN: (0.4, 1.0), Kind.FLUID: (0.1, 0.9),
    },
    "adc": {
        Kind.AIR: (0.0, 0.3), Kind.CORTEX: (0.0, 0.3), Kind.MARROW: (0.05, 0.35),
        Kind.DISC: (0.3, 0.8), Kind.FAT: (0.0, 0.25), Kind.MUSCLE: (0.4, 0.7),
        Kind.ORGAN: (0.4, 0.8), Kind.FLUID: (0.8, 1.2),
    },
}  # fmt: skip


_MARROW_DIFFERS = 3.0
"""Red and yellow marrow differ so many times as much as one muscle from another."""

_ROUGH = 0.12
"""The texture of a tissue is at most this share of its signal, and a little."""

_ROUGH_MARROW, _ROUGH_FLUID = (0.03, 0.25), (0.0, 0.03)
"""Trabeculae show in marrow; a bladder with a dark wall is told from a pubic bone by its even
content."""

_OFTEN = ("t2", "t2")
"""Three times as likely as each of the others: most scans of the pelvis are weighted so."""

_MARROW_OVER_MUSCLE = {"t1": 1.1, "t2": 1.4}
"""In these sequences marrow, red or yellow, is at least so many times as bright as muscle: in the
T2-weighted scans of two men about three times."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """Signal of each tissue.

    Attributes
    ----------
    means, spreads
        float32, one for each tissue of a map: mean, and standard deviation of its texture.
    """

    means: np.ndarray
    spreads: np.ndarray

    @classmethod
    def drawn(cls, kinds: np.ndarray, random_contrast: float, rng: np.random.Generator) -> Contrast:
        """Draw the signals of a map's tissues.

        Parameters
        ----------
        kinds
            `Kind` of each tissue.
        random_contrast
            Probability that no sequence is followed.
        """
        if rng.random() < random_contrast:
            ranges = np.tile((0.0, 1.0), (len(Kind), 1))
            ranges[Kind.AIR] = (0.0, 0.1)
            differ, over_muscle = rng.choice((0.03, 0.1, 0.3)), 0.0
        else:
            name = str(rng.choice([*SEQUENCES, *_OFTEN]))
            ranges = np.array([SEQUENCES[name][kind] for kind in Kind])
            differ = rng.uniform(0.02, 0.08)
            over_muscle = _MARROW_OVER_MUSCLE.get(name, 0.0)
        by_kind = rng.uniform(ranges[:, 0], ranges[:, 1])
        marrow = kinds == Kind.MARROW
        differs = np.where(marrow, _MARROW_DIFFERS * differ, differ) * (kinds != Kind.AIR)
        own = rng.normal(0, 1, len(kinds)) * differs
        means = np.abs(by_kind[kinds] + own)
        means[marrow] = np.maximum(means[marrow], over_muscle * by_kind[Kind.MUSCLE])
        rough = np.tile((0.0, _ROUGH), (len(kinds), 1))
        rough[marrow], rough[kinds == Kind.FLUID] = _ROUGH_MARROW, _ROUGH_FLUID
        rough = rng.uniform(rough[:, 0], rough[:, 1])
        spreads = rough * (0.25 + means) * (kinds != Kind.AIR)
        return cls(means.astype(np.float32), spreads.astype(np.float32))
