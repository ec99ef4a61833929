"""The library: folder and index in step, whenever the program may be stopped.

A folder is moved in before its row is stored, and a row is struck out before its folder is removed.
So each row has its files at any moment; what a stopped server leaves are files without a row, and
the next one removes them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PelvicBoneSegLib.errors import OutputNotWritableError

from .database import Database
from .errors import LibraryFullError, SegmentationNotFoundError
from .folder import (
    REPORT_FILE,
    SCAN_FILE,
    SEGMENTATION_FILE,
    THUMBNAIL_FILE,
    LibraryFolder,
    bytes_in,
    move_for_good,
    new_id,
    remove,
    sync,
)
from .index import Index, now, unfinished_row
from .limits import Limits
from .pseudonym import random_pseudonym
from .scan import Scan, ScanDescription, Segmentation
from .status import DONE


class Library:
    """Stored scans and their segmentations. Its methods may be called from any thread.

    Parameters
    ----------
    root
        The folder; made if need be. What a server that was stopped left half done is removed.
    limits
        How much an owner may store.

    Raises
    ------
    LibraryInUseError, LibraryDamagedError, LibraryTooNewError, OutputNotWritableError
        The folder cannot be used.
    """

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.folder = LibraryFolder(root)
        try:
            self._database = Database(self.folder.index)
            self.index = Index(self._database)
            self._tidy_up()
        except BaseException:
            self.folder.close()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        self._database.close()
        self.folder.close()

    # --- scans -------------------------------------------------------------------------------

    def check_room(self, owner: str, size: int) -> None:
        """Check that an owner may store so many bytes more.

        Raises
        ------
        LibraryFullError
            The disk or the owner's part of it is used up.
        """
        count, _ = self.index.use_of(owner)
        if count >= self.limits.scans:
            raise LibraryFullError(f"{self.limits.scans} scans are stored, which is the limit")
        self._check_bytes(owner, size)

    def _check_bytes(self, owner: str, size: int) -> None:
        _, used = self.index.use_of(owner)
        if used + size > self.limits.library_bytes:
            raise LibraryFullError(f"{self.limits.library_bytes >> 20} MB are the limit")
        if shutil.disk_usage(self.folder.root).free < size + self.limits.free_disk_bytes:
            raise LibraryFullError("the disk of the server is nearly full")

    def add(
        self, owner: str, arrived: Iterable[tuple[Path, ScanDescription]], pseudonym: str = ""
    ) -> list[Scan]:
        """Store the scans of an upload, all of them or none.

        Parameters
        ----------
        arrived
            For each scan a folder with `SCAN_FILE` and `THUMBNAIL_FILE`, on the library's disk,
            and what it is. The folders are moved away.
        pseudonym
            Of the patient; "" takes the file's own, which is random where it names no patient.

        Raises
        ------
        LibraryFullError
            There is no room.
        OutputNotWritableError
            The files could not be moved.
        """
        arrived = list(arrived)
        self.check_room(owner, sum(one.bytes for _, one in arrived))
        patient = pseudonym or random_pseudonym()
        moved: list[Path] = []
        try:
            with self._database.write() as session:
                scans = []
                for source, one in arrived:
                    scan_id = new_id()
                    target = self.folder.scan(scan_id)
                    move_for_good(source, target)
                    moved.append(target)
                    named = replace(one, patient=pseudonym or one.patient or patient)
                    scans.append(self.index.add_scan(session, scan_id, owner, named))
        except BaseException as error:
            for target in moved:
                remove(target)
            if isinstance(error, OSError):
                raise OutputNotWritableError("the library", str(error.strerror)) from error
            raise
        return scans

    def delete(self, owner: str, scan_id: str) -> Scan:
        """Delete a scan with its segmentations; return what it was.

        Raises
        ------
        ScanNotFoundError
            It is not there, or not the owner's.
        """
        scan = self.index.delete_scan(owner, scan_id)
        remove(self.folder.scan(scan.id))
        return scan

    def scan_file(self, owner: str, scan_id: str) -> Path:
        """Return the file with a scan's voxels; ScanNotFoundError as for `Index.scan`."""
        return self.folder.scan(self.index.scan(owner, scan_id).id) / SCAN_FILE

    def thumbnail(self, owner: str, scan_id: str) -> Path:
        """Return the file with a scan's picture; ScanNotFoundError as for `Index.scan`."""
        return self.folder.scan(self.index.scan(owner, scan_id).id) / THUMBNAIL_FILE

    # --- segmentations -----------------------------------------------------------------------

    def request_segmentation(
        self, owner: str, scan_id: str, user: str, bones: Sequence[str], side: str, bundle: str
    ) -> Segmentation:
        """Enter the wish for a segmentation; ScanNotFoundError as for `Index.scan`."""
        return self.index.request_segmentation(owner, scan_id, new_id(), user, bones, side, bundle)

    def voxels_of(self, segmentation: Segmentation) -> Path:
        """Return the file with the voxels that a segmentation is of, whoever owns them."""
        return self.folder.scan(segmentation.scan_id) / SCAN_FILE

    def finish(self, segmentation: Segmentation, source: Path, summary: Mapping[str, Any]) -> None:
        """Store the result of a segmentation.

        Parameters
        ----------
        source
            A folder with its files, on the library's disk; it is moved away.
        summary
            For the list, ready for JSON.

        Raises
        ------
        SegmentationNotFoundError
            It was cancelled, or its scan deleted, meanwhile.
        OSError
            The files could not be moved.
        """
        target = self.folder.segmentation(segmentation.scan_id, segmentation.id)
        with self._database.write() as session:
            row = unfinished_row(session, segmentation.id)
            row.status, row.summary, row.ended = DONE, dict(summary), now()
            session.flush()
            self._put(source, target)

    def keep_edited(
        self,
        owner: str,
        scan_id: str,
        user: str,
        source: Path,
        bones: Sequence[str],
        summary: Mapping[str, Any],
        replaced: str | None = None,
    ) -> Segmentation:
        """Store a segmentation that somebody saved from a viewer.

        Parameters
        ----------
        user
            Whose viewer it was.
        source
            A folder with its `SEGMENTATION_FILE`, on the library's disk; it is moved away.
        bones, summary
            What is in it, as for `finish`.
        replaced
            The one that the same viewer opened or saved before; it goes if it was saved from a
            viewer. So what another browser saved meanwhile stays, and so does every automatic
            result. Of many, `index.MOST_EDITED` stay.

        Raises
        ------
        ScanNotFoundError
            The scan was deleted, or is not the owner's.
        LibraryFullError
            There is no room.
        OutputNotWritableError
            The files could not be moved.
        """
        self._check_bytes(owner, bytes_in(source))
        segmentation_id = new_id()
        target = self.folder.segmentation(scan_id, segmentation_id)
        try:
            with self._database.write() as session:
                saved = self.index.add_edited(
                    session, owner, scan_id, segmentation_id, user, bones, summary
                )
                dropped = self.index.prune_edited(session, scan_id, replaced)
                self._put(source, target)
        except BaseException as error:
            remove(target)
            if isinstance(error, OSError):
                raise OutputNotWritableError("the library", str(error.strerror)) from error
            raise
        for one in dropped:
            remove(self.folder.segmentation(scan_id, one))
        return saved

    def drop_edited(self, owner: str, scan_id: str, segmentation_id: str) -> None:
        """Remove a segmentation that was saved from a viewer.

        One that is gone, is somebody else's, or was not saved from a viewer is left alone.
        """
        with self._database.write() as session:
            is_gone = self.index.drop_edited(session, owner, scan_id, segmentation_id)
        if is_gone:
            remove(self.folder.segmentation(scan_id, segmentation_id))

    def _put(self, source: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        sync(target.parent.parent)
        move_for_good(source, target)

    def segmentation_file(self, owner: str, segmentation_id: str) -> Path:
        """Return the .seg.nrrd file of a segmentation that is done.

        Raises
        ------
        SegmentationNotFoundError
            It is not there, not done, has no bone in it, or is somebody else's.
        """
        return self._file_of(owner, segmentation_id, SEGMENTATION_FILE)

    def report_file(self, owner: str, segmentation_id: str) -> Path:
        """Return the report of a segmentation that is done; as `segmentation_file`."""
        return self._file_of(owner, segmentation_id, REPORT_FILE)

    def _file_of(self, owner: str, segmentation_id: str, name: str) -> Path:
        one = self.index.segmentation(owner, segmentation_id)
        path = self.folder.segmentation(one.scan_id, one.id) / name
        if one.status != DONE or not path.is_file():
            raise SegmentationNotFoundError
        return path

    # --- after a stop ------------------------------------------------------------------------

    def _tidy_up(self) -> None:
        for left in self.folder.incoming.iterdir():
            remove(left)
        known = self.index.scan_ids()
        there = set()
        for folder in self.folder.scans.iterdir():
            if folder.name not in known:
                remove(folder)
            elif (folder / SCAN_FILE).is_file():
                there.add(folder.name)
        if known - there:  # somebody else removed files
            self.index.forget_scans(known - there)
        self.index.put_back_in_line()
        segmentations = self.index.segmentation_ids()
        for folder in self.folder.scans.glob("*/segmentations/*"):
            if (folder.parents[1].name, folder.name) not in segmentations:
                remove(folder)
