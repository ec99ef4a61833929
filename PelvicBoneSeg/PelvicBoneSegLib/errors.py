"""One exception for one cause. Each message says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .message import Message, Template, templates

_ = templates(__name__)

EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_BUNDLE = 4
EXIT_CANCELLED = 130


class PelvicBoneSegError(Exception):
    """Base of every error that a user can meet.

    Parameters
    ----------
    text, values
        What the user reads: a template and what stands in it (see `message`), or a plain text.

    Attributes
    ----------
    exit_code
        What the command line ends with.
    """

    exit_code = EXIT_USAGE

    def __init__(self, text: str = "", /, **values: object) -> None:
        super().__init__(Message(text, **values) if isinstance(text, Template) else text)

    @property
    def message(self) -> str:
        """What the user reads; a `Message` where it can be translated."""
        return self.args[0]


# --- wrong usage -------------------------------------------------------------------------------


class UnknownBoneError(PelvicBoneSegError):
    """No bone was chosen, or a bone that the product or the bundle does not know."""

    def __init__(self, bone: str, known: Iterable[str]) -> None:
        problem = (
            Message(_("Unknown bone: {bone}."), bone=bone)
            if bone
            else Message(_("No bone was chosen."))
        )
        super().__init__(
            _("{problem} Choose from: {known}."), problem=problem, known=", ".join(known)
        )


class UnknownSideError(PelvicBoneSegError):
    """A side that does not exist."""

    def __init__(self, side: str, known: Iterable[str]) -> None:
        super().__init__(
            _("Unknown side: {side}. Choose from: {known}."), side=side, known=", ".join(known)
        )


class UnknownFormatError(PelvicBoneSegError):
    """An output format that we do not write."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            _("Unknown output format: {name}. Choose from: {known}."),
            name=name,
            known=", ".join(known),
        )


class DeviceUnavailableError(PelvicBoneSegError):
    """The chosen device is not there."""

    def __init__(self, device: str) -> None:
        super().__init__(
            _(
                "The device '{device}' is not available to PyTorch on this computer. Choose "
                "'auto' or 'cpu'."
            ),
            device=device,
        )


class OutOfMemoryError(PelvicBoneSegError):
    """The scan, or even one slice in the network, does not fit into the computer's memory."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This computer's memory is too small for the scan. Close other programs, or "
                "crop the scan."
            )
        )


class DependencyMissingError(PelvicBoneSegError):
    """A Python package that the work needs cannot be imported."""

    def __init__(self, package: str, install: str) -> None:
        super().__init__(
            _("The Python package '{package}' is missing. Install it with: {install}"),
            package=package,
            install=install,
        )


class OutputNotWritableError(PelvicBoneSegError):
    """The results could not be stored."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "Cannot write to {path}: {reason}. Nothing was left there. Choose a folder "
                "that you may write to and that has free space."
            ),
            path=path,
            reason=reason,
        )


class AddressInUseError(PelvicBoneSegError):
    """A server cannot listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            _("Cannot listen at {host}, port {port}: {reason}. Choose another --host or --port."),
            host=host,
            port=port,
            reason=reason,
        )


class InputInTheWayError(PelvicBoneSegError):
    """The scan is the file that a result would be written to."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _(
                "The results would replace the scan itself: it is also {path}. Choose another "
                "folder for the results."
            ),
            path=path,
        )


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


class FilesExistError(PelvicBoneSegError):
    """Files of the same names are there already."""

    def __init__(self, directory: Path | str, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            _(
                "These files are in {directory} already: {names}. Nothing was changed. Say "
                "that they may be replaced, or choose another folder."
            ),
            directory=directory,
            names=", ".join(self.names),
        )


class NothingToExportError(PelvicBoneSegError):
    """No segment that is chosen, or visible, has anything in it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The segmentation '{name}' has no visible segment with anything in it. Show "
                "the segments that you want to export, or choose another segmentation."
            ),
            name=name,
        )


class UnknownCoordinateSystemError(PelvicBoneSegError):
    """A coordinate system that files are not written in."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            _("Unknown coordinate system: {name}. Choose from: {known}."),
            name=name,
            known=", ".join(known),
        )


class DicomExportError(PelvicBoneSegError):
    """DICOM SEG cannot be written, here or of this segmentation."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("No DICOM SEG was written: {reason}"), reason=reason)


class NoBoneToSaveError(PelvicBoneSegError):
    """A segmentation without any bone of ours."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "'{name}' has no bone to train with. Draw one, and call it by its name ('Left "
                "femur', 'Sacrum', ...) or give it the bone's terminology entry."
            ),
            name=name,
        )


class OtherScanError(PelvicBoneSegError):
    """A segmentation that was drawn on another scan."""

    def __init__(self, segmentation: str, volume: str) -> None:
        super().__init__(
            _(
                "The segmentation '{segmentation}' does not belong to the volume '{volume}'. "
                "Choose the volume that it was made on."
            ),
            segmentation=segmentation,
            volume=volume,
        )


