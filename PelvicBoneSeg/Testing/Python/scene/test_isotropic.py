from __future__ import annotations

import numpy as np
import pytest

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.errors import (
    NoBoneError,
    NoScanError,
    SegmentationChangedError,
    SlicesNotThickError,
)
from PelvicBoneSegLib.scene import isotropic as module
from PelvicBoneSegLib.scene.comparison.match import coded_structure
from PelvicBoneSegLib.scene.isotropic import apply_isotropic, prepare_isotropic
from PelvicBoneSegLib.scene.isotropic_copy import ISOTROPIC, find_isotropic
from PelvicBoneSegLib.scene.run_record import read_run_record
from PelvicBoneSegLib.scene.steps import all_steps
from scene.conftest import DIRECTIONS, add_transform, image_of
from scene.phantom import ELLIPSOIDS, grid, intensities
from scene.reading import (
    dice_in_world,
    image_to_world_ras,
    labelmap,
    mask,
    matrix_of,
    node_classes,
    open_edges,
    segment_ids,
    signed_volume,
    snapshot,
    surface_in_world,
    volume_mm3,
)
from scene.segmentations import add_segmentation, box

THICK = (2.0, 2.0, 10.0)


class SureSegmenter:
    """A network that is sure of the phantom's bones."""

    def bone_probabilities(self, volume, progress=None, cancel=None):
        bones = np.zeros((len(BONES), *volume.voxels.shape), np.uint8)
        for one in SEGMENTS:
            bones[BONES.index(one.bone)][volume.voxels == 100 * one.label] = 250
        return bones


@pytest.fixture
def add_thick_volume(a_scene):
    def add(directions="plain", to_world=None):
        world = grid(DIRECTIONS[directions], THICK)
        node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
        node.SetAndObserveImageData(image_of(intensities(world.ijk_to_ras, world.dimensions[::-1])))
        matrix = world.ijk_to_ras
        if to_world is not None:
            matrix = np.linalg.inv(to_world) @ matrix
            node.SetAndObserveTransformNodeID(add_transform(a_scene, to_world).GetID())
        node.SetIJKToRASMatrix(matrix_of(matrix))
        return node

    return add


@pytest.fixture
def a_segmentation(add_thick_volume, a_logic):
    return a_logic.segment(add_thick_volume(), BONES)


def prepared(node):
    return all_steps(prepare_isotropic(node))


def make(node):
    job = prepared(node)
    return apply_isotropic(job, job.run(SureSegmenter()))


def assert_in_place(thin, segment_id):
    """Its middle is that of the ellipsoid, its shape as good as slices of 10 mm allow."""
    matrix = image_to_world_ras(thin, labelmap(thin, segment_id))
    voxels = np.argwhere(mask(thin, segment_id))[:, ::-1]
    middle = (voxels @ matrix[:3, :3].T + matrix[:3, 3]).mean(axis=0)
    expected = np.array(ELLIPSOIDS[segment_id][0]) * (-1, -1, 1)
    assert np.linalg.norm(middle - expected) < 0.8
    assert dice_in_world(thin, segment_id) > 0.87


@pytest.mark.parametrize("directions", [*DIRECTIONS])
def test_bones_are_where_they_were_whatever_the_axes(add_thick_volume, a_logic, directions):
    node = a_logic.segment(add_thick_volume(directions), BONES)
    thin = make(node)
    assert segment_ids(thin) == segment_ids(node)
    for segment_id in segment_ids(thin):
        assert_in_place(thin, segment_id)
        matrix = image_to_world_ras(thin, labelmap(thin, segment_id))
        assert np.linalg.norm(matrix[:3, :3], axis=0) == pytest.approx([2, 2, 2])
        surface = surface_in_world(thin, segment_id)
        assert open_edges(surface) == 0
        assert signed_volume(surface) == pytest.approx(volume_mm3(thin, segment_id), rel=0.03)


def test_bones_are_where_they_were_under_transforms(
    add_thick_volume, a_logic, a_scene, a_transform_to_world, another_transform_to_world
):
    volume = add_thick_volume("rotated", a_transform_to_world)
    node = a_logic.segment(volume, BONES)
    thin = make(node)
    for segment_id in segment_ids(node):
        assert_in_place(thin, segment_id)
    other = add_transform(a_scene, another_transform_to_world)
    job = prepared(node)
    result = job.run(SureSegmenter())
    volume.SetAndObserveTransformNodeID(other.GetID())
    node.SetAndObserveTransformNodeID(other.GetID())
    with pytest.raises(SegmentationChangedError):
        apply_isotropic(job, result)


