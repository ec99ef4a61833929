"""A scan with its mask and what a bundle finds in it, as slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.segmenter import Segmenter

from ..data.cases import LabelledScan


@dataclass(frozen=True, eq=False)
class ComparedCase:
    """Stacks in the plane of acquisition, shape (slices, rows, columns), see `orientation`.

    Attributes
    ----------
    name
        Of the case.
    image
        The scan's values.
    truth, found
        Class indices as in `LabelledScan`: of the manual mask, and of the bundle after
        post-processing.
    silent
        Bits as in `LabelledScan`.
    spacing
        Between slices, rows and columns, in mm.
    plane
        In which the slices lie.
    """

    name: str
    image: np.ndarray
    truth: np.ndarray
    found: np.ndarray
    silent: np.ndarray
    spacing: tuple[float, float, float]
    plane: str

    @property
    def bones(self) -> list[str]:
        """Bones that the mask or the bundle shows."""
        shown = set(np.unique(self.truth)) | set(np.unique(self.found))
        return [bone for index, bone in enumerate(BONES, start=1) if index in shown]

    def masks(self, bone: str) -> tuple[np.ndarray, np.ndarray]:
        """Return where the mask and the bundle show a bone, both boolean."""
        index = BONES.index(bone) + 1
        return self.truth == index, self.found == index

    def covered(self, bone: str) -> np.ndarray:
        """Return the voxels in which the mask says whether the bone is there."""
        index = BONES.index(bone)
        return (self.truth > 0) | (self.silent >> index & 1 == 0)


def compare_case(scan: LabelledScan, segmenter: Segmenter) -> ComparedCase:
    """Segment a scan and lay everything out in the plane of acquisition; coronal without one."""
    axes = scan.volume.axes
    plane = axes.acquisition_plane or "coronal"
    found = bone_classes(segmenter.segment(scan.volume, segmenter.bundle.bones).labels)
    image, truth, found, silent = (
        np.ascontiguousarray(axes.to_stack(array, plane))
        for array in (scan.volume.voxels, scan.labels, found, scan.silent)
    )
    return ComparedCase(scan.name, image, truth, found, silent, axes.stack_spacing(plane), plane)
