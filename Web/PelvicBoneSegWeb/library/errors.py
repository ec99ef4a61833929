"""One exception for one cause, with the status that HTTP has for it."""

from __future__ import annotations

import errno
from pathlib import Path

from PelvicBoneSegLib.errors import InputError, PelvicBoneSegError


class LibraryError(PelvicBoneSegError):
    """Base of what can go wrong with the library itself."""

    status = 500


class LibraryInUseError(LibraryError):
    """Another server works on the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Another server uses the data folder {folder}. Stop it, or choose another folder with "
            "--data."
        )


class LibraryTooNewError(LibraryError):
    """The index was written by a later version."""

    def __init__(self, folder: Path, found: int, known: int) -> None:
        super().__init__(
            f"The index in {folder} has version {found}, and this program knows {known}. Install "
            "the newer program again, or choose another folder with --data."
        )


class LibraryDamagedError(LibraryError):
    """The index cannot be read."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The index in {folder} is damaged: {reason}. Nothing was changed. Put back a copy of "
            "library.sqlite, or choose another folder with --data."
        )


class ScanNotFoundError(LibraryError):
    """No such scan, or it is somebody else's; which of the two is not told."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such scan in your library. Go back to the list.")


class SegmentationNotFoundError(LibraryError):
    """No such segmentation of that scan, or it is not done."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such segmentation of this scan. Go back to the list.")


class LibraryFullError(LibraryError):
    """The disk, or what the owner may use of it, is used up."""

    status = 507

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no room for another scan: {what}. Delete scans first.")


NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
"""Numbers of an OSError that is a `LibraryFullError`."""

FULL_DISK = "the disk of the server is full"


# --- uploads -----------------------------------------------------------------------------------


class UploadTooLargeError(LibraryError):
    """More bytes than an upload may have."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The file is larger than {limit >> 20} MB, which is the limit. Upload one series, "
            "without the rest of the study."
        )


class UploadIncompleteError(LibraryError):
    """Fewer bytes came than were announced, or none for a while."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(f"The upload did not arrive whole: {reason}. Upload the file again.")


class TooManyUploadsError(LibraryError):
    """Several uploads are on already, of everybody or of the owner."""

    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} uploads are on already, which is the limit. Wait for one to end, and try "
            "again."
        )


class IntakeFailedError(LibraryError):
    """The process that checks an upload died; damaged files have done that to ITK."""

    status = 422

    def __init__(self, how: str) -> None:
        super().__init__(
            f"The file could not be checked ({how}), so nothing was stored. It is damaged or far "
            "larger than it looks: export the series again and upload it alone."
        )


class RefusedFileError(InputError):
    """A file that we do not read, whatever is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The file was not accepted: {reason}. Upload NIfTI (.nii, .nii.gz), NRRD, MHA, or a "
            "zip file of one DICOM study."
        )


class ArchiveError(InputError):
    """A zip file that is damaged or not safe to unpack."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The zip file was not accepted: {reason}. Zip the folder of the DICOM series again, "
            "without a password and with nothing else in it."
        )


class TooLargeWhenReadError(InputError):
    """Small as a file and huge as a scan."""

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            f"The scan would take {found >> 20} MB of memory; the limit is {limit >> 20} MB. Crop "
            "it to the pelvis, or store it with fewer bits."
        )


class BurnedInNameError(InputError):
    """Voxels that, by the file's own word, have the patient's name written in them."""

    def __init__(self) -> None:
        super().__init__(
            "The DICOM header says that text is burned into the pictures, which may tell who the "
            "patient is. Upload the original series."
        )


class PseudonymError(LibraryError):
    """A pseudonym that is none."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            "A pseudonym has 1 to 24 letters, digits, '-' and '_'. Choose another one; it must not "
            "tell who the patient is."
        )


class BadRequestError(LibraryError):
    """A request that no page of ours sends."""

    status = 400

    def __init__(self, what: str) -> None:
        super().__init__(f"The request was not understood: {what}. Reload the page.")


# --- the queue ---------------------------------------------------------------------------------


class QueueFullError(LibraryError):
    """Too many runs wait already."""

    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} segmentations are waiting already, which is the limit. Wait for some to end, "
            "or cancel one."
        )


class TooManyRunsError(LibraryError):
    """A scan was segmented again and again."""

    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The scan has {limit} segmentations already, which is the limit. Use one of them, or "
            "delete the scan and upload it again."
        )


# --- access ------------------------------------------------------------------------------------


class TokenError(LibraryError):
    """A token or owner on the command line that cannot be one."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The token was not accepted: {reason}. Leave --token out to get one.")


class NoAccessError(LibraryError):
    """The visitor did not come by the printed address."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "This page is for those who have its token. Open the whole address that the program "
            "printed when it was started; it ends in ?token= and the token."
        )


class ForeignOriginError(LibraryError):
    """A page of another origin asks in the visitor's name."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "The request came from a page of another address and was refused. Open this page "
            "itself; behind a proxy, have it pass the Host header on unchanged."
        )
