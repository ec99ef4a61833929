"""What the sections of the panel share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ..segmentation.suitability import Verdict
from .run.worker_process import WorkerProcess
from .settings import Settings


class WriteListener(Protocol):
    """What a section has that holds on to segments."""

    def before_run_writes(self) -> None:
        """Let go of the segments."""

    def after_run_writes(self) -> None:
        """Take the segments that are there now."""


class Session:
    """The choices of the scene, the user's settings, and what is going on.

    Parameters
    ----------
    logic
        PelvicBoneSegLogic.
    resources
        The module's Resources folder.
    notify
        Called when what sections share has changed, so that all of them refresh.

    Attributes
    ----------
    parameters
        The scene's PelvicBoneSegParameterNode; None while a scene is closed.
    settings
        The user's settings, which outlive the scene.
    worker
        The child process that computes, for all sections: one run at a time.
    run_is_on
        Whether a run is on, or its worker is still stopping. Set by the section whose run it is:
        *Segment*, or *3D* while slices are interpolated.
    editor_is_open
        Whether the section *Edit*, which has a table of segments of its own, is open. Set by it.
    verdict
        Whether the chosen volume can be segmented with the chosen bundle, and what to expect; None
        where no volume is chosen. Set by the section *Verdict*.
    write_listeners
        Sections that hold on to segments: told before a run, or its undo, writes segments into the
        scene, and after, also where it failed.
    """

    def __init__(self, logic: Any, resources: Path, notify: Callable[[], None]) -> None:
        self.logic = logic
        self.resources = resources
        self.notify = notify
        self.parameters: Any = None
        self.settings = Settings()
        self.worker = WorkerProcess(stopped=notify)
        self.run_is_on = False
        self.editor_is_open = False
        self.verdict: Verdict | None = None
        self.write_listeners: list[WriteListener] = []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Tell the listeners before and after segments are written."""
        try:
            for listener in self.write_listeners:
                listener.before_run_writes()
            yield
        finally:
            for listener in self.write_listeners:
                listener.after_run_writes()
