"""Femoral heads: found in the manual mask, cut out, and measured near their centres."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLab.comparison import head_crops
from PelvicBoneSegLab.comparison.head_crops import HeadOfScan, cropped, heads_of, write_crops
from PelvicBoneSegLab.comparison.rows import head_rows, predicted_boxes, pubis_rows
from PelvicBoneSegLab.data.cases import LabelledScan, iterate_scans
from PelvicBoneSegLib.segmentation.postprocess import bone_classes
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir
from PelvicBoneSegLib.segmentation.volume import Volume

SAMPLES = resource_dir() / "Samples"
MATRIX = np.array([[2.0, 0, 0, -10], [0, 0, 5.0, 7], [0, -2.0, 0, 30], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def phantom():
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(SAMPLES / "pelvic_phantom_labels.nii.gz")))
    classes = bone_classes(labels.astype(np.uint8))
    volume = read_volume(SAMPLES / "pelvic_phantom.nii.gz")
    return LabelledScan("phantom", volume, classes, np.zeros_like(classes))


def test_both_heads_of_the_phantom_are_found(phantom):
    left, right = heads_of(phantom)
    assert (left.side, right.side) == ("left", "right")
    assert left.centre[0] > right.centre[0]  # LPS: x grows towards the patient's left


def test_a_region_is_a_ball_in_millimetres():
    volume = Volume(np.arange(20 * 40 * 40).reshape(20, 40, 40), MATRIX)
    ijk = np.array([20, 18, 9])
    head = HeadOfScan("left", MATRIX[:3, :3] @ ijk + MATRIX[:3, 3])
    region = head.region(volume, 12)
    assert region.sum() * volume.voxel_volume_mm3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.06)
    assert region[9, 18, 20] and region[11, 18, 20] and not region[12, 18, 20]
    assert region[9, 18, 26] and not region[9, 18, 27]


def test_a_box_keeps_its_place_in_the_patient_and_ends_with_the_scan():
    volume = Volume(np.arange(20 * 40 * 40).reshape(20, 40, 40), MATRIX)
    head = HeadOfScan("left", MATRIX[:3, :3] @ [2, 18, 9] + MATRIX[:3, 3])
    box = head.box(volume, 20)
    assert box == (slice(5, 14), slice(8, 29), slice(0, 13))
    crop = cropped(volume, box)
    first = [part.start for part in box[::-1]]
    assert crop.ijk_to_lps[:3, 3] == pytest.approx(MATRIX[:3, :3] @ first + MATRIX[:3, 3])
    assert crop.voxels[0, 0, 0] == volume.voxels[5, 8, 0]


def test_crops_are_a_dataset_of_their_own(phantom, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "PelvicBoneSegLab.comparison.head_crops.iterate_scans",
        lambda dataset, *, validation: [] if validation else [phantom],
    )
    write_crops({}, tmp_path / "crops", 40)
    dataset = {
        "name": "crops",
        "root": tmp_path / "crops",
        "labels": {1: "femur", 2: "hip_bone", 3: "sacrum", 4: "lumbar_spine"},
    }
    scans = list(iterate_scans(dataset, validation=False))
    assert [scan.name for scan in scans] == ["phantom_left", "phantom_right"]
    box = heads_of(phantom)[0].box(phantom.volume, 40)
    assert np.array_equal(scans[0].labels, phantom.labels[box])
    assert np.array_equal(scans[0].volume.voxels, phantom.volume.voxels[box])


def test_crops_are_written_again_only_where_some_are_missing_or_other_ones_wanted(
    tmp_path, monkeypatch
):
    written = []

    def write_or_die(dataset, folder, half_width_mm):
        (folder / "images").mkdir(parents=True)
        written.append(half_width_mm)
        if half_width_mm == 41:
            raise KeyboardInterrupt

    monkeypatch.setattr(head_crops, "write_crops", write_or_die)
    folder, wanted = tmp_path / "crops", {"half_width_mm": 40, "datasets": [{"name": "a"}]}
    for description in (wanted, wanted, {**wanted, "datasets": []}):
        head_crops.ensure_crops({}, folder, description)
    assert written == [40, 40]
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            head_crops.ensure_crops({}, folder, {"half_width_mm": 41})
    assert written == [40, 40, 41, 41]


class Femur:
    """Answers with the femur of the mask, found by the scan's own geometry."""

    parameters = 0

    def __init__(self, scan):
        self._scan = scan

    def predict(self, volume):
        inverse = np.linalg.inv(self._scan.volume.ijk_to_lps)
        first = np.round(inverse @ volume.ijk_to_lps[:, 3])[:3].astype(int)
        box = tuple(
            slice(start, start + count)
            for start, count in zip(first[::-1], volume.voxels.shape, strict=True)
        )
        return (self._scan.labels[box] == 1).astype(np.uint8)


def test_what_a_specialist_finds_is_put_back_in_its_place(phantom):
    heads = heads_of(phantom)
    found = predicted_boxes(Femur(phantom), phantom, heads, 40)
    rows = head_rows(found, phantom, heads)
    assert [(row["side"], row["dice"], row["assd_mm"]) for row in rows] == [
        ("left", 1, 0),
        ("right", 1, 0),
    ]


def test_faults_far_from_the_head_do_not_count(phantom):
    heads = heads_of(phantom)
    found = (phantom.labels == 1).astype(np.uint8)
    regions = heads[0].region(phantom.volume) | heads[1].region(phantom.volume)
    assert head_rows(np.where(regions, found, 1), phantom, heads)[0]["dice"] == 1
    halved = found.copy()
    halved[heads[0].region(phantom.volume)] = 0
    assert [row["dice"] for row in head_rows(halved, phantom, heads)] == [0, 1]


def test_the_share_of_the_pubis_is_that_of_the_found_hip_bone_and_of_the_masks(phantom):
    heads = heads_of(phantom)
    found = np.where(phantom.labels == 2, 0, phantom.labels)
    [nothing], [all_of_it] = (pubis_rows(one, phantom, heads) for one in (found, phantom.labels))
    assert nothing["filled"] == 0
    assert 0.1 < nothing["filled_by_mask"] == all_of_it["filled"] < 0.4
    assert pubis_rows(found, phantom, heads[:1]) == []
