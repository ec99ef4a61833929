"""Bone labels, cortex and marrow on the fine grid."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLib.anatomy import SEGMENTS

from .grid import Grid
from .mesh import Mesh
from .tissues import Tissue
from .voxelise import Box, mesh_mask

LABELS = {segment.id: segment.label for segment in SEGMENTS}
MARROW = {
    "left_femur": Tissue.FEMUR_MARROW,
    "right_femur": Tissue.FEMUR_MARROW,
    "left_hip_bone": Tissue.HIP_MARROW,
    "right_hip_bone": Tissue.HIP_MARROW,
    "sacrum": Tissue.SPINE_MARROW,
    "lumbar_spine": Tissue.SPINE_MARROW,
}
THIN_CORTEX_MM = 1.1
SHAFT_CORTEX_MM = 3.5
SHAFT_BELOW_TOP_MM = 85.0
SHAFT_FADE_MM = 12.0


class BoneMap:
    """Bone labels and bone tissues on a fine grid, filled bone by bone.

    A later bone takes only what earlier ones left, so that none overlap.

    Attributes
    ----------
    labels
        (k, j, i) uint8, 0 or a bone's label value.
    tissues
        (k, j, i) uint8 of `Tissue`; AIR wherever there is no bone.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.labels = np.zeros(grid.shape, dtype=np.uint8)
        self.tissues = np.zeros(grid.shape, dtype=np.uint8)

    def add(self, bone: str, meshes: list[Mesh]) -> None:
        """Add a bone, the union of `meshes`: marrow in a cortical shell."""
        box, inside = self._free(meshes)
        if not inside.any():
            return
        depth = self._depth(inside)
        cortex: np.ndarray | float = THIN_CORTEX_MM
        if bone.endswith("femur"):
            cortex = self._femoral_cortex(box, meshes[0])
        self.labels[box][inside] = LABELS[bone]
        self.tissues[box][inside] = np.where(depth > cortex, MARROW[bone], Tissue.CORTEX)[inside]

    def add_plain(self, meshes: list[Mesh], tissue: Tissue, label: int = 0) -> None:
        """Add the union of `meshes` as one tissue without a shell; label 0 is no bone."""
        box, inside = self._free(meshes)
        self.labels[box][inside] = label
        self.tissues[box][inside] = tissue

    def _free(self, meshes: list[Mesh]) -> tuple[Box, np.ndarray]:
        """Return the box around the meshes and their union, less what is taken."""
        masks = [mesh_mask(mesh, self.grid) for mesh in meshes]
        box = tuple(
            slice(min(b[axis].start for b, _ in masks), max(b[axis].stop for b, _ in masks))
            for axis in range(3)
        )
        inside = np.zeros([s.stop - s.start for s in box], dtype=bool)
        for part, mask in masks:
            own = tuple(
                slice(p.start - whole.start, p.stop - whole.start)
                for p, whole in zip(part, box, strict=True)
            )
            inside[own] |= mask
        return box, inside & (self.tissues[box] == Tissue.AIR)

    def _depth(self, inside: np.ndarray) -> np.ndarray:
        """Return the distance to the outside in mm, less half a voxel; the box may cut."""
        from scipy.ndimage import distance_transform_edt

        padded = np.pad(inside, 1, mode="edge")
        depth = distance_transform_edt(padded, sampling=self.grid.spacing[::-1])
        return depth[1:-1, 1:-1, 1:-1] - self.grid.spacing.min() / 2

    def _femoral_cortex(self, box: Box, femur: Mesh) -> np.ndarray:
        """Return the femur's cortical thickness in mm: thin at the head, thick at the shaft."""
        a = self.grid.affine
        k, j, i = (np.arange(s.start, s.stop) for s in box)
        z = a[2, 0] * i + a[2, 1] * j[:, np.newaxis] + a[2, 2] * k[:, np.newaxis, np.newaxis]
        below = femur.points[:, 2].max() - (z + a[2, 3])
        shaft = 1 / (1 + np.exp((SHAFT_BELOW_TOP_MM - below) / SHAFT_FADE_MM))
        return THIN_CORTEX_MM + (SHAFT_CORTEX_MM - THIN_CORTEX_MM) * shaft
