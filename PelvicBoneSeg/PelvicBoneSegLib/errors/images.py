"""What can be wrong with a scan or a segmentation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..message import Message, templates
from .base import EXIT_INPUT, PelvicBoneSegError

_ = templates(__name__)


class InputError(PelvicBoneSegError):
    """Base of what can be wrong with the scan."""

    exit_code = EXIT_INPUT


class InputNotFoundError(InputError):
    """There is no such file or folder."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(_("There is no file or folder {path}. Check the path."), path=path)


class UnreadableImageError(InputError):
    """A file that is empty, truncated or no image."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "Cannot read {path} as an image: {reason}. Use NIfTI, NRRD, MHA or a folder of "
                "DICOM files, and copy or export it again."
            ),
            path=path,
            reason=reason,
        )


class EmptyDicomFolderError(InputError):
    """A folder without any DICOM image series."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _("There is no DICOM image series in {path}. Choose the folder that holds its files."),
            path=path,
        )


class SeveralSeriesError(InputError):
    """A DICOM folder that leaves open which series is meant."""

    def __init__(self, path: Path | str, series: Iterable[str]) -> None:
        super().__init__(
            _(
                "{path} holds several DICOM series: {series}. Put the one that you want into a "
                "folder of its own."
            ),
            path=path,
            series="; ".join(series),
        )


class IrregularSlicesError(InputError):
    """DICOM slices that do not make a regular stack."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(
            _(
                "The DICOM slices in {path} are not a regular stack: {problem}. Export the "
                "series again, complete and into a folder of its own."
            ),
            path=path,
            problem=problem,
        )


class WrongDimensionError(InputError):
    """Not a three-dimensional image."""

    def __init__(self, dimension: int) -> None:
        super().__init__(
            _(
                "The image has {dimension} dimensions; exactly 3 are needed. Choose a single "
                "3D volume (one time point, one stack of slices)."
            ),
            dimension=dimension,
        )


class NotScalarError(InputError):
    """Several values a voxel, such as a colour picture."""

    def __init__(self, components: int) -> None:
        super().__init__(
            _(
                "The image has {components} values per voxel (a colour or vector image); one "
                "grey value is needed. Choose the original MR series."
            ),
            components=components,
        )


class NonFiniteVoxelsError(InputError):
    """NaN or infinite voxels."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "{count} voxels are not a number or infinite. Export the scan again, or "
                "replace them (in Slicer: Simple Filters)."
            ),
            count=count,
        )


class ConstantImageError(InputError):
    """Every voxel has the same value."""

    def __init__(self, value: float) -> None:
        super().__init__(
            _(
                "Every voxel has the same value ({value:g}), so there is nothing to see. Check "
                "that the right series was chosen."
            ),
            value=value,
        )


class TooFewSlicesError(InputError):
    """Too thin a stack for 3D."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(
            _(
                "The image has {columns}×{rows}×{slices} voxels; at least 3 slices in each "
                "direction are needed. Choose a stack of slices, not a localiser or single "
                "picture."
            ),
            columns=shape[2],
            rows=shape[1],
            slices=shape[0],
        )


class AbsurdGeometryError(InputError):
    """Spacing, extent or axes that no scan of a pelvis has."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _(
                "The geometry of the image cannot be right: {what}. Correct the spacing and "
                "directions in the file (in Slicer: Volumes module)."
            ),
            what=what,
        )


class NotAVolumeError(InputError):
    """Something else than a scalar volume node was chosen."""

    def __init__(self, name: str | None) -> None:
        problem = (
            Message(_("'{name}' is not a scalar volume."), name=name)
            if name
            else Message(_("No volume was chosen."))
        )
        super().__init__(_("{problem} Choose an MR volume."), problem=problem)


class NotASegmentationError(InputError):
    """Something else than a segmentation node was chosen."""

    def __init__(self, name: str | None) -> None:
        problem = (
            Message(_("'{name}' is not a segmentation."), name=name)
            if name
            else Message(_("No segmentation was chosen."))
        )
        super().__init__(_("{problem} Choose a segmentation."), problem=problem)


class EmptyVolumeNodeError(InputError):
    """A volume node without voxels."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The volume '{name}' holds no image. Load it again."), name=name)


class NonLinearTransformError(InputError):
    """A node under a warp, whose voxels are not on a straight grid in the world."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "'{name}' is under a non-linear transform. Harden the transform first (in "
                "Slicer: Data module, right-click on the transform)."
            ),
            name=name,
        )
