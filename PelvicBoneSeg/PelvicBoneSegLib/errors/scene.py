"""What is in the scene does not allow what was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ..message import Message, templates
from .base import PelvicBoneSegError

_ = templates(__name__)


class SceneChangedError(PelvicBoneSegError):
    """A node that the run began with is no longer there, or no longer the same."""

    def __init__(self, what: str) -> None:
        super().__init__(_("{what} Nothing was changed. Start the segmentation again."), what=what)


class NothingToUndoError(PelvicBoneSegError):
    """No run can be taken back."""

    def __init__(self, name: str | None = None) -> None:
        why = (
            Message(_("The segmentation '{name}' is no longer in the scene."), name=name)
            if name
            else Message(_("No run was made."))
        )
        super().__init__(
            _(
                "{why} Nothing was undone. Only the last run since the module was opened can "
                "be taken back, as long as its segmentation is there."
            ),
            why=why,
        )


class NotALabelmapSegmentationError(PelvicBoneSegError):
    """A segmentation node that stores surfaces instead of voxels."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The segmentation '{name}' stores surfaces, not voxels. Choose another one, or "
                "make the binary labelmap its source representation (in Slicer: Segmentations "
                "module)."
            ),
            name=name,
        )


class NothingToCompareError(PelvicBoneSegError):
    """Two segmentations without a segment of the same bone or name."""

    def __init__(self, name: str, reference: str) -> None:
        super().__init__(
            _(
                "No segment of '{name}' matches one of '{reference}'. Give those that show the "
                "same bone the same name or terminology entry (in Slicer: Segmentations "
                "module)."
            ),
            name=name,
            reference=reference,
        )


class ComparisonOutdatedError(PelvicBoneSegError):
    """A segmentation was edited, moved or deleted while it was compared."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The segmentation '{name}' is no longer what it was when the comparison began. "
                "Nothing was changed. Compare again."
            ),
            name=name,
        )


class SlicesNotThickError(PelvicBoneSegError):
    """There is nothing between the slices to interpolate."""

    def __init__(self, spacing: Iterable[float]) -> None:
        text = " × ".join(f"{value:.3g}" for value in spacing)
        super().__init__(
            _(
                "The slices are not thick: voxels are {text} mm. Interpolating between slices "
                "is for scans whose slices are at least twice as thick as pixels are wide."
            ),
            text=text,
        )


class NoBoneError(PelvicBoneSegError):
    """A segmentation without any voxel of a bone that the product knows."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "'{name}' has no bone that was segmented with this module. Segment a scan "
                "first, or choose another segmentation."
            ),
            name=name,
        )


class NoScanError(PelvicBoneSegError):
    """A segmentation whose scan is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The scan that '{name}' was made on is not in the scene. Load it, and choose "
                "it as source geometry (in Slicer: Segment Editor, beside the source volume)."
            ),
            name=name,
        )


class SegmentationChangedError(PelvicBoneSegError):
    """A segmentation was edited, moved or deleted while it was worked on."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The segmentation '{name}' was edited, moved or deleted meanwhile. Nothing was "
                "changed. Try again."
            ),
            name=name,
        )


class SurfaceConversionError(PelvicBoneSegError):
    """Slicer's own converter gave no closed surface."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "No closed surface could be made of '{name}'. Nothing was changed. Look for "
                "the cause in Slicer's error log."
            ),
            name=name,
        )


class SceneWriteError(PelvicBoneSegError):
    """MRML refused a segment."""

    def __init__(self, segment: str, node: str) -> None:
        super().__init__(
            _(
                "The segment '{segment}' could not be added to '{node}'. Nothing was changed. "
                "Choose a new segmentation, and look for the cause in Slicer's error log."
            ),
            segment=segment,
            node=node,
        )
