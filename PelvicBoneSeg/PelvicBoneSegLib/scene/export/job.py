"""An export, cut loose from the scene so that another thread can do it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...errors import Cancelled
from ...segmentation.result import CancelCallback, ProgressCallback
from ...segmentation.surface_files.check import SurfaceCheck


@dataclass(frozen=True)
class ExportResult:
    """What was written.

    Attributes
    ----------
    files
        In alphabetical order.
    checks
        What was found in the surfaces when they were read back, bone by bone.
    warnings
        One line each, for the user.
    """

    files: tuple[Path, ...]
    checks: tuple[SurfaceCheck, ...] = ()
    warnings: tuple[str, ...] = ()


class ExportJob(Protocol):
    """An export that has been prepared."""

    @property
    def directory(self) -> Path:
        """Where to."""
        ...

    def file_names(self) -> list[str]:
        """Return the names of the files that will be written."""
        ...

    def run(
        self, progress: ProgressCallback | None = None, cancel: CancelCallback | None = None
    ) -> ExportResult:
        """Write all files or none, in any thread: neither MRML nor Qt is touched.

        Raises
        ------
        Cancelled
            `cancel` returned True.
        OutputNotWritableError
            The files could not be stored.
        """
        ...


def stop_if(cancel: CancelCallback | None) -> None:
    """Raise `Cancelled` if the user says so."""
    if cancel and cancel():
        raise Cancelled
