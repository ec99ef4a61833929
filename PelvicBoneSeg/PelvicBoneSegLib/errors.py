"""One exception for one cause. Each message says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_BUNDLE = 4
EXIT_CANCELLED = 130


class PelvicBoneSegError(Exception):
    """Base of every error that a user can meet.

    Attributes
    ----------
    exit_code
        What the command line ends with.
    """

    exit_code = EXIT_USAGE


# --- wrong usage -------------------------------------------------------------------------------


class UnknownBoneError(PelvicBoneSegError):
    """No bone was chosen, or a bone that the product or the bundle does not know."""

    def __init__(self, bone: str, known: Iterable[str]) -> None:
        problem = f"Unknown bone: {bone}." if bone else "No bone was chosen."
        super().__init__(f"{problem} Choose from: {', '.join(known)}.")


class UnknownSideError(PelvicBoneSegError):
    """A side that does not exist."""

    def __init__(self, side: str, known: Iterable[str]) -> None:
        super().__init__(f"Unknown side: {side}. Choose from: {', '.join(known)}.")


class UnknownFormatError(PelvicBoneSegError):
    """An output format that we do not write."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"Unknown output format: {name}. Choose from: {', '.join(known)}.")


class DeviceUnavailableError(PelvicBoneSegError):
    """The chosen device is not there."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f"The device '{device}' is not available to PyTorch on this computer. "
            "Choose 'auto' or 'cpu'."
        )


class OutOfMemoryError(PelvicBoneSegError):
    """The scan, or even one slice in the network, does not fit into the computer's memory."""

    def __init__(self) -> None:
        super().__init__(
            "This computer's memory is too small for the scan. "
            "Close other programs, or crop the scan."
        )


class DependencyMissingError(PelvicBoneSegError):
    """A Python package that the work needs cannot be imported."""

    def __init__(self, package: str, install: str) -> None:
        super().__init__(f"The Python package '{package}' is missing. Install it with: {install}")


class OutputNotWritableError(PelvicBoneSegError):
    """The results could not be stored."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"Cannot write to {path}: {reason}. Nothing was left there. "
            "Choose a folder that you may write to and that has free space."
        )


class InputInTheWayError(PelvicBoneSegError):
    """The scan is the file that a result would be written to."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            f"The results would replace the scan itself: it is also {path}. "
            "Choose another folder for the results."
        )


class SceneChangedError(PelvicBoneSegError):
    """A node that the run began with is no longer there, or no longer the same."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} Nothing was changed. Start the segmentation again.")


class NotALabelmapSegmentationError(PelvicBoneSegError):
    """A segmentation node that stores surfaces instead of voxels."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The segmentation '{name}' stores surfaces, not voxels. Choose another one, or make "
            "the binary labelmap its source representation (in Slicer: Segmentations module)."
        )


class NothingToCompareError(PelvicBoneSegError):
    """Two segmentations without a segment of the same bone or name."""

    def __init__(self, name: str, reference: str) -> None:
        super().__init__(
            f"No segment of '{name}' matches one of '{reference}'. Give those that show the same "
            "bone the same name or terminology entry (in Slicer: Segmentations module)."
        )


class ComparisonOutdatedError(PelvicBoneSegError):
    """A segmentation was edited, moved or deleted while it was compared."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The segmentation '{name}' is no longer what it was when the comparison began. "
            "Nothing was changed. Compare again."
        )


class SurfaceConversionError(PelvicBoneSegError):
    """Slicer's own converter gave no closed surface."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No closed surface could be made of '{name}'. Nothing was changed. "
            "Look for the cause in Slicer's error log."
        )


class SceneWriteError(PelvicBoneSegError):
    """MRML refused a segment."""

    def __init__(self, segment: str, node: str) -> None:
        super().__init__(
            f"The segment '{segment}' could not be added to '{node}'. Nothing was changed. "
            "Choose a new segmentation, and look for the cause in Slicer's error log."
        )


# --- input -------------------------------------------------------------------------------------


class InputError(PelvicBoneSegError):
    """Base of what can be wrong with the scan."""

    exit_code = EXIT_INPUT


class InputNotFoundError(InputError):
    """There is no such file or folder."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"There is no file or folder {path}. Check the path.")


class UnreadableImageError(InputError):
    """A file that is empty, truncated or no image."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"Cannot read {path} as an image: {reason}. "
            "Use NIfTI, NRRD, MHA or a folder of DICOM files, and copy or export it again."
        )


class EmptyDicomFolderError(InputError):
    """A folder without any DICOM image series."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            f"There is no DICOM image series in {path}. Choose the folder that holds its files."
        )


class SeveralSeriesError(InputError):
    """A DICOM folder that leaves open which series is meant."""

    def __init__(self, path: Path | str, series: Iterable[str]) -> None:
        super().__init__(
            f"{path} holds several DICOM series: {'; '.join(series)}. "
            "Put the one that you want into a folder of its own."
        )


class IrregularSlicesError(InputError):
    """DICOM slices that do not make a regular stack."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(
            f"The DICOM slices in {path} are not a regular stack: {problem}. "
            "Export the series again, complete and into a folder of its own."
        )