def test_the_second_segmentation_looks_like_the_first_one(a_segmentation):
    segment = a_segmentation.GetSegmentation().GetSegment("sacrum")
    segment.SetName("My sacrum")
    segment.SetColor(0.1, 0.2, 0.3)
    before = snapshot(a_segmentation)["segments"]
    thin = make(a_segmentation)
    assert snapshot(a_segmentation)["segments"] == before
    assert thin.GetName() == "MR segmentation (isotropic)"
    copy = thin.GetSegmentation().GetSegment("sacrum")
    assert copy.GetName() == "My sacrum"
    assert copy.GetColor() == (0.1, 0.2, 0.3)
    assert coded_structure(copy).name == "sacrum"
    assert find_isotropic(a_segmentation) is thin
    record = read_run_record(thin)
    assert set(record.segments) == set(segment_ids(thin))
    # One of the two is shown in each kind of view.
    assert thin.GetDisplayNode().GetVisibility3D() == 1
    assert thin.GetDisplayNode().GetVisibility2D() == 0
    assert a_segmentation.GetDisplayNode().GetVisibility3D() == 0
    assert a_segmentation.GetDisplayNode().GetVisibility2D() == 1


def test_renewing_replaces_it(a_scene, a_segmentation):
    first = make(a_segmentation)
    before = node_classes(a_scene)
    second = make(a_segmentation)
    assert first.GetScene() is None
    assert find_isotropic(a_segmentation) is second
    assert node_classes(a_scene) == before
    assert second.GetName() == "MR segmentation (isotropic)"


def test_a_clone_does_not_take_the_first_ones_place(a_scene, a_segmentation):
    first = make(a_segmentation)
    clone = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    clone.Copy(a_segmentation)
    assert find_isotropic(clone) is None

    second = make(clone)

    assert find_isotropic(a_segmentation) is first
    assert find_isotropic(clone) is second


def test_edits_are_kept_in_the_middle_of_slices(a_segmentation):
    image = labelmap(a_segmentation, "sacrum")
    voxels = mask(a_segmentation, "sacrum")
    k = int(np.nonzero(voxels)[0].mean())
    for j in range(4):
        for i in range(5):
            image.SetScalarComponentFromDouble(i, j, k, 0, 5)
    image.Modified()
    drawn = mask(a_segmentation, "sacrum")
    assert drawn.sum() == voxels.sum() + 20
    thin = make(a_segmentation)
    found = mask(thin, "sacrum")
    to_thin = np.linalg.inv(image_to_world_ras(thin, labelmap(thin, "sacrum")))
    for kji in np.argwhere(drawn):
        at = to_thin @ image_to_world_ras(a_segmentation, image) @ [*kji[::-1], 1]
        assert found[tuple(np.rint(at[2::-1]).astype(int))]


def test_a_failure_leaves_the_scene_as_it_was(a_scene, a_segmentation, monkeypatch):
    make(a_segmentation)
    before = snapshot(a_segmentation), node_classes(a_scene), find_isotropic(a_segmentation)
    job = prepared(a_segmentation)
    result = job.run(SureSegmenter())

    def fail(node):
        raise RuntimeError("injected")

    monkeypatch.setattr(module, "show_closed_surface", fail)
    with pytest.raises(RuntimeError, match="injected"):
        apply_isotropic(job, result)
    after = snapshot(a_segmentation), node_classes(a_scene), find_isotropic(a_segmentation)
    assert after == before


def test_an_edit_or_removal_meanwhile_is_refused(a_scene, a_segmentation):
    job = prepared(a_segmentation)
    result = job.run(SureSegmenter())
    labelmap(a_segmentation, "sacrum").Modified()
    with pytest.raises(SegmentationChangedError):
        apply_isotropic(job, result)
    job = prepared(a_segmentation)
    a_scene.RemoveNode(a_segmentation)
    with pytest.raises(SegmentationChangedError):
        apply_isotropic(job, result)


def test_what_cannot_be_interpolated_says_why(a_scene, a_logic, a_volume_node, a_segmentation):
    with pytest.raises(SlicesNotThickError):
        prepared(a_logic.segment(a_volume_node, BONES))  # slices of 4 mm, pixels of 2.4 mm
    with pytest.raises(NoScanError):
        prepared(add_segmentation(a_scene, "By hand", {"Sacrum": box((3, 3, 3), (9, 9, 9))}))
    for segment_id in segment_ids(a_segmentation):
        a_segmentation.GetSegmentation().RemoveSegment(segment_id)
    with pytest.raises(NoBoneError):
        prepared(a_segmentation)


def test_it_survives_a_saved_scene(a_scene, a_segmentation, tmp_path):
    """The reference from one to the other, above all."""
    thin = make(a_segmentation)
    assert a_segmentation.GetNodeReferenceID(ISOTROPIC) == thin.GetID()
    a_scene.SetRootDirectory(str(tmp_path))
    a_scene.SetSaveToXMLString(1)
    a_scene.Commit()
    assert f"{ISOTROPIC}:{thin.GetID()}" in a_scene.GetSceneXMLString()
