from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import (
    vtkFeatureEdges,
    vtkMassProperties,
    vtkPolyDataConnectivityFilter,
)
from vtkmodules.vtkIOGeometry import vtkSTLReader

from PelvicBoneSegLib.segmentation.surface import closed_surface, write_stl

SHAPE = (16, 60, 64)
SPACING = np.array([0.9, 0.9, 4.0])


def rotation(degrees):
    angle = np.deg2rad(degrees)
    matrix = np.eye(3)
    matrix[1:, 1:] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return matrix


DIRECTIONS = {
    "plain": np.eye(3),
    "flipped": np.diag([-1.0, -1.0, 1.0]),
    "permuted": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    "left_handed": np.diag([1.0, -1.0, 1.0]),
    "rotated": rotation(25),
    "left_handed_and_rotated": rotation(-40) @ np.diag([1.0, 1.0, -1.0]),
}


def affine(directions="plain", origin=(-30.0, 12.0, 55.0)):
    matrix = np.eye(4)
    matrix[:3, :3] = DIRECTIONS[directions] * SPACING
    matrix[:3, 3] = origin
    return matrix


def millimetres():
    """Return x, y, z in mm of all voxels from the middle of the image; each (K, J, I)."""
    k, j, i = np.indices(SHAPE) - np.reshape(np.array(SHAPE) / 2 - 0.5, (3, 1, 1, 1))
    return i * SPACING[0], j * SPACING[1], k * SPACING[2]


def sphere(radius=22.0, centre=(0.0, 0.0, 0.0)):
    return sum((axis - at) ** 2 for axis, at in zip(millimetres(), centre, strict=True)) <= (
        radius**2
    )


def box():
    mask = np.zeros(SHAPE, bool)
    mask[4:12, 15:45, 10:50] = True
    return mask


def torus():
    x, y, z = millimetres()
    return (np.hypot(x, y) - 17) ** 2 + z**2 <= 8.5**2


def two_components():
    return sphere(10, (-14, 0, 0)) | sphere(11, (14, 2, 5))


def cut_off_at_three_borders():
    return sphere(24, (25, 22, 28))


def the_whole_image():
    return np.ones(SHAPE, bool)


def boxes_that_touch_at_an_edge():
    mask = np.zeros(SHAPE, bool)
    mask[2:8, 10:30, 10:30] = True
    mask[2:8, 30:50, 30:50] = True
    return mask


def boxes_that_touch_at_a_corner():
    mask = np.zeros(SHAPE, bool)
    mask[2:8, 10:30, 10:30] = True
    mask[8:14, 30:50, 30:50] = True
    return mask


def a_chequered_side():
    """A block on whose face single voxels stand diagonally to each other."""
    mask = np.zeros(SHAPE, bool)
    mask[2:10, 10:50, 10:50] = True
    j, i = np.indices((40, 40))
    mask[10, 10:50, 10:50] = (i + j) % 2 == 0
    return mask


MASKS = (
    sphere,
    box,
    torus,
    two_components,
    cut_off_at_three_borders,
    the_whole_image,
    boxes_that_touch_at_an_edge,
    boxes_that_touch_at_a_corner,
    a_chequered_side,
)


def number_of_open_edges(surface):
    edges = vtkFeatureEdges()
    edges.SetInputData(surface)
    edges.BoundaryEdgesOn()
    edges.FeatureEdgesOff()
    edges.ManifoldEdgesOff()
    edges.NonManifoldEdgesOff()
    edges.Update()
    return edges.GetOutput().GetNumberOfCells()


def corners(surface):
    """Return the triangles' corners, shape (M, 3, 3)."""
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(np.float64)
    return points[vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)]


def enclosed_volume(surface):
    """Return mm³, negative where triangles face inward."""
    a, b, c = np.moveaxis(corners(surface) - corners(surface).mean(axis=(0, 1)), 1, 0)
    return np.einsum("ij,ij->", a, np.cross(b, c)) / 6


def volume_of(mask):
    return mask.sum() * np.prod(SPACING)


@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize("make_mask", MASKS, ids=lambda make: make.__name__)
def test_surfaces_are_watertight_outward_and_of_the_right_volume(make_mask, directions):
    mask = make_mask()
    surface = closed_surface(mask, affine(directions))
    assert surface.GetNumberOfCells() > 100
    assert number_of_open_edges(surface) == 0
    assert enclosed_volume(surface) == pytest.approx(volume_of(mask), rel=0.05)
    properties = vtkMassProperties()
    properties.SetInputData(surface)
    properties.Update()
    assert properties.GetVolume() == pytest.approx(volume_of(mask), rel=0.05)


