"""A volume node at a glance, on the real MRML."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from vtkmodules.vtkCommonDataModel import vtkImageData

from PelvicBoneSegLib.errors import (
    AbsurdGeometryError,
    ConstantImageError,
    EmptyVolumeNodeError,
    NonFiniteVoxelsError,
    NonLinearTransformError,
    NotAVolumeError,
    NotScalarError,
    TooFewSlicesError,
)
from PelvicBoneSegLib.scene.scan_facts import facts_of
from PelvicBoneSegLib.scene.volume_node import volume_from_node
from PelvicBoneSegLib.segmentation.facts import Placement
from scene.conftest import add_transform, image_of

DICOM = {
    "0008,103E": "COR T1 TSE",
    "0008,0060": "MR",
    "0018,0020": "SE",
    "0018,0080": "600",
    "0018,0081": " 12 ",
    "0018,0087": "1.5",
}


class Database:
    """ctkDICOMDatabase, CTK Libs/DICOM/Core/ctkDICOMDatabase.h: `isOpen` and `instanceValue`."""

    def __init__(self, values, is_open=True):
        self.isOpen = is_open
        self._values = values

    def instanceValue(self, uid, tag):
        return self._values.get(tag, "") if uid == "1.2.3" else ""


@pytest.fixture
def dicom(monkeypatch):
    def set_database(database):
        monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)

    return set_database


def faults(node):
    return [type(fault) for fault in facts_of(node).faults]


@pytest.mark.parametrize("directions", ["plain", "permuted", "left_handed", "rotated"])
def test_geometry_is_that_of_the_volume_that_a_run_would_take(
    add_volume, a_transform_to_world, directions
):
    node = add_volume(directions, a_transform_to_world)
    facts, volume = facts_of(node), volume_from_node(node)
    assert facts.faults == ()
    assert facts.shape == volume.voxels.shape
    np.testing.assert_allclose(facts.ijk_to_lps, volume.ijk_to_lps)
    assert facts.is_left_handed == volume.is_left_handed
    assert facts.axes == volume.axes
    assert facts.placement is Placement.LINEAR


def test_a_scan_without_transform_is_said_so(a_volume_node):
    assert facts_of(a_volume_node).placement is Placement.NONE


def test_a_warp_is_a_fault_and_the_rest_is_told_without_it(a_volume_node, a_warp):
    before = facts_of(a_volume_node).ijk_to_lps
    a_volume_node.SetAndObserveTransformNodeID(a_warp.GetID())
    facts = facts_of(a_volume_node)
    assert [type(fault) for fault in facts.faults] == [NonLinearTransformError]
    assert facts.placement is Placement.WARPED
    np.testing.assert_allclose(facts.ijk_to_lps, before)


def test_the_rules_are_those_of_the_run(a_scene, add_volume):
    assert faults(None) == [NotAVolumeError]
    assert faults(a_scene.AddNewNodeByClass("vtkMRMLModelNode")) == [NotAVolumeError]
    assert faults(a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")) == [EmptyVolumeNodeError]
    node = add_volume()
    colour = vtkImageData()
    colour.SetDimensions(5, 5, 5)
    colour.AllocateScalars(3, 3)
    for image, error in (
        (colour, NotScalarError),
        (image_of(np.arange(200).reshape(2, 10, 10)), TooFewSlicesError),
        (image_of(np.full((30, 30, 30), 7)), ConstantImageError),
        (image_of(np.full((30, 30, 30), np.nan)), NonFiniteVoxelsError),
    ):
        node.SetAndObserveImageData(image)
        assert faults(node) == [error]
        with pytest.raises(error):
            volume_from_node(node)


def test_an_impossible_spacing_is_a_fault_and_no_geometry(a_volume_node):
    a_volume_node.SetSpacing(50, 50, 50)
    facts = facts_of(a_volume_node)
    assert [type(fault) for fault in facts.faults] == [AbsurdGeometryError]
    assert facts.ijk_to_lps is None
    assert facts.shape is not None


def test_one_bright_voxel_is_enough_not_to_be_constant(a_volume_node):
    voxels = np.zeros((60, 60, 60), np.int16)
    voxels[31, 17, 3] = 1
    a_volume_node.SetAndObserveImageData(image_of(voxels))
    assert faults(a_volume_node) == []


@pytest.mark.parametrize(("air", "is_ct"), [(-1000, True), (-200, False), (0, False)])
def test_air_in_hounsfield_units_is_recognised(a_volume_node, air, is_ct):
    voxels = np.random.default_rng(3).integers(0, 800, (30, 30, 30)).astype(np.int16)
    voxels[:, :10] = air
    a_volume_node.SetAndObserveImageData(image_of(voxels))
    assert facts_of(a_volume_node).looks_like_ct is is_ct


def test_dicom_tells_modality_sequence_and_field(a_volume_node, dicom):
    dicom(Database(DICOM))
    a_volume_node.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    facts = facts_of(a_volume_node)
    assert (facts.modality, facts.weighting, facts.series) == ("MR", "T1", "COR T1 TSE")
    assert facts.field_strength_t == 1.5


@pytest.mark.parametrize(
    ("database", "uids"),
    [
        (None, "1.2.3"),
        (Database(DICOM, is_open=False), "1.2.3"),
        (Database(DICOM), "9.9.9"),
        (Database(DICOM), None),
        (Database({"0018,0087": "strong"}), "1.2.3"),
    ],
    ids=["no database", "closed", "not in it", "not from DICOM", "nonsense"],
)
def test_what_dicom_does_not_tell_is_unknown(a_volume_node, dicom, database, uids):
    dicom(database)
    if uids:
        a_volume_node.SetAttribute("DICOM.instanceUIDs", uids)
    facts = facts_of(a_volume_node)
    assert (facts.modality, facts.weighting, facts.series, facts.field_strength_t) == (None,) * 4


def test_the_subject_hierarchy_tells_the_modality_of_a_scene_from_elsewhere(a_scene, a_volume_node):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    item = hierarchy.CreateItem(hierarchy.GetSceneItemID(), a_volume_node)
    hierarchy.SetItemAttribute(item, "DICOM.Modality", "CT")
    assert facts_of(a_volume_node).modality == "CT"


def test_so_does_what_slicer_notes_of_the_voxels(a_volume_node):
    quantity = slicer.vtkCodedEntry()
    quantity.SetValueSchemeMeaning("112031", "DCM", "Attenuation Coefficient")
    a_volume_node.SetVoxelValueQuantity(quantity)
    assert facts_of(a_volume_node).modality == "CT"


def test_a_linear_transform_that_scales_counts(a_scene, a_volume_node):
    before = facts_of(a_volume_node).field_of_view_mm
    node = add_transform(a_scene, np.diag([2.0, 2.0, 2.0, 1.0]))
    a_volume_node.SetAndObserveTransformNodeID(node.GetID())
    assert facts_of(a_volume_node).field_of_view_mm == pytest.approx([2 * mm for mm in before])


def test_no_voxel_is_changed_or_kept(a_volume_node):
    image = a_volume_node.GetImageData()
    count = image.GetReferenceCount()
    time = image.GetMTime()
    facts_of(a_volume_node)
    assert (image.GetReferenceCount(), image.GetMTime()) == (count, time)
