"""The tissues of a body of which labels name the bones and muscles."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import BONES, FEMUR, HIP_BONE, LUMBAR_SPINE, SACRUM

from . import pelvic_organs
from .bone_tissues import PARTS, ROOM_MM, between, bone_parts, canal
from .organ_field import OrganField
from .smooth_field import COARSE, smooth_field, spread
from .tissue_map import GRID_MM, Kind, TissueMap, bounding_box

# Tissues: those without a label first, then the parts of each bone, then the other labels.
_PLAIN = (
    Kind.AIR, Kind.FAT, Kind.FAT, Kind.ORGAN, Kind.ORGAN, Kind.FLUID, Kind.AIR, Kind.MUSCLE,
    Kind.FLUID, Kind.DISC, Kind.DISC, Kind.MUSCLE,
)  # fmt: skip
(
    _, _SKIN_FAT, _DEEP_FAT, _ORGAN, _BOWEL, _FLUID, _GAS, _VESSEL, _CANAL, _CARTILAGE, _LAST_DISC,
    _SYMPHYSIS,
) = range(len(_PLAIN))  # fmt: skip
_FIRST_ORGAN = len(_PLAIN) + len(PARTS) * len(BONES)
_FIRST_OTHER = _FIRST_ORGAN + len(pelvic_organs.KINDS)

MAX_LABEL = 255 - _FIRST_OTHER
"""Highest label value for which there is room among the tissues."""

_SKIN_FAT_MM = 22.0
"""Deeper than this below the skin, what has no label is no longer fat beneath the skin."""

_JOINT_MM, _DISC_MM = 3.0, 6.0
"""So far from both bones there is the hip joint's cartilage, and the last disc."""

_BODIES = 6
"""Made of one with complete hip bones: bladders are full or empty, organs a man's or a woman's."""

_LARGER = 1.5
"""What surrounds the symphysis of a body is up to this much larger.

In the label maps made on CT the pubis beside the symphysis is 38–45 mm long and 15–20 mm thick in
sagittal planes, in the T2-weighted scans of two men some 62 mm and 26 mm; but their obturator
foramina begin no further from the middle.
"""

_THICKER_MM = 4.5
"""And the pubis is up to this much thicker on every side."""

_DISCS_MM = 1.0, 3.5
"""What is so near to the other pubic bone is disc: CT label maps close it all but for a cleft."""

_SHELLS_MM = 1.5, 4.5
"""How thick its dark rim may be: in MR ligaments cannot be told from the cortex."""


