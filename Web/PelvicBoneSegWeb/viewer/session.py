"""What the sections of the page share: the scan, its segmentation, and who does the work."""

from __future__ import annotations

import asyncio
from typing import Any

from trame_slicer.core import SlicerApp
from undo_stack import Signal

from PelvicBoneSegLib.scene.logic import SegmentationLogic

from .worker_client import WorkerClient


class Session:
    """One scan in one scene.

    Parameters
    ----------
    slicer_app
        Scene and views.
    worker
        Finds the bones.

    Attributes
    ----------
    writing
        The latest to write what a run found into the scene.
    logic
        The same that the panel in Slicer has: reads and writes the scene.
    volume_opened, segmentation_changed
        Tell that there is another scan or segmentation.
    segments_written
        Tells that a run wrote segments into the segmentation, or was taken back.
    """

    volume_opened = Signal()
    segmentation_changed = Signal()
    segments_written = Signal()

    def __init__(self, slicer_app: SlicerApp, worker: WorkerClient) -> None:
        self.slicer_app = slicer_app
        self.worker = worker
        self.logic = SegmentationLogic()
        self.volume: Any = None
        self.segmentation: Any = None
        self.writing: asyncio.Task[None] | None = None

    async def settled(self) -> None:
        """Wait until the scene is whole: a run may be in the middle of writing its bones."""
        if self.writing is not None:
            await asyncio.wait([self.writing])

    def open_volume(self, volume_node: Any) -> None:
        """Work on a scan from now on."""
        self.volume = volume_node
        self.volume_opened.emit()

    def set_segmentation(self, segmentation_node: Any | None) -> None:
        """Work on a segmentation from now on."""
        if segmentation_node is not self.segmentation:
            self.segmentation = segmentation_node
            self.segmentation_changed.emit()