class WrongDimensionError(InputError):
    """Not a three-dimensional image."""

    def __init__(self, dimension: int) -> None:
        super().__init__(
            f"The image has {dimension} dimensions; exactly 3 are needed. "
            "Choose a single 3D volume (one time point, one stack of slices)."
        )


class NotScalarError(InputError):
    """Several values a voxel, such as a colour picture."""

    def __init__(self, components: int) -> None:
        super().__init__(
            f"The image has {components} values per voxel (a colour or vector image); "
            "one grey value is needed. Choose the original MR series."
        )


class NonFiniteVoxelsError(InputError):
    """NaN or infinite voxels."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} voxels are not a number or infinite. "
            "Export the scan again, or replace them (in Slicer: Simple Filters)."
        )


class ConstantImageError(InputError):
    """Every voxel has the same value."""

    def __init__(self, value: float) -> None:
        super().__init__(
            f"Every voxel has the same value ({value:g}), so there is nothing to see. "
            "Check that the right series was chosen."
        )


class TooFewSlicesError(InputError):
    """Too thin a stack for 3D."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(
            f"The image has {shape[2]}×{shape[1]}×{shape[0]} voxels; at least 3 slices in each "
            "direction are needed. Choose a stack of slices, not a localiser or single picture."
        )


class AbsurdGeometryError(InputError):
    """Spacing, extent or axes that no scan of a pelvis has."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The geometry of the image cannot be right: {what}. "
            "Correct the spacing and directions in the file (in Slicer: Volumes module)."
        )


class NotAVolumeError(InputError):
    """Something else than a scalar volume node was chosen."""

    def __init__(self, name: str | None) -> None:
        problem = f"'{name}' is not a scalar volume." if name else "No volume was chosen."
        super().__init__(f"{problem} Choose an MR volume.")


class NotASegmentationError(InputError):
    """Something else than a segmentation node was chosen."""

    def __init__(self, name: str | None) -> None:
        problem = f"'{name}' is not a segmentation." if name else "No segmentation was chosen."
        super().__init__(f"{problem} Choose a segmentation.")


class EmptyVolumeNodeError(InputError):
    """A volume node without voxels."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The volume '{name}' holds no image. Load it again.")


class NonLinearTransformError(InputError):
    """A node under a warp, whose voxels are not on a straight grid in the world."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"'{name}' is under a non-linear transform. Harden the transform first "
            "(in Slicer: Data module, right-click on the transform)."
        )


# --- bundle ------------------------------------------------------------------------------------


class BundleError(PelvicBoneSegError):
    """Base of what can be wrong with a model bundle."""

    exit_code = EXIT_BUNDLE


class BundleNotFoundError(BundleError):
    """No such bundle, or a file of it is missing."""

    def __init__(self, name: Path | str, known: Iterable[str]) -> None:
        super().__init__(
            f"There is no complete model bundle {name} (bundle.json and weights.safetensors). "
            f"Installed bundles: {', '.join(known) or 'none'}."
        )


class BundleInvalidError(BundleError):
    """`bundle.json` breaks the schema, or the weights do not fit it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"The model bundle {path} is not valid: {reason}. Install it again from its source."
        )


class BundleDigestError(BundleError):
    """The weights are not the bytes that `bundle.json` was written for."""

    def __init__(self, path: Path | str, expected: str, found: str) -> None:
        super().__init__(
            f"The weights in {path} were changed or damaged: SHA-256 should be {expected} "
            f"but is {found}. Install the bundle again from its source."
        )


# --- set-up inside Slicer ----------------------------------------------------------------------


class PyTorchExtensionMissingError(PelvicBoneSegError):
    """PyTorch is not there, and neither is the extension that installs it."""

    def __init__(self) -> None:
        super().__init__(
            "PyTorch is needed, and Slicer's PyTorch extension installs it. Install the extension "
            "'PyTorch' from the Extensions Manager, restart Slicer and try again."
        )


class PyTorchTooOldError(PelvicBoneSegError):
    """The installed PyTorch is older than what the product was tested with."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"The installed PyTorch is too old: {needed} is needed. Uninstall it in the module "
            "'PyTorch Utils', restart Slicer and try again."
        )


class InstallationFailedError(PelvicBoneSegError):
    """Python packages could not be installed into Slicer."""

    def __init__(self, packages: Iterable[str]) -> None:
        super().__init__(
            f"These Python packages could not be installed: {', '.join(packages)}. "
            "Check the network connection and any proxy, restart Slicer and try again."
        )


class SampleDownloadError(PelvicBoneSegError):
    """The public sample did not arrive, or is not what was asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The sample could not be fetched from the NCI Imaging Data Commons: {reason}. Nothing "
            "was loaded. Check the network connection and any proxy and try again, or use the "
            "pelvic phantom, which needs no network."
        )


# --- the user's own decision -------------------------------------------------------------------


class Cancelled(PelvicBoneSegError):
    """The user stopped the run."""

    exit_code = EXIT_CANCELLED

    def __init__(self) -> None:
        super().__init__("Cancelled. Nothing was changed.")