@pytest.mark.parametrize("directions", DIRECTIONS)
def test_the_surface_lies_where_the_voxels_are(directions):
    mask = np.zeros(SHAPE, bool)
    mask[3:9, 20:41, 5:31] = True
    matrix = affine(directions)
    points = corners(closed_surface(mask, matrix, smoothing=0)).reshape(-1, 3)
    inverse = np.linalg.inv(matrix)
    ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
    np.testing.assert_allclose(ijk.min(axis=0), [4.5, 19.5, 2.5], atol=1e-3)
    np.testing.assert_allclose(ijk.max(axis=0), [30.5, 40.5, 8.5], atol=1e-3)


def test_each_component_has_its_surface():
    connectivity = vtkPolyDataConnectivityFilter()
    connectivity.SetInputData(closed_surface(two_components(), affine()))
    connectivity.SetExtractionModeToAllRegions()
    connectivity.Update()
    assert connectivity.GetNumberOfExtractedRegions() == 2


def test_any_value_but_zero_is_bone():
    labels = np.where(sphere(), 6, 0).astype(np.uint8)
    np.testing.assert_array_equal(
        corners(closed_surface(labels, affine())), corners(closed_surface(sphere(), affine()))
    )


def test_an_empty_mask_has_no_surface():
    assert closed_surface(np.zeros(SHAPE, bool), affine()).GetNumberOfCells() == 0


def test_more_smoothing_makes_less_surface():
    areas = []
    for smoothing in (0, 0.5, 1):
        properties = vtkMassProperties()
        properties.SetInputData(closed_surface(sphere(), affine(), smoothing))
        properties.Update()
        areas.append(properties.GetSurfaceArea())
    assert areas[0] > 1.02 * areas[1] > 1.02 * areas[2]


@pytest.fixture
def stl(tmp_path):
    path = tmp_path / "bone.stl"
    write_stl(closed_surface(sphere(), affine("left_handed_and_rotated")), path)
    return path


def test_stl_holds_the_surface(stl):
    reader = vtkSTLReader()
    reader.SetFileName(str(stl))
    reader.Update()
    assert number_of_open_edges(reader.GetOutput()) == 0
    surface = closed_surface(sphere(), affine("left_handed_and_rotated"))
    np.testing.assert_array_equal(corners(reader.GetOutput()), corners(surface))


def test_stl_says_lps_as_slicer_does(stl):
    assert stl.read_bytes()[:80] == b"3D Slicer output. SPACE=LPS".ljust(80, b"\0")


def test_stl_normals_are_unit_vectors_outward(stl):
    triangle = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    facets = np.frombuffer(stl.read_bytes()[84:], triangle)
    outward = facets["corners"].mean(axis=1) - facets["corners"].mean(axis=(0, 1))
    np.testing.assert_allclose(np.linalg.norm(facets["normal"], axis=1), 1, atol=1e-5)
    assert (np.einsum("ij,ij->i", facets["normal"], outward) > 0).all()


def test_slicer_makes_the_same_surface():
    slicer = pytest.importorskip("slicer", reason="needs slicer-core")
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    mask, lps_to_ras = two_components(), np.diag([-1.0, -1.0, 1.0, 1.0])
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*SHAPE[::-1])
    scalars = numpy_to_vtk(mask.view(np.uint8).ravel(), deep=True)
    image.GetPointData().SetScalars(scalars)
    to_ras = vtkMatrix4x4()
    to_ras.DeepCopy((lps_to_ras @ affine("rotated")).ravel())
    image.SetGeometryFromImageToWorldMatrix(to_ras)
    scene, application = slicer.vtkMRMLScene(), slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(scene)
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLApplicationLogic(application)
    logic.SetMRMLScene(scene)
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segment = slicer.vtkSegment()
    segment.AddRepresentation("Binary labelmap", image)
    node.GetSegmentation().AddSegment(segment, "bones")
    assert node.CreateClosedSurfaceRepresentation()
    theirs = corners(segment.GetRepresentation("Closed surface")) * [-1, -1, 1]
    np.testing.assert_allclose(corners(closed_surface(mask, affine("rotated"))), theirs, atol=1e-3)