class Body:
    """Labels and outline of a body, in canonical order on the grid of tissue maps.

    Parameters
    ----------
    labels
        uint8; bones as in `bones`, all other values are muscles.
    inside
        Boolean: the body.
    bones
        Label value of each bone, by its index in `anatomy.BONES`.
    rng
        Where patches of marrow, organs and vessels are drawn from.
    """

    def __init__(
        self,
        labels: np.ndarray,
        inside: np.ndarray,
        bones: dict[int, int],
        rng: np.random.Generator,
    ) -> None:
        self._labels = labels
        self._inside = inside
        self._bones = bones
        self._rng = rng

    def tissue_maps(self, name: str) -> list[TissueMap]:
        """Paint every tissue, with several sets of organs where the hip bones are complete."""
        tissues = self._unlabelled()
        muscles = (self._labels > 0) & ~np.isin(self._labels, list(self._bones.values()))
        tissues[muscles] = self._labels[muscles] + _FIRST_OTHER
        self._paint_between(tissues, FEMUR, HIP_BONE, _JOINT_MM, _CARTILAGE)
        self._paint_between(tissues, SACRUM, LUMBAR_SPINE, _DISC_MM, _LAST_DISC)
        for bone in self._bones:
            self._paint_bone(tissues, bone)
        tables, silent = self._tables(), _silent(tissues)
        return [TissueMap.cropped(name, one, *tables, silent) for one in self._with_organs(tissues)]

    def _with_organs(self, tissues: np.ndarray) -> list[np.ndarray]:
        field = OrganField.around(self._mask(HIP_BONE), self._rng)
        if field is None:
            return [tissues]
        bodies = [tissues.copy() for _ in range(_BODIES)]
        for body in bodies:
            self._vary(body[field.box], field)
        return bodies

    def _vary(self, tissues: np.ndarray, field: OrganField) -> None:
        """Give a part of a body a pubis of another size, and organs."""
        rng, hip_bone = self._rng, _tissues_of(HIP_BONE)
        factor = rng.uniform(1, _LARGER)
        tissues[:] = field.magnified(tissues, factor, rng.uniform(1, factor))
        hips = np.isin(tissues, hip_bone)
        disc = field.disc(hips, rng.uniform(*_DISCS_MM)) & (hips | (tissues <= _VESSEL))
        tissues[disc] = _SYMPHYSIS
        bones = hips & ~disc
        free = (tissues > 0) & (tissues <= _VESSEL)
        pelvic_organs.paint_organs(tissues, free, bones, field, _FIRST_ORGAN, rng)
        grown = field.thickened(bones, disc, rng.uniform(0, _THICKER_MM))
        grown &= hips | (tissues < len(_PLAIN)) | (tissues >= _FIRST_ORGAN)
        parts = bone_parts(grown, HIP_BONE, rng, rng.uniform(*_SHELLS_MM))
        tissues[grown] = hip_bone[parts[grown]]

    def _tables(self) -> tuple[np.ndarray, np.ndarray]:
        others = int(self._labels.max()) + 1
        kinds = np.array(
            (*_PLAIN, *PARTS * len(BONES), *pelvic_organs.KINDS, *[Kind.MUSCLE] * others), np.uint8
        )
        classes = np.zeros(len(kinds), np.uint8)
        classes[len(_PLAIN) : _FIRST_ORGAN] = np.repeat(np.arange(len(BONES)) + 1, len(PARTS))
        return classes, kinds

    def _mask(self, bone: str) -> np.ndarray:
        value = self._bones.get(BONES.index(bone))
        return self._labels == value if value else np.zeros(self._labels.shape, bool)

    def _paint_bone(self, tissues: np.ndarray, bone: int) -> None:
        mask = self._mask(BONES[bone])
        if not mask.any():
            return
        box = bounding_box(mask, margin=int(np.ceil(ROOM_MM / GRID_MM)))
        free = mask[box] | (self._labels[box] == 0)
        parts = bone_parts(mask[box], BONES[bone], self._rng)
        here = (parts >= 0) & free
        tissues[box][here] = _tissues_of(BONES[bone])[parts[here]]
        if BONES[bone] == LUMBAR_SPINE:
            tissues[box][canal(parts >= 0) & free] = _CANAL

    def _paint_between(
        self, tissues: np.ndarray, one: str, other: str, reach_mm: float, tissue: int
    ) -> None:
        masks = self._mask(one), self._mask(other)
        if masks[0].any() and masks[1].any():
            box = bounding_box(masks[0], margin=int(np.ceil(reach_mm / GRID_MM)) + 1)
            gap = between(masks[0][box], masks[1][box], reach_mm) & (self._labels[box] == 0)
            tissues[box][gap] = tissue

    def _unlabelled(self) -> np.ndarray:
        """Paint what has no label: fat, and organs where the cavity may be."""
        shape, rng = self._inside.shape, self._rng
        depth = self._depth()
        hips = self._mask(HIP_BONE)
        lowest = bounding_box(hips)[0].stop if hips.any() else 0
        large, small = smooth_field(shape, 16.0, rng), smooth_field(shape, 6.0, rng)
        tissues = np.where(depth < _SKIN_FAT_MM, _SKIN_FAT, _DEEP_FAT).astype(np.uint8)
        tissues[(depth > _SKIN_FAT_MM) & (small > 1.9)] = _VESSEL
        cavity = depth > _SKIN_FAT_MM + 8 + 4 * small
        cavity[lowest:] = False
        tissues[cavity & (large > -0.5) & (small > -0.6)] = _BOWEL
        tissues[cavity & (large > 0.4)] = _ORGAN
        tissues[cavity & (large > 1.2)] = _FLUID
        tissues[cavity & (large < -0.6) & (small > 1.3)] = _GAS
        tissues[~self._inside] = 0
        return tissues

    def _depth(self) -> np.ndarray:
        """Return the distance to the skin in mm within each axial slice."""
        from scipy.ndimage import distance_transform_edt

        coarse = np.pad(self._inside[::COARSE, ::COARSE, ::COARSE], ((0, 0), (1, 1), (1, 1)))
        depth = np.stack([distance_transform_edt(layer) for layer in coarse])[:, 1:-1, 1:-1]
        return spread(depth.astype(np.float32) * COARSE * GRID_MM, self._inside.shape)


def _tissues_of(bone: str) -> np.ndarray:
    """Return the tissues of a bone, in the order of `PARTS`."""
    return len(_PLAIN) + len(PARTS) * BONES.index(bone) + np.arange(len(PARTS))


def _silent(tissues: np.ndarray) -> np.ndarray:
    """Return what other datasets count among the bones, or do not."""
    spine, sacrum = (np.uint8(1 << BONES.index(bone)) for bone in (LUMBAR_SPINE, SACRUM))
    table = np.zeros(256, np.uint8)
    table[_CANAL] = spine
    table[_LAST_DISC] = spine | sacrum
    return table[tissues]
