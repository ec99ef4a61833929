"""What can be chosen in the panel. The parameter node stores these by name."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from slicer.i18n import tr as _

from ..anatomy import (
    BOTH,
    FEMUR,
    HIP_BONE,
    LEFT,
    LUMBAR_SPINE,
    RIGHT,
    SACRUM,
    SEGMENTS,
)

BONE_PARAMETERS = {
    FEMUR: "femur",
    HIP_BONE: "hipBone",
    SACRUM: "sacrum",
    LUMBAR_SPINE: "lumbarSpine",
}
"""Which field of the parameter node says whether a bone is wanted."""


def chosen_bones(parameters: Any) -> tuple[str, ...]:
    """Return the bones that are ticked, as `anatomy` names them."""
    return tuple(bone for bone, field in BONE_PARAMETERS.items() if getattr(parameters, field))


def bone_label(bone: str) -> str:
    """Return what the user reads for a bone of `anatomy.BONES`."""
    return {
        FEMUR: _("Femur"),
        HIP_BONE: _("Hip bone"),
        SACRUM: _("Sacrum"),
        LUMBAR_SPINE: _("Lumbar spine"),
    }[bone]


def have_sides(bones: Iterable[str]) -> bool:
    """Return whether any of the bones is paired."""
    chosen = tuple(bones)
    return any(segment.side for segment in SEGMENTS if segment.bone in chosen)


class SideChoice(Enum):
    """Which of the patient's sides."""

    BOTH = BOTH
    LEFT = LEFT
    RIGHT = RIGHT

    def label(self) -> str:
        """Return what the user reads."""
        return {
            SideChoice.BOTH: _("Both sides"),
            SideChoice.LEFT: _("Left (patient's)"),
            SideChoice.RIGHT: _("Right (patient's)"),
        }[self]


class DeviceChoice(Enum):
    """Where to compute."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"

    def label(self) -> str:
        """Return what the user reads."""
        return {
            DeviceChoice.AUTO: _("Automatic"),
            DeviceChoice.CPU: _("Processor (CPU)"),
            DeviceChoice.CUDA: _("NVIDIA graphics card (CUDA)"),
            DeviceChoice.MPS: _("Apple graphics (MPS)"),
        }[self]


class ExportFormat(Enum):
    """What the bones are written as."""

    STL = "stl"
    OBJ = "obj"
    PLY = "ply"
    GLTF = "gltf"
    NRRD = "nrrd"
    NIFTI = "nifti"
    DICOM_SEG = "dicom_seg"

    def label(self) -> str:
        """Return what the user reads."""
        return {
            ExportFormat.STL: _("STL (3D printing)"),
            ExportFormat.OBJ: _("OBJ (surface with colours)"),
            ExportFormat.PLY: _("PLY (surface with colours)"),
            ExportFormat.GLTF: _("glTF (3D viewers, web)"),
            ExportFormat.NRRD: _("NRRD segmentation (voxels)"),
            ExportFormat.NIFTI: _("NIfTI label map (voxels)"),
            ExportFormat.DICOM_SEG: _("DICOM SEG (voxels)"),
        }[self]


class CoordinateSystem(Enum):
    """Which way the axes of exported files point."""

    LPS = "LPS"
    RAS = "RAS"

    def label(self) -> str:
        """Return what the user reads."""
        return {
            CoordinateSystem.LPS: _("LPS (DICOM, most programs)"),
            CoordinateSystem.RAS: _("RAS (Slicer's own)"),
        }[self]
