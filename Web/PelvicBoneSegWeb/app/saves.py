"""What a viewer saves, on its way into the library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from PelvicBoneSegLib.errors import PelvicBoneSegError
from PelvicBoneSegLib.worker.protocol import Frame

from ..library.folder import ATTRIBUTES_FILE, SEGMENTATION_FILE, remove
from ..library.library import Library
from ..library.security.access import Visitor
from ..viewer.saving.kinds import NOT_SAVED, SAVE, SAVED
from .errors import NotSavedError

MAX_FILE_BYTES = 512 << 20
"""Of the segmentation. Six bones in 512×512×512 voxels have some megabytes, packed."""


class Saves:
    """Stores what one viewer hands over, one after the other.

    Parameters
    ----------
    library
        Where to.
    visitor, scan_id
        Whose viewer it is, and of which scan.
    edited
        The segmentation that it opened, where that was saved from a viewer.
    answer
        Told how it went: frames for the viewer.
    kept
        Told which segmentation the viewer shows now; None where it has none.
    """

    def __init__(
        self,
        library: Library,
        visitor: Visitor,
        scan_id: str,
        edited: str | None,
        answer: Callable[[Mapping[str, Any]], None],
        kept: Callable[[str | None], None],
    ) -> None:
        self._library = library
        self._visitor = visitor
        self._scan_id = scan_id
        self._edited = edited
        self._answer = answer
        self._kept = kept
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, frame: Frame) -> None:
        """Take a frame of the kind `SAVE` or `TAKE_BACK`.

        The former has ``content`` and ``attributes``, ``bones`` and ``segments``. The latter
        removes what this viewer saved, or opened where it had been saved from a viewer.
        """
        task = asyncio.create_task(self._store(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait until all is stored that was handed over."""
        await asyncio.gather(*self._tasks)

    async def _store(self, frame: Frame) -> None:
        async with self._turn:
            try:
                saved = await asyncio.to_thread(
                    self._keep if frame.header["kind"] == SAVE else self._drop, frame
                )
            except PelvicBoneSegError as error:
                self._fail(error)
            except Exception as error:  # told on the page, with the whole cause in the log
                cause = NotSavedError(str(error))
                cause.__cause__ = error
                self._fail(cause)
            else:
                self._edited = saved
                self._kept(saved)
                self._answer({"kind": SAVED})

    def _fail(self, error: PelvicBoneSegError) -> None:
        logging.getLogger(__name__).error("A segmentation was not saved", exc_info=error)
        self._answer({"kind": NOT_SAVED, "message": str(error.message)})

    def _drop(self, _: Frame) -> None:
        if self._edited is not None:
            self._library.drop_edited(self._visitor.owner, self._scan_id, self._edited)

    def _keep(self, frame: Frame) -> str:
        content, attributes = (frame.arrays[one].tobytes() for one in ("content", "attributes"))
        if max(len(content), len(attributes)) > MAX_FILE_BYTES:
            raise NotSavedError(f"it has more than {MAX_FILE_BYTES >> 20} MB")
        folder = self._library.folder.new_ticket()
        try:
            (folder / SEGMENTATION_FILE).write_bytes(content)
            (folder / ATTRIBUTES_FILE).write_bytes(attributes)
            saved = self._library.keep_edited(
                self._visitor.owner,
                self._scan_id,
                self._visitor.user,
                folder,
                frame.header["bones"],
                {"segments": [_described(one) for one in frame.header["segments"]], "warnings": []},
                self._edited,
            )
            return saved.id
        finally:
            remove(folder)


def _described(segment: Mapping[str, Any]) -> Mapping[str, Any]:
    # As in the list of those that were made automatically.
    return {
        "name": segment["name"],
        "ml": segment["ml"],
        "confidence": None,
        "touches_border": None,
    }
