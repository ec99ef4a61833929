"""Uploads that are on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import (
    FULL_DISK,
    NO_SPACE,
    BadRequestError,
    LibraryFullError,
    TooManyUploadsError,
)
from ..folder import is_id, remove
from ..intake.prepare import UPLOAD
from ..intake.process import check_upload
from ..intake.receive import Stream, check_announced, receive
from ..library import Library
from ..limits import Limits
from ..scan import Scan

RECEIVING, CHECKING = "receiving", "checking"


@dataclass
class UploadProgress:
    """How far an upload is.

    Attributes
    ----------
    owner
        Whose it is.
    stage
        `RECEIVING` or `CHECKING`.
    received, total
        Bytes; the total is None where it was not announced.
    """

    owner: str
    total: int | None
    stage: str = RECEIVING
    received: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what a page shows."""
        return {"stage": self.stage, "received": self.received, "total": self.total}


class Uploads:
    """Takes uploads in, a bounded number at a time.

    Parameters
    ----------
    library
        Where they go.
    limits
        How large and how many they may be.
    """

    def __init__(self, library: Library, limits: Limits) -> None:
        self._library = library
        self._limits = limits
        self._on: dict[str, UploadProgress] = {}
        self._checks = asyncio.Semaphore(limits.checks)

    def progress(self, owner: str, upload_id: str) -> UploadProgress | None:
        """Return how far an upload is; None where it is not on, or somebody else's."""
        found = self._on.get(upload_id)
        return found if found is not None and found.owner == owner else None

    async def check(self, owner: str, announced: int) -> None:
        """Check that a file of so many bytes might come now; the errors are those of `take`."""
        check_announced(announced, self._limits)
        self._check_number(owner)
        await asyncio.to_thread(self._library.check_room, owner, announced)

    async def take(
        self, owner: str, upload_id: str, stream: Stream, announced: int | None, pseudonym: str
    ) -> tuple[list[Scan], tuple[str, ...]]:
        """Receive, check and store a file. Whatever goes wrong, nothing of it is left.

        Parameters
        ----------
        upload_id
            Made by the page, 32 hexadecimal digits, to ask for progress with.
        announced
            The length that was stated.
        pseudonym
            Of the patient, checked; "" for the file's own.

        Returns
        -------
        The stored scans, and why other series of the file were left out.

        Raises
        ------
        LibraryError, InputError
            It is refused.
        """
        check_announced(announced, self._limits)
        if not is_id(upload_id) or upload_id in self._on:
            raise BadRequestError("the number of the upload is not a new one")
        self._check_number(owner)
        progress = UploadProgress(owner, announced)
        with self._noted(upload_id, progress):
            await asyncio.to_thread(self._library.check_room, owner, announced or 0)
            return await self._take(progress, stream, pseudonym)

    def _check_number(self, owner: str) -> None:
        if len(self._on) >= self._limits.uploads:
            raise TooManyUploadsError(self._limits.uploads)
        if sum(one.owner == owner for one in self._on.values()) >= self._limits.uploads_each:
            raise TooManyUploadsError(self._limits.uploads_each)

    async def _take(
        self, progress: UploadProgress, stream: Stream, pseudonym: str
    ) -> tuple[list[Scan], tuple[str, ...]]:
        ticket = self._library.folder.new_ticket()

        def received(count: int) -> None:
            progress.received = count

        try:
            await receive(stream, progress.total, ticket / UPLOAD, self._limits, received)
            progress.stage = CHECKING
            async with self._checks:
                prepared = await check_upload(ticket, self._library.folder.secret, self._limits)
            scans = await asyncio.to_thread(
                self._library.add, progress.owner, prepared.scans, pseudonym
            )
        except OSError as error:
            if error.errno in NO_SPACE:
                raise LibraryFullError(FULL_DISK) from error
            raise
        finally:
            await asyncio.to_thread(remove, ticket)
        return scans, prepared.refused

    @contextmanager
    def _noted(self, upload_id: str, progress: UploadProgress) -> Iterator[None]:
        self._on[upload_id] = progress
        try:
            yield
        finally:
            del self._on[upload_id]
