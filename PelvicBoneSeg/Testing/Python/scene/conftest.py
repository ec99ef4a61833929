"""Real MRML scenes with a phantom in them."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs PyPI's slicer-core, or Slicer")

import vtkmodules.vtkInteractionStyle  # noqa: E402
import vtkmodules.vtkRenderingOpenGL2  # noqa: E402, F401 - both register with VTK's factory
from vtkmodules.util.numpy_support import numpy_to_vtk  # noqa: E402
from vtkmodules.vtkCommonDataModel import vtkImageData  # noqa: E402
from vtkmodules.vtkRenderingCore import (  # noqa: E402
    vtkRenderer,
    vtkRenderWindow,
    vtkRenderWindowInteractor,
)

from PelvicBoneSegLib.scene.logic import SegmentationLogic  # noqa: E402
from scene.phantom import ThresholdSegmenter, grid, intensities  # noqa: E402
from scene.reading import matrix_of  # noqa: E402

SPACING = (2.0, 2.4, 4.0)


def rotation(axis: str, degrees: float) -> np.ndarray:
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[[first, first, second, second], [first, second, first, second]] = [c, -s, s, c]
    return matrix


DIRECTIONS = {
    "plain": np.diag([-1.0, -1.0, 1.0]),
    "permuted": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    "flipped": np.diag([1.0, -1.0, -1.0]),
    "left_handed": np.diag([-1.0, 1.0, 1.0]),
    "left_handed_and_permuted": np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    "rotated": rotation("z", 25) @ rotation("x", -18) @ rotation("y", 9),
    "left_handed_and_rotated": rotation("y", 30) @ rotation("z", 12) @ np.diag([-1.0, 1.0, 1.0]),
}
"""Columns: i, j, k in RAS."""


def rigid(axis: str, degrees: float, shift: tuple[float, float, float]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(axis, degrees)
    matrix[:3, 3] = shift
    return matrix


@pytest.fixture
def a_scene():
    """A scene that Slicer's segmentations module watches, as it does in Slicer."""
    scene = slicer.vtkMRMLScene()
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(scene)
    segmentations = slicer.vtkSlicerSegmentationsModuleLogic()
    segmentations.SetMRMLApplicationLogic(application)
    segmentations.SetMRMLScene(scene)
    yield scene
    scene.Clear(True)


@pytest.fixture
def add_volume(a_scene):
    """Add the phantom on a grid; its place in the world stays, whatever the parent transform."""

    def add(directions="plain", to_world=None, name="MR"):
        world = grid(DIRECTIONS[directions], SPACING)
        voxels = intensities(world.ijk_to_ras, world.dimensions[::-1])
        node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        node.SetAndObserveImageData(image_of(voxels))
        matrix = world.ijk_to_ras
        if to_world is not None:
            matrix = np.linalg.inv(to_world) @ matrix
            node.SetAndObserveTransformNodeID(add_transform(a_scene, to_world).GetID())
        node.SetIJKToRASMatrix(matrix_of(matrix))
        return node

    return add


@pytest.fixture
def a_volume_node(add_volume):
    return add_volume()


@pytest.fixture
def a_left_handed_volume_node(add_volume):
    return add_volume("left_handed")


@pytest.fixture
def a_transform_to_world():
    return rigid("z", 40, (30, -20, 10)) @ rigid("x", 15, (0, 5, -40))


@pytest.fixture
def another_transform_to_world():
    return rigid("y", -35, (-10, 60, 5))


@pytest.fixture
def a_transformed_volume_node(add_volume, a_transform_to_world):
    return add_volume("rotated", a_transform_to_world)


@pytest.fixture
def a_mirrored_volume_node(add_volume):
    """Under a parent transform that turns left into right."""
    return add_volume("rotated", np.diag([-1.0, 1.0, 1.0, 1.0]))


@pytest.fixture
def a_segmenter():
    return ThresholdSegmenter()


@pytest.fixture
def a_logic(a_segmenter):
    return SegmentationLogic(segmenter_factory=lambda device: a_segmenter)


@pytest.fixture
def logic_with():
    def make(**options):
        segmenter = ThresholdSegmenter(**options)
        return SegmentationLogic(segmenter_factory=lambda device: segmenter)

    return make


@pytest.fixture
def a_hand_made_segmentation(a_scene, a_volume_node):
    """Two segments drawn by hand in one shared labelmap, one of them called like one of ours."""
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
    shape = a_volume_node.GetImageData().GetDimensions()[::-1]
    voxels = np.zeros(shape, np.uint8)
    voxels[2:20, 4:20, 4:30] = 1
    voxels[20:40, 20:50, 10:60] = 2
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(image_of(voxels))
    matrix = matrix_of(np.eye(4))
    a_volume_node.GetIJKToRASMatrix(matrix)
    image.SetGeometryFromImageToWorldMatrix(matrix)
    for value, (segment_id, name) in enumerate(
        (("tumour", "Tumour"), ("sacrum", "My sacrum")), start=1
    ):
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.SetColor(0.1, 0.2, 0.3 * value)
        segment.AddRepresentation("Binary labelmap", image)
        segment.SetLabelValue(value)
        node.GetSegmentation().AddSegment(segment, segment_id)
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetSegmentOpacity3D("tumour", 0.4)
    return node


@pytest.fixture
def a_warp(a_scene):
    """A transform node that is not linear."""
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonTransforms import vtkThinPlateSplineTransform

    source, target = vtkPoints(), vtkPoints()
    for point in ((0, 0, 0), (50, 0, 0), (0, 50, 0), (0, 0, 50), (50, 50, 50)):
        source.InsertNextPoint(point)
        target.InsertNextPoint(point[0] + 0.004 * point[1] * point[2], point[1], point[2])
    warp = vtkThinPlateSplineTransform()
    warp.SetBasisToR()
    warp.SetSourceLandmarks(source)
    warp.SetTargetLandmarks(target)
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "Warp")
    node.SetAndObserveTransformToParent(warp)
    return node


def add_transform(scene, to_world):
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(matrix_of(to_world))
    return node


def image_of(voxels: np.ndarray) -> vtkImageData:
    image = vtkImageData()
    image.SetDimensions(*voxels.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.ravel(), deep=True))
    return image


MANAGERS = ("vtkMRMLModelDisplayableManager", "vtkMRMLSegmentationsDisplayableManager3D")


@pytest.fixture
def a_3d_view(a_scene):
    """A renderer that Slicer's managers for models and segmentations fill. It draws nothing."""
    renderer, window, interactor = vtkRenderer(), vtkRenderWindow(), vtkRenderWindowInteractor()
    window.SetOffScreenRendering(True)
    window.AddRenderer(renderer)
    interactor.SetRenderWindow(window)
    factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
    for name in MANAGERS:
        if not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(a_scene)
    factory.SetMRMLApplicationLogic(application)
    managers = factory.InstantiateDisplayableManagers(renderer)
    managers.SetMRMLDisplayableNode(a_scene.AddNewNodeByClass("vtkMRMLViewNode"))
    yield renderer
    managers.SetMRMLDisplayableNode(None)
