"""The surfaces that the worker makes are those that Slicer's own converter would make."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from PelvicBoneSegLib.scene.matrices import RAS_TO_LPS, to_vtk
from PelvicBoneSegLib.segmentation.surface import closed_surface, surface_arrays
from scene.conftest import DIRECTIONS
from scene.phantom import grid, inside, positions_lps

slicer = pytest.importorskip("slicer", reason="needs PyPI's slicer-core, or Slicer")

SPACING = (1.1, 1.1, 4.0)
SMOOTHING = "Smoothing factor"


@pytest.fixture(autouse=True)
def converters():
    """Slicer's own, which the logic of its module registers when it gets a scene."""
    scene = slicer.vtkMRMLScene()
    application, logic = (
        slicer.vtkMRMLApplicationLogic(),
        slicer.vtkSlicerSegmentationsModuleLogic(),
    )
    application.SetMRMLScene(scene)
    logic.SetMRMLApplicationLogic(application)
    logic.SetMRMLScene(scene)
    yield
    logic.SetMRMLScene(None)
    application.SetMRMLScene(None)


def slicers_own_surface(mask, ijk_to_ras, smoothing):
    """Convert as the scene does: the slices of a left-handed image are taken the other way."""
    if np.linalg.det(ijk_to_ras[:3, :3]) < 0:
        flip = np.diag([1.0, 1.0, -1.0, 1.0])
        flip[2, 3] = len(mask) - 1
        mask, ijk_to_ras = mask[::-1], ijk_to_ras @ flip
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*mask.shape[::-1])
    image.SetGeometryFromImageToWorldMatrix(to_vtk(ijk_to_ras))
    labels = np.ascontiguousarray(mask, np.uint8).ravel()
    image.GetPointData().SetScalars(numpy_to_vtk(labels, deep=True))
    segment = slicer.vtkSegment()
    segment.AddRepresentation("Binary labelmap", image)
    segmentation = slicer.vtkSegmentation()
    segmentation.SetSourceRepresentationName("Binary labelmap")
    segmentation.SetConversionParameter(SMOOTHING, str(smoothing))
    segmentation.AddSegment(segment, "bone")
    assert segmentation.CreateRepresentation("Closed surface")
    return segment.GetRepresentation("Closed surface")


@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.5])
@pytest.mark.parametrize("at_the_border", [False, True])
def test_points_and_normals_are_slicers_own(directions, smoothing, at_the_border):
    world = grid(DIRECTIONS[directions], SPACING)
    lps = positions_lps(world.ijk_to_ras, world.dimensions[::-1])
    mask = inside("left_femur", lps)
    k, j, i = (slice(n.min() - 3, n.max() + 4) for n in np.nonzero(mask))
    mask, corner = mask[k, j, i], np.eye(4)
    corner[:3, 3] = i.start, j.start, k.start
    ijk_to_ras = world.ijk_to_ras @ corner
    if at_the_border:
        mask = mask[8:]
        ijk_to_ras = ijk_to_ras @ np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 8], [0, 0, 0, 1]])

    theirs = slicers_own_surface(mask, ijk_to_ras, smoothing)
    ours = surface_arrays(closed_surface(mask, RAS_TO_LPS @ ijk_to_ras, smoothing))

    to_ras = np.diag(RAS_TO_LPS)[:3]
    points = vtk_to_numpy(theirs.GetPoints().GetData())
    normals = vtk_to_numpy(theirs.GetPointData().GetNormals())
    triangles = vtk_to_numpy(theirs.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    assert len(ours.points) == len(points) > 1000
    assert np.linalg.norm(ours.points * to_ras - points, axis=1).max() < 1e-3
    assert np.abs(ours.normals * to_ras - normals).max() < 1e-3
    assert (ours.triangles == triangles).all()
