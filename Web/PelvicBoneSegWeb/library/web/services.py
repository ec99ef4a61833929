"""What the routes work with, made when the server starts and closed when it stops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from ..folder import SEGMENTATION_FILE
from ..library import Library
from ..limits import Limits
from ..queue.background import BackgroundSegmentations
from ..queue.child import WorkerChild
from ..queue.run_queue import RunQueue
from ..security.access import Access, Visitor
from ..security.headers import add_headers
from ..security.log import keep_foreign_text_out
from ..security.middleware import checked_access, told_errors
from ..status import DONE
from .uploads import Uploads


@dataclass(frozen=True)
class Settings:
    """How a server is started.

    Attributes
    ----------
    data
        Folder of the library.
    tokens
        By owner; see `security.access.read_tokens`.
    limits
        How much a visitor may ask for.
    device
        One of `segmentation.device.DEVICES`.
    worker
        Program and arguments of the child process; None for the real one.
    """

    data: Path
    tokens: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"
    worker: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Services:
    """The parts of a running server."""

    library: Library
    queue: RunQueue
    background: BackgroundSegmentations
    uploads: Uploads


SERVICES: web.AppKey[Services] = web.AppKey("SERVICES", Services)


@dataclass(frozen=True)
class ScanFiles:
    """What a viewer opens.

    Attributes
    ----------
    scan
        NRRD file.
    segmentation
        The latest that is done, a .seg.nrrd file; None where there is none.
    name
        For the window.
    shown
        Which segmentation it is.
    edited
        The same where it was saved from a viewer, else None.
    """

    scan: Path
    segmentation: Path | None
    name: str
    shown: str | None = None
    edited: str | None = None


def set_up(application: web.Application, settings: Settings) -> None:
    """Give a server its library, its queue and what protects them.

    Raises
    ------
    LibraryInUseError, LibraryDamagedError, LibraryTooNewError, OutputNotWritableError
        The data folder cannot be used.
    """
    library = Library(settings.data, settings.limits)
    application.middlewares.append(told_errors())
    application.middlewares.append(checked_access(Access(settings.tokens)))
    application.on_response_prepare.append(add_headers)
    keep_foreign_text_out()

    async def run(application: web.Application) -> AsyncIterator[None]:
        queue = RunQueue(WorkerChild(settings.worker), settings.limits)
        background = BackgroundSegmentations(library, queue, settings.device)
        uploads = Uploads(library, settings.limits)
        application[SERVICES] = Services(library, queue, background, uploads)
        queue.open()
        background.open()
        yield
        # In this order: what has not ended is to stay in the index for the next server.
        await background.close()
        await queue.close()
        library.close()

    application.cleanup_ctx.append(run)


def scan_files(application: web.Application, visitor: Visitor, scan_id: str) -> ScanFiles:
    """Return the files of a scan and of its latest segmentation.

    Raises
    ------
    ScanNotFoundError
        It is not there, or not the visitor's.
    """
    library = application[SERVICES].library
    scan = library.index.scan(visitor.owner, scan_id)
    # A run that found nothing left no file, and is no reason to hide what another found.
    found = [
        (one, file)
        for one in scan.segmentations
        if one.status == DONE
        and (file := library.folder.segmentation(scan.id, one.id) / SEGMENTATION_FILE).is_file()
    ]
    path = library.scan_file(visitor.owner, scan_id)
    name = f"{scan.description.patient} {scan.description.series}"
    if not found:
        return ScanFiles(path, None, name)
    latest, segmentation = found[-1]
    edited = latest.id if latest.is_edited else None
    return ScanFiles(path, segmentation, name, latest.id, edited)
