"""Which views are drawn, and when."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

import numpy as np
from slicer import vtkMRMLSliceViewDisplayableManagerFactory
from trame.app import get_server
from trame_slicer.core import SlicerApp
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData

from PelvicBoneSegWeb.viewer.display.drawing import register_views
from PelvicBoneSegWeb.viewer.display.logic import DisplayLogic
from PelvicBoneSegWeb.viewer.edit.logic import EditLogic
from PelvicBoneSegWeb.viewer.session import Session

SHAPE = (10, 40, 40)
NUMBERS = count()
"""Of servers: two of one name share their state."""

AXIAL, CORONAL, SAGITTAL, THREE_D = "Red", "Green", "Yellow", "ThreeD"


class Counter:
    """Counts what is asked of a view."""

    def __init__(self, view):
        self.count = 0
        view._scheduled_render.schedule_render = self.schedule_render

    def schedule_render(self):
        self.count += 1


def add_scan(slicer_app):
    image = vtkImageData()
    image.SetDimensions(SHAPE[::-1])
    voxels = np.arange(np.prod(SHAPE), dtype=np.int16)
    image.GetPointData().SetScalars(numpy_to_vtk(voxels, deep=True))
    node = slicer_app.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    node.SetAndObserveImageData(image)
    node.CreateDefaultDisplayNodes()
    return node


def add_segmentation(slicer_app, volume):
    node = slicer_app.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.CreateDefaultDisplayNodes()
    node.GetSegmentation().AddEmptySegment("femur")
    return node


class Viewer:
    """Scene, views and what users do; in a running loop only."""

    def __init__(self):
        self.slicer_app = SlicerApp()
        server = get_server(f"drawing {next(NUMBERS)}", client_type="vue3")
        register_views(self.slicer_app.view_manager, server)
        self.display = DisplayLogic(server, self.slicer_app)
        volume = add_scan(self.slicer_app)
        self.display.show_volume(volume)
        session = Session(self.slicer_app, worker=None)
        self.edit = EditLogic(server, session)
        session.open_volume(volume)
        session.set_segmentation(add_segmentation(self.slicer_app, volume))

    def drawn_by_a_step(self):
        """Move through the coronal slices; return which views are to be drawn."""
        names = AXIAL, CORONAL, SAGITTAL, THREE_D
        views = {name: self.slicer_app.view_manager.get_view(name) for name in names}
        counters = {name: Counter(view) for name, view in views.items()}
        view = views[CORONAL]
        view.set_slice_value(view.get_slice_value() + 2 * view.get_slice_step())
        return {name for name, counter in counters.items() if counter.count}

    @property
    def cuts_models(self):
        factory = vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        return factory.IsDisplayableManagerRegistered("vtkMRMLModelSliceDisplayableManager")


def in_a_loop(work):
    async def run():
        work(Viewer())

    asyncio.run(run())


def test_a_view_whose_slice_changes_is_drawn_alone():
    def work(viewer):
        assert viewer.drawn_by_a_step() == {CORONAL}

    in_a_loop(work)


def test_with_the_crosshair_the_lines_in_the_others_move_along():
    def work(viewer):
        viewer.display.data.has_crosshair = True
        assert viewer.drawn_by_a_step() >= {AXIAL, CORONAL, SAGITTAL}

    in_a_loop(work)


def test_the_brush_which_is_a_model_is_drawn_while_there_is_one():
    def work(viewer):
        assert not viewer.cuts_models
        viewer.edit.choose("paint")
        assert viewer.cuts_models
        viewer.edit.choose("none")
        assert not viewer.cuts_models
        assert viewer.drawn_by_a_step() == {CORONAL}

    in_a_loop(work)
