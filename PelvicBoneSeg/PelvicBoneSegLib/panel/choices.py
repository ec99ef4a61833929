"""What can be chosen in the panel. The parameter node stores these by name."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _

from ..anatomy import (
    BONES,
    BOTH,
    FEMUR,
    HIP_BONE,
    LEFT,
    LUMBAR_SPINE,
    RIGHT,
    SACRUM,
    SEGMENTS,
)


class BoneChoice(Enum):
    """Which bones to segment."""

    ALL = BONES
    FEMUR = (FEMUR,)
    HIP_BONE = (HIP_BONE,)
    SACRUM = (SACRUM,)
    LUMBAR_SPINE = (LUMBAR_SPINE,)

    @property
    def bones(self) -> tuple[str, ...]:
        """Names as `anatomy` knows them."""
        return self.value

    @property
    def has_sides(self) -> bool:
        """Whether any of the bones is paired."""
        return any(segment.side for segment in SEGMENTS if segment.bone in self.value)

    def label(self) -> str:
        """Return what the user reads."""
        return {
            BoneChoice.ALL: _("All bones"),
            BoneChoice.FEMUR: _("Femur"),
            BoneChoice.HIP_BONE: _("Hip bone"),
            BoneChoice.SACRUM: _("Sacrum"),
            BoneChoice.LUMBAR_SPINE: _("Lumbar spine"),
        }[self]


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
