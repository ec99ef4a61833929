"""How views are drawn. All of it is done by the processor, where there is no graphics card."""

from __future__ import annotations

from typing import Any

from slicer import vtkMRMLSliceViewDisplayableManagerFactory
from trame_server import Server
from trame_slicer.app.ui import (
    create_vertical_slice_view_gutter_ui,
    create_vertical_view_gutter_ui,
)
from trame_slicer.core import ViewManager
from trame_slicer.rca_view.rca_view_factory import RemoteViewFactory
from trame_slicer.views import SliceView, ThreeDView, ViewType
from trame_slicer.views.render_scheduler import NoScheduleRendering

_SETTINGS = {"target_fps": 30.0, "blur_fps": 10.0, "interactive_quality": 90}
"""The quality, of JPEG, is that of a view at rest also while it moves: with two, every change is
drawn twice, and encoding takes a tenth of what drawing does."""

_MODELS = "vtkMRMLModelSliceDisplayableManager"


def register_views(view_manager: ViewManager, server: Server) -> None:
    """Have views made as `trame_slicer.rca_view.register_rca_factories` does, but drawn faster.

    Several samples a pixel would take more than half of the time. In slices they change nothing, as
    all is drawn in two dimensions; in 3D, edges are smoothed in the finished picture instead.
    """
    for make, kind, gutter in (
        (_slice_view, ViewType.SLICE_VIEW, create_vertical_slice_view_gutter_ui),
        (_threed_view, ViewType.THREE_D_VIEW, create_vertical_view_gutter_ui),
    ):
        view_manager.register_factory(
            RemoteViewFactory(server, make, kind, populate_view_ui_f=gutter, **_SETTINGS)
        )


def draw_models_in_slices(are_wanted: bool) -> None:
    """Cut models in all slice views, or not.

    There are two kinds here: the brush of a tool, and the slices' own. For these, all slice views
    are drawn whenever one of them moves, so it is not done without need.
    """
    factory = vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    if are_wanted and not factory.IsDisplayableManagerRegistered(_MODELS):
        factory.RegisterDisplayableManager(_MODELS)
    elif not are_wanted and factory.IsDisplayableManagerRegistered(_MODELS):
        factory.UnRegisterDisplayableManager(_MODELS)


def _slice_view(**of_view: Any) -> SliceView:
    # Not drawn while it is put together: that would take half of the viewer's start.
    view = SliceView(scheduled_render_strategy=NoScheduleRendering(), **of_view)
    view.render_window().SetMultiSamples(0)
    draw_models_in_slices(False)
    return view


def _threed_view(**of_view: Any) -> ThreeDView:
    view = ThreeDView(scheduled_render_strategy=NoScheduleRendering(), **of_view)
    view.render_window().SetMultiSamples(0)
    view.first_renderer().SetUseFXAA(True)
    return view
