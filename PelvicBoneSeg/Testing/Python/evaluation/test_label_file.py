from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from evaluation.shapes import (
    FEMURS,
    LEFT_FEMUR,
    LUMBAR_SPINE,
    RIGHT_FEMUR,
    SACRUM,
    SHAPE,
    box,
    matrix,
)
from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.errors import InputNotFoundError, UnreadableImageError
from PelvicBoneSegLib.evaluation.errors import NotLabelsError, UnknownLabelsError
from PelvicBoneSegLib.evaluation.label_file import read_label_map
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.evaluation.structure import Structure
from PelvicBoneSegLib.segmentation.label_files import (
    LabelledSegment,
    write_nifti,
    write_seg_nrrd,
)

OBLIQUE = np.array(
    [[0.6, 0.0, -3.2, 11.0], [0.0, -2.0, 0.0, -40.0], [0.8, 0.0, 2.4, 5.5], [0.0, 0.0, 0.0, 1.0]]
)
BOXES = [box((2 + n, 6 + n), (3, 9), (4 * n, 4 * n + 4)) for n in range(1, 7)]


@pytest.fixture
def labels():
    return np.sum([label * mask for label, mask in enumerate(BOXES, start=1)], axis=0, dtype="u1")


def write_image(path, array, spacing=(0.5, 2.0, 5.0)):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return path


def write_segments(path, voxels, segments):
    """Write a segmentation as Slicer does; segments are name, label value and layer."""
    import slicerio

    entries = [
        {"id": f"Segment_{index}", "name": name, "labelValue": value, "layer": layer}
        | ({"terminology": terminology} if terminology else {})
        for index, (name, value, layer, terminology) in enumerate(segments)
    ]
    content = {"voxels": voxels, "ijkToLPS": OBLIQUE, "encoding": "gzip", "segments": entries}
    slicerio.write_segmentation(str(path), content)
    return path


@pytest.mark.parametrize("write", [write_seg_nrrd, write_nifti])
def test_what_the_product_writes_comes_back(tmp_path, labels, write):
    if write is write_seg_nrrd:
        path = tmp_path / "case.seg.nrrd"
        write_seg_nrrd(path, labels, OBLIQUE, [LabelledSegment.of(one) for one in SEGMENTS])
    else:
        path = tmp_path / "case.labels.nii.gz"
        write_nifti(path, labels, OBLIQUE)
    found = read_label_map(path)

    assert found.ijk_to_lps == pytest.approx(OBLIQUE, abs=1e-4)
    for segment, expected in zip(SEGMENTS, BOXES, strict=True):
        assert np.array_equal(found.mask(segment.bone, segment.side or ""), expected)
    assert np.array_equal(found.mask("femur"), BOXES[0] | BOXES[1])
    assert found.structures == {Structure(one.bone, one.side or "") for one in SEGMENTS}


def test_a_scheme_tells_what_the_values_mean(tmp_path, labels):
    path = write_image(tmp_path / "truth.nrrd", labels)
    found = read_label_map(path, LabelScheme.load("pelvic_mr_t1"))

    assert found.structures == {FEMURS, Structure("hip_bone", "both"), SACRUM, LUMBAR_SPINE}
    assert np.array_equal(found.mask("femur"), BOXES[0])
    assert np.array_equal(found.mask("sacrum"), BOXES[3])


def test_several_values_may_be_one_bone(tmp_path):
    labels = (18 * BOXES[0] + 19 * BOXES[1] + 20 * BOXES[2] + 1000 * BOXES[3]).astype("i2")
    path = write_image(tmp_path / "total.mha", labels)
    found = read_label_map(path, LabelScheme.load("totalsegmentator_mr"))

    assert np.array_equal(found.mask("lumbar_spine"), BOXES[1] | BOXES[2])
    assert np.array_equal(found.mask("sacrum"), BOXES[0])
    assert not found.mask("femur").any()


def test_whole_numbers_may_be_stored_as_floats(tmp_path, labels):
    path = write_image(tmp_path / "case.nii.gz", labels.astype("f4"))

    assert np.array_equal(read_label_map(path).mask("sacrum"), BOXES[4])


def test_an_empty_label_map_is_one(tmp_path):
    path = write_image(tmp_path / "case.nii.gz", np.zeros(SHAPE, "u1"))

    assert not read_label_map(path).flags.any()


def test_a_scan_is_no_label_map(tmp_path, labels):
    path = write_image(tmp_path / "case.nii.gz", labels + np.float32(0.25))

    with pytest.raises(NotLabelsError, match="not whole numbers"):
        read_label_map(path)


def test_values_of_another_scheme_are_refused(tmp_path, labels):
    path = write_image(tmp_path / "case.nii.gz", labels + np.uint8(100) * (labels > 0))

    with pytest.raises(UnknownLabelsError, match="'pelvicboneseg': 101, 102, 103"):
        read_label_map(path)


