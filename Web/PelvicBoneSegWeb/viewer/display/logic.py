"""What the controls of the display do."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from slicer import (
    vtkMRMLApplicationLogic,
    vtkMRMLCrosshairNode,
    vtkMRMLInteractionNode,
)
from trame_server import Server
from trame_slicer.app.logic.base_logic import BaseLogic
from trame_slicer.core import LayoutManager, SlicerApp, VolumeWindowLevel
from trame_slicer.views import AbstractView
from vtkmodules.vtkCommonCore import vtkCommand

from ..layouts import FOUR_VIEWS, LAYOUTS, OBLIQUE
from .oblique import oblique_axes, turn_slice
from .state import DisplayState

_STEPS = 500
"""Of the slider of the window."""


class DisplayLogic(BaseLogic[DisplayState]):
    """Shows one scan. The bones over it are shown by `edit.logic`, with trame-slicer's editor."""

    def __init__(self, server: Server, slicer_app: SlicerApp) -> None:
        super().__init__(server, slicer_app, DisplayState)
        self.layouts = LayoutManager(slicer_app.scene, slicer_app.view_manager, server)
        self.layouts.register_layout_dict(LAYOUTS)
        self.data.layouts = list(LAYOUTS)
        self.data.layout = FOUR_VIEWS
        self.layouts.set_layout(FOUR_VIEWS)
        self._volume: Any = None
        self._held: set[str] = set()
        self._crosshair_waits = False
        for view in slicer_app.view_manager.get_slice_views():
            view.modified.connect(self._follow_slice)
        self.bind_changes(
            {
                self.name.window: self._set_window,
                self.name.has_crosshair: self._refresh_crosshair,
                self.name.moves_slices: self._refresh_crosshair,
                self.name.adjusts_window: self._refresh_mouse,
                self.name.tilt: self._refresh_oblique,
                self.name.turn: self._refresh_oblique,
                self.name.layout: self._set_layout,
            }
        )

    def show_volume(self, volume_node: Any) -> None:
        """Show a scan in all slice views."""
        self._volume = volume_node
        low, high = VolumeWindowLevel.get_volume_scalar_range(volume_node)
        window = VolumeWindowLevel.get_volume_auto_min_max_range(volume_node)
        VolumeWindowLevel.set_volume_node_display_min_max_range(volume_node, *window)
        self.data.lowest, self.data.highest = low, high
        self.data.step = (high - low) / _STEPS or 1.0
        self.data.window = list(window)
        display = VolumeWindowLevel.get_volume_display_node(volume_node)
        display.AddObserver(vtkCommand.ModifiedEvent, self._follow_window)
        self._slicer_app.display_manager.show_volume_in_slice_background(volume_node)
        self.reset_views()

    def follow_mouse(self, event: str) -> None:
        """Note which buttons are held; the event is about to be handled."""
        button = event.removesuffix("Press").removesuffix("Release")
        if event.endswith("ButtonPress"):
            self._held.add(button)
        elif event.endswith("ButtonRelease"):
            self._held.discard(button)
            if self._crosshair_waits and not self._held:
                asyncio.get_running_loop().call_soon(self._refresh_crosshair)

    def reset_views(self) -> None:
        """Bring everything into the middle of all views."""
        self._slicer_app.display_manager.reset_views()
        self._refresh_oblique()

    def reset_3d(self) -> None:
        """Bring the bones into the middle of the 3D view."""
        for view in self._slicer_app.view_manager.get_threed_views():
            view.reset_view()

    def reset_window(self) -> None:
        """Choose the window by the scan's histogram."""
        if self._volume is not None:
            self.data.window = list(VolumeWindowLevel.get_volume_auto_min_max_range(self._volume))

    # --- from the page to the scene ------------------------------------------------------------

    def _set_window(self, window: list[float]) -> None:
        if self._volume is not None:
            VolumeWindowLevel.set_volume_node_display_min_max_range(self._volume, *window)

    def _set_layout(self, layout: str) -> None:
        self.layouts.set_layout(layout)

    def _refresh_crosshair(self, *_: Any) -> None:
        # Slicer's core ends the process where the lines vanish while one of them is dragged.
        self._crosshair_waits = bool(self._held)
        if self._crosshair_waits:
            return
        logic, kinds = self._slicer_app.app_logic, vtkMRMLApplicationLogic
        logic.SetIntersectingSlicesEnabled(
            kinds.IntersectingSlicesVisibility, self.data.has_crosshair
        )
        moves = self.data.has_crosshair and self.data.moves_slices
        for kind in (
            kinds.IntersectingSlicesInteractive,
            kinds.IntersectingSlicesRotation,
            kinds.IntersectingSlicesTranslation,
        ):
            logic.SetIntersectingSlicesEnabled(kind, moves)
        node = self.scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        node.SetCrosshairBehavior(vtkMRMLCrosshairNode.OffsetJumpSlice)
        node.SetCrosshairMode(
            vtkMRMLCrosshairNode.ShowBasic
            if self.data.has_crosshair
            else vtkMRMLCrosshairNode.NoCrosshair
        )

    def _refresh_mouse(self, *_: Any) -> None:
        modes = vtkMRMLInteractionNode
        node = self._slicer_app.app_logic.GetInteractionNode()
        node.SetCurrentInteractionMode(
            modes.AdjustWindowLevel if self.data.adjusts_window else modes.ViewTransform
        )

    def _refresh_oblique(self, *_: Any) -> None:
        view = self._slicer_app.view_manager.get_view(OBLIQUE)
        if view is None or self._volume is None:
            return
        bounds = [0.0] * 6
        self._volume.GetRASBounds(bounds)
        centre = np.array(bounds).reshape(3, 2).mean(axis=1)
        turn_slice(view.get_view_node(), oblique_axes(self.data.tilt, self.data.turn), centre)
        view.schedule_render()

    # --- from the scene to the page ------------------------------------------------------------

    def _follow_slice(self, moved: AbstractView) -> None:
        """Have the other slices drawn where they show the line of the one that moved."""
        if self.data.has_crosshair:
            for view in self._slicer_app.view_manager.get_slice_views():
                if view is not moved:
                    view.schedule_render()

    def _follow_window(self, *_: Any) -> None:
        window = list(VolumeWindowLevel.get_volume_display_range(self._volume))
        if not np.allclose(window, self.data.window):
            with self.state:
                self.data.window = window
