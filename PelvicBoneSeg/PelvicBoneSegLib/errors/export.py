"""What cannot be written, and what must not be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..message import templates
from .base import PelvicBoneSegError

_ = templates(__name__)


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