def test_segments_are_known_by_name_and_by_code_and_others_are_left_out(tmp_path, labels):
    code = {
        "category": ["SCT", "123037004", "Anatomical Structure"],
        "type": ["SCT", "54735007", "Sacrum"],
    }
    segments = [
        ("femur_left", 1, 0, None), ("Right femur", 2, 0, None), ("bladder", 3, 0, None),
        ("Kreuzbein", 4, 0, code), ("vertebrae_L4", 5, 0, None), ("vertebrae_L5", 6, 0, None),
    ]  # fmt: skip
    path = write_segments(tmp_path / "case.seg.nrrd", labels.transpose(), segments)
    found = read_label_map(path)

    assert found.ijk_to_lps == pytest.approx(OBLIQUE)
    assert found.structures == {LEFT_FEMUR, RIGHT_FEMUR, SACRUM, LUMBAR_SPINE}
    assert np.array_equal(found.mask("femur", "right"), BOXES[1])
    assert np.array_equal(found.mask("sacrum"), BOXES[3])
    assert np.array_equal(found.mask("lumbar_spine"), BOXES[4] | BOXES[5])


def test_segments_may_overlap_in_layers(tmp_path):
    sacrum, spine = box((2, 8), (3, 9), (4, 12)), box((6, 10), (3, 9), (4, 12))
    layers = np.stack([sacrum.transpose(), 2 * spine.transpose()]).astype("u1")
    segments = [("sacrum", 1, 0, None), ("lumbar spine", 2, 1, None)]
    found = read_label_map(write_segments(tmp_path / "case.seg.nrrd", layers, segments))

    assert np.array_equal(found.mask("sacrum"), sacrum)
    assert np.array_equal(found.mask("lumbar_spine"), spine)


def test_slicer_once_gave_each_segment_a_layer_of_its_own(tmp_path):
    import nrrd

    header = {
        "space": "left-posterior-superior",
        "kinds": ["list", "domain", "domain", "domain"],
        "space directions": np.vstack([np.full(3, np.nan), OBLIQUE[:3, :3].T]),
        "space origin": OBLIQUE[:3, 3],
        "Segment0_ID": "Segment_1",
        "Segment0_Name": "sacrum",
        "Segment1_ID": "Segment_2",
        "Segment1_Name": "lumbar spine",
    }
    path = tmp_path / "case.seg.nrrd"
    nrrd.write(str(path), np.stack([BOXES[0].T, BOXES[1].T]).astype("u1"), header)
    found = read_label_map(path)

    assert np.array_equal(found.mask("sacrum"), BOXES[0])
    assert np.array_equal(found.mask("lumbar_spine"), BOXES[1])
    assert found.ijk_to_lps == pytest.approx(OBLIQUE)


def test_a_scheme_file_names_segments_of_its_own(tmp_path, labels):
    path = write_segments(
        tmp_path / "case.seg.nrrd", labels.transpose(), [("Kreuzbein", 5, 0, None)]
    )
    scheme = LabelScheme("ours.json", {}, {"Kreuzbein": SACRUM})

    assert np.array_equal(read_label_map(path, scheme).mask("sacrum"), BOXES[4])
    with pytest.raises(UnknownLabelsError, match="Kreuzbein"):
        read_label_map(path)


def test_a_folder_of_masks_is_read_by_the_names_of_its_files(tmp_path):
    for name, mask in (("femur_left", BOXES[0]), ("vertebrae_L4", BOXES[1]), ("liver", BOXES[3]),
                       ("vertebrae_L5", BOXES[2])):  # fmt: skip
        write_image(tmp_path / f"{name}.nii.gz", mask.astype("u1"))
    found = read_label_map(tmp_path)

    assert found.structures == {LEFT_FEMUR, LUMBAR_SPINE}
    assert np.array_equal(found.mask("femur", "left"), BOXES[0])
    assert np.array_equal(found.mask("lumbar_spine"), BOXES[1] | BOXES[2])
    assert found.ijk_to_lps == pytest.approx(matrix() * [1, 1, 1, 1])


@pytest.mark.parametrize("other", ["shape", "spacing"])
def test_masks_on_different_grids_are_refused(tmp_path, other):
    write_image(tmp_path / "sacrum.nii.gz", BOXES[0].astype("u1"))
    array = BOXES[1][:20] if other == "shape" else BOXES[1]
    spacing = (0.5, 2.0, 4.0) if other == "spacing" else (0.5, 2.0, 5.0)
    write_image(tmp_path / "vertebrae.nii.gz", array.astype("u1"), spacing)

    with pytest.raises(NotLabelsError, match="different grids"):
        read_label_map(tmp_path)


def test_a_folder_without_bones_is_refused(tmp_path):
    write_image(tmp_path / "liver.nii.gz", BOXES[0].astype("u1"))

    with pytest.raises(UnknownLabelsError, match=r"liver\.nii\.gz"):
        read_label_map(tmp_path)


def test_a_truncated_segmentation_is_refused(tmp_path, labels):
    path = tmp_path / "case.seg.nrrd"
    write_seg_nrrd(path, labels, OBLIQUE, [LabelledSegment.of(one) for one in SEGMENTS])
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(UnreadableImageError, match="case.seg.nrrd"):
        read_label_map(path)


def test_a_file_that_is_no_segmentation_is_refused(tmp_path):
    path = tmp_path / "case.seg.nrrd"
    path.write_bytes(b"no segmentation at all")

    with pytest.raises(UnreadableImageError, match="case.seg.nrrd"):
        read_label_map(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputNotFoundError, match="nowhere"):
        read_label_map(tmp_path / "nowhere.nii.gz")
