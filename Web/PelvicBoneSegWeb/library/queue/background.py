"""Scans of the library segmented in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PelvicBoneSegLib.anatomy import BONES, BOTH, segments_for
from PelvicBoneSegLib.errors import Cancelled, PelvicBoneSegError
from PelvicBoneSegLib.segmentation.bundle import DEFAULT_BUNDLE, Bundle
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.result import SegmentationResult
from PelvicBoneSegLib.segmentation.writer import SEG_NRRD, write_outputs
from PelvicBoneSegLib.worker.failure import restore_error
from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegLib.worker.request import Request
from PelvicBoneSegLib.worker.result_file import write_result_file
from PelvicBoneSegLib.worker.segmentation import read_result, segment_request, warm_request

from ..errors import SegmentationNotFoundError, TooManyRunsError
from ..folder import RESULT_FILE, SEGMENTATION_FILE, remove
from ..library import Library
from ..scan import Segmentation
from ..status import CANCELLED, FAILED
from .run_queue import RunQueue, Ticket


@dataclass
class Progress:
    """How far a segmentation is that has not ended.

    Attributes
    ----------
    ticket
        Its place in line.
    fraction, stage
        What the process said last.
    """

    ticket: Ticket | None = None
    fraction: float = 0.0
    stage: str = ""


class BackgroundSegmentations:
    """Wishes for segmentations, worked off and stored.

    Parameters
    ----------
    library
        Where scans come from and results go to.
    queue
        Who works.
    device
        One of `segmentation.device.DEVICES`.
    """

    def __init__(self, library: Library, queue: RunQueue, device: str = "auto") -> None:
        self._library = library
        self._queue = queue
        self._device = device
        self._progress: dict[str, Progress] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Take up what a server that was stopped had not done."""
        for one in self._library.index.unfinished():
            self._follow(one)

    async def close(self) -> None:
        """Stop following. What has not ended stays in the index for the next server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def request(
        self,
        owner: str,
        scan_id: str,
        user: str,
        bones: Sequence[str] = BONES,
        side: str = BOTH,
        bundle: str = DEFAULT_BUNDLE,
    ) -> Segmentation:
        """Have a scan segmented.

        Raises
        ------
        ScanNotFoundError
            It is not there, or not the owner's.
        UnknownBoneError, UnknownSideError
            There is no such bone or side.
        BundleError
            There is no such bundle, or it is damaged.
        QueueFullError, TooManyRunsError
            Too many wait, or the scan has too many already.
        """
        segments_for(bones, side)
        bones = [bone for bone in BONES if bone in bones]  # a wish may name one a thousand times
        self._queue.check_room(user)
        await asyncio.to_thread(self._check_runs, owner, scan_id)
        await asyncio.to_thread(Bundle.load, bundle)
        one = await asyncio.to_thread(
            self._library.request_segmentation, owner, scan_id, user, bones, side, bundle
        )
        self._follow(one)
        return one

    def _check_runs(self, owner: str, scan_id: str) -> None:
        most = self._library.limits.runs_of_scan
        if len(self._library.index.scan(owner, scan_id).segmentations) >= most:
            raise TooManyRunsError(most)

    def warm_up(self, bundle: str = DEFAULT_BUNDLE) -> None:
        """Get ready for a segmentation that will be asked for."""
        self._queue.warm_up(lambda: warm_request(bundle, self._device))

    def progress(self, segmentation_id: str) -> Mapping[str, Any] | None:
        """Return how far a segmentation is, ready for JSON; None where it has ended."""
        found = self._progress.get(segmentation_id)
        if found is None or found.ticket is None:
            return None
        return {"ahead": found.ticket.ahead, "fraction": found.fraction, "stage": found.stage}

    async def cancel(self, owner: str, segmentation_id: str) -> None:
        """Stop a segmentation. Nothing happens where it has ended.

        Raises
        ------
        SegmentationNotFoundError
            It is not there, or somebody else's.
        """
        one = await asyncio.to_thread(self._library.index.segmentation, owner, segmentation_id)
        self._stop(one)

    async def delete_scan(self, owner: str, scan_id: str) -> None:
        """Delete a scan, and stop its segmentations; ScanNotFoundError as for `Library.delete`."""
        scan = await asyncio.to_thread(self._library.delete, owner, scan_id)
        for one in scan.segmentations:
            self._stop(one)

    def _stop(self, one: Segmentation) -> None:
        found = self._progress.get(one.id)
        if found is not None and found.ticket is not None:
            self._queue.cancel(found.ticket)

    def _follow(self, one: Segmentation) -> None:
        progress = self._progress[one.id] = Progress()

        def receive(frame: Frame) -> None:
            if frame.header["kind"] == "progress":
                progress.fraction = frame.header["fraction"]
                progress.stage = frame.header["stage"]

        progress.ticket = self._queue.submit(one.user, lambda: self._load(one), receive)
        task = asyncio.create_task(self._store_when_done(one, progress.ticket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _load(self, one: Segmentation) -> Request:
        try:
            self._library.index.start(one.id)
        except SegmentationNotFoundError as error:  # deleted between the line and its turn
            raise Cancelled from error
        volume = read_volume(self._library.voxels_of(one))
        return segment_request(volume, one.bones, one.side, one.bundle, self._device)

    async def _store_when_done(self, one: Segmentation, ticket: Ticket) -> None:
        frame = await ticket.ended()
        try:
            if frame.header["kind"] == "failed":
                raise restore_error(frame.header)
            result = read_result(frame.header["answer"], frame.arrays)
            await asyncio.to_thread(self._store, one, result)
        except Cancelled:
            await self._end(one, CANCELLED, "")
        except PelvicBoneSegError as error:
            await self._end(one, FAILED, str(error.message))
        except Exception as error:  # told in the list, with the whole cause in the log
            logging.getLogger(__name__).exception("a segmentation could not be stored")
            await self._end(one, FAILED, f"The result could not be stored ({error}). Try again.")
        finally:
            del self._progress[one.id]

    def _store(self, one: Segmentation, result: SegmentationResult) -> None:
        volume = read_volume(self._library.voxels_of(one))
        bundle = Bundle.load(one.bundle)
        stem = SEGMENTATION_FILE.removesuffix(f".{SEG_NRRD}")
        folder = self._library.folder.new_ticket()
        try:
            report = write_outputs(
                folder, stem, result, volume, bundle, one.scan_id, formats=(SEG_NRRD,)
            )
            names = ("name", "ml", "confidence", "touches_border")
            summary = {
                "segments": [{name: of[name] for name in names} for of in report["segments"]],
                "warnings": [str(warning) for warning in report["warnings"]],
            }
            write_result_file(folder / RESULT_FILE, result)
            self._library.finish(one, folder, summary)
        except SegmentationNotFoundError:
            remove(folder)  # nobody waits for it any more
        except BaseException:
            remove(folder)
            raise

    async def _end(self, one: Segmentation, status: str, message: str) -> None:
        try:
            await asyncio.to_thread(self._library.index.end, one.id, status, message)
        except SegmentationNotFoundError:
            logging.getLogger(__name__).info("segmentation %s is gone already", one.id)