class CaseNameError(PelvicBoneSegError):
    """A name that a training case cannot or must not have."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            _(
                "'{name}' cannot be the name of a training case: {reason}. Take the one that "
                "is offered, or another that tells nothing of the patient."
            ),
            name=name,
            reason=reason,
        )


class DatasetFolderNameError(PelvicBoneSegError):
    """A dataset folder whose name, which is written into it, tells who the patient is."""

    def __init__(self, directory: object) -> None:
        super().__init__(
            _(
                "The name of the folder {directory} looks like the patient's name, number or date "
                "of birth, and would be part of the data set. Take a folder that is called "
                "otherwise."
            ),
            directory=directory,
        )


# --- input -------------------------------------------------------------------------------------


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


# --- bundle ------------------------------------------------------------------------------------


class BundleError(PelvicBoneSegError):
    """Base of what can be wrong with a model bundle."""

    exit_code = EXIT_BUNDLE


class BundleNotFoundError(BundleError):
    """No such bundle, or a file of it is missing."""

    def __init__(self, name: Path | str, known: Iterable[str]) -> None:
        super().__init__(
            _(
                "There is no complete model bundle {name} (bundle.json and "
                "weights.safetensors). Installed bundles: {known}."
            ),
            name=name,
            known=", ".join(known) or "none",
        )


class BundleInvalidError(BundleError):
    """`bundle.json` breaks the schema, or the weights do not fit it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            _("The model bundle {path} is not valid: {reason}. Install it again from its source."),
            path=path,
            reason=reason,
        )


class BundleDigestError(BundleError):
    """The weights are not the bytes that `bundle.json` was written for."""

    def __init__(self, path: Path | str, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            _(
                "The weights in {path} were changed or damaged: SHA-256 should be {expected} "
                "but is {found}. Install the bundle again from its source."
            ),
            path=path,
            expected=expected,
            found=found,
        )


class BundleArchiveError(BundleError):
    """A file that is no zip of a bundle, or one that is not safe to unpack."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "{path} is no model bundle: {reason}. Nothing was installed. Choose a zip file "
                "that holds bundle.json and weights.safetensors and nothing else, or fetch it "
                "again."
            ),
            path=path,
            reason=reason,
        )


class BundleTakenError(BundleError):
    """A bundle of that name is installed already."""

    def __init__(self, name: str, installed: str, offered: str) -> None:
        self.name, self.installed, self.offered = name, installed, offered
        super().__init__(
            _(
                "The model bundle '{name}' is installed already, as version {installed}; the "
                "file holds version {offered}. Nothing was changed. Say that it may be "
                "replaced, or delete the installed one first."
            ),
            name=name,
            installed=installed,
            offered=offered,
        )


class BundleShippedError(BundleError):
    """A bundle that comes with the product, which stays as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The model bundle '{name}' comes with the product and cannot be replaced or "
                "deleted. Give the other one another name in its bundle.json."
            ),
            name=name,
        )


# --- set-up inside Slicer ----------------------------------------------------------------------


class PyTorchExtensionMissingError(PelvicBoneSegError):
    """PyTorch is not there, and neither is the extension that installs it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "PyTorch is needed, and Slicer's PyTorch extension installs it. Install the "
                "extension 'PyTorch' from the Extensions Manager, restart Slicer and try again."
            )
        )


class PyTorchTooOldError(PelvicBoneSegError):
    """The installed PyTorch is older than what the product was tested with."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            _(
                "The installed PyTorch is too old: {needed} is needed. Uninstall it in the "
                "module 'PyTorch Utils', restart Slicer and try again."
            ),
            needed=needed,
        )


class InstallationFailedError(PelvicBoneSegError):
    """Python packages could not be installed into Slicer."""

    def __init__(self, packages: Iterable[str]) -> None:
        super().__init__(
            _(
                "These Python packages could not be installed: {packages}. Check the network "
                "connection and any proxy, restart Slicer and try again."
            ),
            packages=", ".join(packages),
        )


class SampleDownloadError(PelvicBoneSegError):
    """The public sample did not arrive, or is not what was asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _(
                "The sample could not be fetched from the NCI Imaging Data Commons: {reason}. "
                "Nothing was loaded. Check the network connection and any proxy and try again, "
                "or use the pelvic phantom, which needs no network."
            ),
            reason=reason,
        )


# --- the process that works beside the window --------------------------------------------------


class WorkerError(PelvicBoneSegError):
    """Base of what can go wrong with the process that does the work.

    Attributes
    ----------
    details
        For the log: what the process printed last, or where in the code it failed.
    """

    def __init__(self, text: str, details: str = "", /, **values: object) -> None:
        super().__init__(text, **values)
        self.details = details


class WorkerNotStartedError(WorkerError):
    """The process could not be started."""

    def __init__(self, program: str) -> None:
        super().__init__(
            _(
                "The process that segments could not be started: {program}. Check that the "
                "file is there and may be run, or install Slicer again."
            ),
            program=program,
        )


class WorkerDiedError(WorkerError):
    """The process ended in the middle of its work."""

    def __init__(self, how: str, lacks_memory: bool, details: str) -> None:
        advice = (
            Message(
                _(
                    "Most likely the computer's memory was too small: close other programs, or "
                    "crop the scan."
                )
            )
            if lacks_memory
            else Message(_("Start it again; if this happens once more, report it with the log."))
        )
        super().__init__(
            _(
                "The process that segments ended before its work was done ({how}). Nothing was "
                "changed. {advice}"
            ),
            details,
            how=how,
            advice=advice,
        )


class WorkerFailedError(WorkerError):
    """An error that nobody foresaw, inside the process."""

    def __init__(self, cause: str, details: str) -> None:
        super().__init__(
            _(
                "Something unforeseen happened: {cause}. Nothing was changed. Try again; if it "
                "stays, report it with the log."
            ),
            details,
            cause=cause,
        )


class WorkerProtocolError(WorkerError):
    """Bytes between the two processes that are no message of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _(
                "The process that segments and the panel do not understand each other: "
                "{reason}. Restart Slicer; if it stays, install the extension again."
            ),
            reason=reason,
        )


# --- the user's own decision -------------------------------------------------------------------


class Cancelled(PelvicBoneSegError):
    """The user stopped the run."""

    exit_code = EXIT_CANCELLED

    def __init__(self) -> None:
        super().__init__(_("Cancelled. Nothing was changed."))
