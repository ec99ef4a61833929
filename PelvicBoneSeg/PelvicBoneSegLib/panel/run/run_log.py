"""What can be copied into a report: versions, the last runs, and how they failed."""

from __future__ import annotations

import platform
import re
import time
from collections import deque
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import slicer
import slicer.util

from ... import __version__
from ...segmentation.volume import Volume
from ..failure import details
from .run_choices import RunChoices

RUNS_KEPT = 20

WORKER_LINES = 40

_NODE_NAME = "<name>"


class RunLog:
    """The last runs, with nothing of the patient in them."""

    def __init__(self) -> None:
        self._entries: deque[str] = deque(maxlen=RUNS_KEPT)

    @property
    def text(self) -> str:
        """All of it, the latest run first."""
        return "\n\n".join([_versions(), *reversed(self._entries)])

    def add_run(self, choices: RunChoices, volume: Volume, result: Any, seconds: float) -> None:
        """Note a run that ended well.

        Parameters
        ----------
        choices, volume, result
            What was asked for, the scan, and the `SegmentationResult`.
        seconds
            All of it, from the click to the last segment in the scene.
        """
        stages = ", ".join(f"{stage} {took:.2f} s" for stage, took in result.timings.items())
        self._add(
            f"Done in {seconds:.2f} s; of that: {stages}",
            *_wanted(choices),
            f"Scan: {_grid(volume)}",
            f"Ran with {result.bundle} on {result.device} ({result.precision})",
        )

    def add_failure(
        self, error: Exception, choices: RunChoices | None = None, worker_log: str = ""
    ) -> None:
        """Note a failure.

        Parameters
        ----------
        error
            What was raised.
        choices
            What was asked for, where it was a run.
        worker_log
            What the worker printed.
        """
        lines = [] if choices is None else _wanted(choices)
        text = details(error)
        printed = "\n".join(worker_log.splitlines()[-WORKER_LINES:])
        if printed and printed not in text:
            text += f"\nThe worker's last words:\n{printed}"
        self._add("Failed", *lines, _anonymous(text, choices))

    def _add(self, *lines: str) -> None:
        self._entries.append("\n".join([time.strftime("%Y-%m-%d %H:%M:%S"), *lines]))


def _versions() -> str:
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = "not installed"
    return (
        f"PelvicBoneSeg {__version__}, Slicer {slicer.app.applicationVersion}, torch {torch}\n"
        f"Python {platform.python_version()}, {platform.platform()}"
    )


def _wanted(choices: RunChoices) -> list[str]:
    return [
        f"Bones: {', '.join(choices.bones)}; side: {choices.side}",
        f"Bundle: {choices.bundle}; device: {choices.device}",
    ]


def _grid(volume: Volume) -> str:
    size = "×".join(str(count) for count in volume.voxels.shape[::-1])
    spacing = "×".join(f"{one:.3g}" for one in volume.spacing)
    return f"{size} voxels of {spacing} mm, {volume.voxels.dtype}"


def _anonymous(text: str, choices: RunChoices | None) -> str:
    """Leave out the names of nodes, which are often those of patients, and of the user."""
    nodes = slicer.util.getNodesByClass("vtkMRMLTransformableNode")
    if choices is not None:
        # They may have left the scene, which may be the very cause.
        nodes += [node for node in (choices.volume, choices.segmentation) if node is not None]
    text = text.replace(str(Path.home()), "~")
    for name in sorted({node.GetName() for node in nodes if node.GetName()}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _NODE_NAME, text)
    return text
