"""Whether there is something to save, and saving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from slicer import vtkSegmentation
from trame_server import Server
from trame_slicer.app.logic.base_logic import BaseLogic

from PelvicBoneSegLib.errors import PelvicBoneSegError
from PelvicBoneSegLib.worker.protocol import Frame

from ..channel import Channel
from ..session import Session
from .kinds import SAVE, SAVED, TAKE_BACK
from .snapshot import take_snapshot

_CHANGES = (
    vtkSegmentation.SegmentAdded,
    vtkSegmentation.SegmentRemoved,
    vtkSegmentation.SegmentModified,
    vtkSegmentation.SegmentsOrderModified,
    vtkSegmentation.SourceRepresentationModified,
)


@dataclass
class SaveState:
    """What the bar shows.

    Attributes
    ----------
    is_unsaved, is_saving
        Of what is in the scene.
    problem
        Why it could not be saved; empty where it could.
    """

    is_unsaved: bool = False
    is_saving: bool = False
    problem: str = ""


class SaveLogic(BaseLogic[SaveState]):
    """Hands segments to the front, which stores them in the library.

    Parameters
    ----------
    server
        Whose page shows the state.
    session
        Its segmentation is saved.
    channel
        To the front.
    """

    def __init__(self, server: Server, session: Session, channel: Channel) -> None:
        super().__init__(server, session.slicer_app, SaveState)
        self._session = session
        self._channel = channel
        self._changes = self._sent = self._stored = 0
        self._is_asked_again = False
        self._is_in_library = self._was_in_library = False
        self._observed: Any = None
        self._observers: list[int] = []
        session.segmentation_changed.connect(self._follow)

    def start_clean(self) -> None:
        """Take what is in the scene for saved: it was just read from the library."""
        self._stored = self._sent = self._changes
        self._refresh()

    async def save(self) -> None:
        """Save what is not saved yet."""
        await self._session.settled()
        with self.state:
            self._is_asked_again = self.data.is_saving
            if self._is_changed and not self.data.is_saving:
                self._send()

    async def finish(self) -> None:
        """Save for the last time: nobody hears the answer any more."""
        await self._session.settled()
        if self._is_worth_saving and self._changes != self._sent:
            self._send()
        await self._channel.flush()

    def take(self, frame: Frame) -> None:
        """Take an answer of the front."""
        with self.state:
            self.data.is_saving = False
            if frame.header["kind"] == SAVED:
                self._stored = self._sent
                if self._is_asked_again and self._is_changed:
                    self._is_asked_again = False
                    self._send()
            else:
                self._sent = self._stored
                self._is_in_library = self._was_in_library
                self.data.problem = frame.header["message"]
            self._refresh()

    @property
    def _is_changed(self) -> bool:
        return self._is_worth_saving and self._changes != self._stored

    @property
    def _is_worth_saving(self) -> bool:
        """Whether there is a segmentation, or one to take back: its run was undone."""
        return self._session.segmentation is not None or self._is_in_library

    def _send(self) -> None:
        self.data.problem = ""
        node = self._session.segmentation
        try:
            frame = ({"kind": TAKE_BACK}, {}) if node is None else _frame(node)
        except PelvicBoneSegError as error:
            self.data.problem = str(error.message)
            return
        self._channel.send(*frame)
        self._sent = self._changes
        # Of a save that is on its way nobody knows yet that it fails.
        self._was_in_library, self._is_in_library = self._is_in_library, node is not None
        self.data.is_saving = True

    def _follow(self) -> None:
        for one in self._observers:
            self._observed.RemoveObserver(one)
        node = self._session.segmentation
        self._observed = None if node is None else node.GetSegmentation()
        kinds = () if node is None else _CHANGES
        self._observers = [self._observed.AddObserver(kind, self._note) for kind in kinds]
        self._note()

    def _note(self, *_: Any) -> None:
        self._changes += 1
        self._refresh()

    def _refresh(self) -> None:
        self.data.is_unsaved = self._is_changed


def _frame(segmentation_node: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and files of a segmentation to store."""
    snapshot = take_snapshot(segmentation_node)
    files = {"content": snapshot.content, "attributes": snapshot.attributes}
    return (
        {"kind": SAVE, "bones": snapshot.bones, "segments": snapshot.segments},
        {name: np.frombuffer(one, np.uint8) for name, one in files.items()},
    )
