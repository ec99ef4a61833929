"""What a saved scene brings back."""

from __future__ import annotations

import pytest
import slicer
from vtkmodules.vtkCommonCore import reference

from PelvicBoneSegLib.anatomy import BONES, SEGMENTS
from PelvicBoneSegLib.scene.terminology import terminology_entry
from scene.reading import dice_in_world, mask, segment_ids, volume_mm3


@pytest.fixture
def save_and_load(tmp_path):
    """Write the segmentation to a .seg.nrrd file and the scene to .mrml; read both back."""

    def both_ways(scene, node):
        path = tmp_path / "bones.seg.nrrd"
        storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
        storage.SetFileName(str(path))
        node.SetAndObserveStorageNodeID(storage.GetID())
        assert storage.WriteData(node)
        scene.SetRootDirectory(str(tmp_path))
        scene.SetURL(str(tmp_path / "scene.mrml"))
        for index in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")):
            scene.GetNthNodeByClass(index, "vtkMRMLScalarVolumeNode").SetSaveWithScene(False)
        assert scene.Commit()
        name = node.GetName()
        scene.Clear(False)
        scene.Connect()
        return scene.GetFirstNodeByName(name)

    return both_ways


@pytest.mark.parametrize("volume", ["a_volume_node", "a_left_handed_volume_node"])
def test_names_codes_colours_and_voxels_come_back(request, a_scene, a_logic, save_and_load, volume):
    node = a_logic.segment(request.getfixturevalue(volume), BONES)
    voxels = {segment_id: mask(node, segment_id).sum() for segment_id in segment_ids(node)}

    loaded = save_and_load(a_scene, node)

    assert segment_ids(loaded) == [definition.id for definition in SEGMENTS]
    for definition in SEGMENTS:
        segment = loaded.GetSegmentation().GetSegment(definition.id)
        tag = reference("")
        assert segment.GetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), tag)
        assert segment.GetName() == definition.name
        assert segment.GetColor() == pytest.approx(definition.colour, abs=1 / 255)
        assert str(tag) == terminology_entry(definition)
        assert mask(loaded, definition.id).sum() == voxels[definition.id]
        assert dice_in_world(loaded, definition.id) >= 0.99


def test_a_run_into_a_loaded_segmentation_replaces_our_segments(
    a_scene, add_volume, a_logic, logic_with, save_and_load
):
    loaded = save_and_load(a_scene, a_logic.segment(add_volume(), BONES))
    before = volume_mm3(loaded, "sacrum"), volume_mm3(loaded, "left_femur")

    logic_with(half=True).segment(add_volume(), ["sacrum"], segmentationNode=loaded)

    assert len(segment_ids(loaded)) == len(SEGMENTS)
    assert volume_mm3(loaded, "sacrum") < 0.7 * before[0]
    assert volume_mm3(loaded, "left_femur") == before[1]
