from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import dcmread
from pydicom.uid import generate_uid

from PelvicBoneSegLib.errors import (
    AbsurdGeometryError,
    EmptyDicomFolderError,
    IrregularSlicesError,
    NotScalarError,
    OutOfMemoryError,
    PelvicBoneSegError,
    SeveralSeriesError,
    TooFewSlicesError,
    UnreadableImageError,
    WrongDimensionError,
)
from PelvicBoneSegLib.segmentation.reader import read_volume
from segmentation.dicom_files import write_series

TILTED = ((1.0, 0.0, 0.0), (0.0, 0.28, -0.96))


@pytest.fixture
def grey_values():
    return np.random.default_rng(1).integers(0, 2000, (8, 20, 24)).astype(np.int16)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "series"


def test_a_tilted_series_is_read_in_its_place(folder, grey_values):
    write_series(folder, grey_values, orientation=TILTED)
    volume = read_volume(folder)
    np.testing.assert_array_equal(volume.voxels, grey_values)
    expected = [
        [1.5, 0, 0, -50],
        [0, 0.28 * 2, 0.96 * 5, -20],
        [0, -0.96 * 2, 0.28 * 5, 40],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(volume.ijk_to_lps, expected, atol=1e-6)
    assert not volume.is_left_handed


def test_itk_puts_the_series_in_the_same_place(folder, grey_values):
    write_series(folder, grey_values, orientation=TILTED)
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    image = sitk.ReadImage(names)
    volume = read_volume(folder)
    for ijk in ((0, 0, 0), (23, 19, 7), (3, 11, 5)):
        lps = (volume.ijk_to_lps @ [*ijk, 1])[:3]
        np.testing.assert_allclose(lps, image.TransformIndexToPhysicalPoint(ijk), atol=1e-4)
        assert volume.voxels[ijk[::-1]] == image[ijk]


def test_rescaled_values_are_read(folder, grey_values):
    write_series(folder, grey_values, RescaleSlope="2", RescaleIntercept="-10")
    np.testing.assert_array_equal(read_volume(folder).voxels, 2.0 * grey_values - 10)


def test_compressed_slices_are_read(folder, grey_values):
    for number, path in enumerate(write_series(folder, grey_values)):
        image = sitk.ReadImage(str(path))
        assert image.GetSize() == (24, 20, 1), number
        dataset = dcmread(path)
        dataset.compress("1.2.840.10008.1.2.5")  # RLE
        dataset.save_as(path)
    np.testing.assert_array_equal(read_volume(folder).voxels, grey_values)


def test_other_files_and_localisers_do_not_matter(folder, grey_values):
    write_series(folder, grey_values)
    localiser = grey_values[:5]
    write_series(folder, localiser, prefix="scout", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    write_series(folder, grey_values[:2], prefix="capture", SeriesDescription="key images")
    (folder / "README.txt").write_text("Exported by the picture archive.")
    (folder / "more").mkdir()
    np.testing.assert_array_equal(read_volume(folder).voxels, grey_values)


def test_two_series_are_listed(folder, grey_values):
    write_series(folder, grey_values)
    write_series(
        folder, grey_values[:6], prefix="other", SeriesNumber=7, SeriesDescription="t2 tra"
    )
    with pytest.raises(SeveralSeriesError, match=r"'t1 cor' \(8 images\)") as raised:
        read_volume(folder)
    assert "7 't2 tra' (6 images)" in str(raised.value)


def test_a_folder_without_a_series_is_refused(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing here")
    with pytest.raises(EmptyDicomFolderError, match="series"):
        read_volume(folder)


def test_a_localiser_alone_is_too_thin(folder, grey_values):
    write_series(folder, grey_values[:2])
    with pytest.raises(TooFewSlicesError, match="24×20×2"):
        read_volume(folder)


def test_a_missing_slice_is_named(folder, grey_values):
    write_series(folder, grey_values, places=[0, 1, 2, 3, 5, 6, 7, 8])
    with pytest.raises(
        IrregularSlicesError, match=r"slice_005.dcm and slice_004.dcm are 10 mm apart, .* 5 mm"
    ):
        read_volume(folder)


@pytest.mark.parametrize(("off", "is_refused"), [(0.06, False), (0.14, True)])
def test_gaps_may_differ_by_a_tenth(folder, grey_values, off, is_refused):
    write_series(folder, grey_values, places=[0, 1, 2, 3 + off, 4, 5, 6, 7])
    if is_refused:
        with pytest.raises(IrregularSlicesError, match="mm apart"):
            read_volume(folder)
    else:
        assert read_volume(folder).spacing[2] == pytest.approx(5.0)


def test_a_slice_that_is_moved_sideways_is_named(folder, grey_values):
    paths = write_series(folder, grey_values)
    dataset = dcmread(paths[3])
    dataset.ImagePositionPatient[0] += 2.0
    dataset.save_as(paths[3])
    with pytest.raises(IrregularSlicesError, match=r"slice_005.dcm is 2 mm out of line"):
        read_volume(folder)


def test_slices_that_are_not_parallel_are_refused(folder, grey_values):
    uid = generate_uid()
    write_series(folder, grey_values[:4], SeriesInstanceUID=uid)
    write_series(
        folder, grey_values[4:], SeriesInstanceUID=uid, orientation=TILTED, prefix="turned"
    )
    with pytest.raises(IrregularSlicesError, match="not parallel"):
        read_volume(folder)


def test_several_time_points_in_one_series_are_four_dimensions(folder, grey_values):
    write_series(folder, grey_values, places=[0, 0, 1, 1, 2, 2, 3, 3])
    with pytest.raises(WrongDimensionError, match="4 dimensions"):
        read_volume(folder)


def test_slices_of_different_size_are_refused(folder, grey_values):
    uid = generate_uid()
    write_series(folder, grey_values[:4], SeriesInstanceUID=uid)
    write_series(
        folder, grey_values[4:, :10], SeriesInstanceUID=uid, prefix="small", first=(-50, -40, 40)
    )
    with pytest.raises(IrregularSlicesError, match="differ in size"):
        read_volume(folder)


def test_colour_is_refused(folder):
    voxels = np.zeros((4, 20, 24, 3), np.int16)
    write_series(folder, voxels, SamplesPerPixel=3, PhotometricInterpretation="RGB")
    with pytest.raises(NotScalarError, match="3 values"):
        read_volume(folder)


def test_a_multi_frame_object_is_refused(folder, grey_values):
    write_series(folder, grey_values[:1], NumberOfFrames=1)
    write_series(folder, grey_values[:1], NumberOfFrames=8, prefix="enhanced")
    (folder / "slice_001.dcm").unlink()
    with pytest.raises(UnreadableImageError, match="multi-frame"):
        read_volume(folder)


def test_slices_without_a_position_are_refused(folder, grey_values):
    write_series(folder, grey_values, ImageOrientationPatient=None)
    with pytest.raises(UnreadableImageError, match="does not say where"):
        read_volume(folder)


@pytest.mark.parametrize("missing_bytes", [10, 500, 20 * 24 * 2])
def test_a_slice_with_truncated_voxels_is_named(folder, grey_values, missing_bytes):
    path = write_series(folder, grey_values)[4]
    path.write_bytes(path.read_bytes()[:-missing_bytes])
    with pytest.raises(UnreadableImageError, match=f"{path.name}.*truncated"):
        read_volume(folder)


@pytest.mark.parametrize("kept", [0, 140, 300, 600])
def test_a_slice_with_a_truncated_header_is_named(folder, grey_values, kept):
    path = write_series(folder, grey_values)[-1]
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UnreadableImageError, match=path.name):
        read_volume(folder)


def test_a_single_file_of_a_series_points_to_the_folder(folder, grey_values):
    path = write_series(folder, grey_values)[0]
    with pytest.raises(UnreadableImageError, match="give the folder of its series"):
        read_volume(path)


# The bytes of a header that `write_series` makes, and what damage makes of them.
DAMAGE = {
    "position_no_number": (b"-50.0", b"-5x.0"),
    "position_not_finite": (b"-50.0", b"1e999"),
    "position_of_two_numbers": (b"-50.0\\", b"-50.0."),
    "unknown_value_representation": (b"\x20\x00\x32\x00DS", b"\x20\x00\x32\x00D\xe4"),
    "orientation_of_five_numbers": (b"1.0\\0.0", b"1.0.0.0"),
    "frames_no_number": (b"\x28\x00\x08\x00IS\x02\x001", b"\x28\x00\x08\x00IS\x02\x00e"),
    "several_frame_counts": (b"IS\x04\x001112", b"IS\x04\x001\\12"),
    "rows_of_an_odd_length": (b"\x28\x00\x10\x00US\x02", b"\x28\x00\x10\x00US\x03"),
    "no_rows": (b"US\x02\x00\x14\x00", b"US\x02\x00\x00\x00"),
    "unknown_transfer_syntax": (b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.9.1\0"),
    "no_transfer_syntax": (b"\x02\x00\x10\x00UI", b"\x02\x00\x1f\x00UI"),
    "kind_no_name": (b"\x28\x00\x10\x00US", b"\x28\x00\x19\x00US"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_header_is_named(folder, grey_values, damage):
    before, after = DAMAGE[damage]
    frames = 1112 if damage == "several_frame_counts" else 1
    path = write_series(folder, grey_values, NumberOfFrames=frames)[0]
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after, 1))
    with pytest.raises(UnreadableImageError, match=f"{path.name}.*header is (damaged|truncated)"):
        read_volume(folder)


def test_a_series_uid_of_two_values_is_another_series(folder, grey_values):
    path = write_series(folder, grey_values, SeriesInstanceUID="1.2.345")[4]
    path.write_bytes(path.read_bytes().replace(b"1.2.345", b"1.2\\345"))
    with pytest.raises(IrregularSlicesError, match="slices may be missing"):
        read_volume(folder)


@pytest.mark.filterwarnings("error")
def test_whatever_damage_a_header_has_it_is_refused_or_does_not_matter(folder, grey_values):
    paths = write_series(
        folder, grey_values[:3], SeriesInstanceUID="1.2.3", NumberOfFrames=1, RescaleSlope="2"
    )
    expected = read_volume(folder).ijk_to_lps
    random, refused = np.random.default_rng(6), 0
    for path in paths * 25:
        content = path.read_bytes()
        damaged = bytearray(content)
        places = random.integers(128, len(content) - grey_values[0].nbytes, random.integers(1, 4))
        for place in places:
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        try:
            np.testing.assert_array_equal(read_volume(folder).ijk_to_lps, expected)
        except PelvicBoneSegError:
            refused += 1
        path.write_bytes(content)
    assert 20 < refused < 75


def test_a_pixel_spacing_that_is_not_positive_is_refused(folder, grey_values):
    write_series(folder, grey_values, pixel_spacing=(2.0, -1.5))
    with pytest.raises(AbsurdGeometryError, match="spacing in slice_.* is not positive"):
        read_volume(folder)


@pytest.mark.parametrize("rows", [(0, 0, -2), (0.6, 0, -0.8)], ids=["too_long", "slanted"])
def test_directions_that_are_no_unit_vectors_at_right_angles_are_refused(folder, grey_values, rows):
    write_series(folder, grey_values, orientation=((1, 0, 0), rows))
    with pytest.raises(AbsurdGeometryError, match="not at right angles"):
        read_volume(folder)


def test_slices_of_different_pixel_spacing_are_refused(folder, grey_values):
    path = write_series(folder, grey_values)[3]
    dataset = dcmread(path)
    dataset.PixelSpacing[0] = 2.1
    dataset.save_as(path)
    with pytest.raises(IrregularSlicesError, match="differ in pixel spacing"):
        read_volume(folder)


def test_a_file_name_that_is_not_text_is_refused(folder, grey_values):
    path = write_series(folder, grey_values)[3]
    try:
        path.rename(folder / "\udcff.dcm")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    with pytest.raises(UnreadableImageError, match="not UTF-8 text"):
        read_volume(folder)


def test_a_series_too_large_for_memory_is_not_called_damaged(folder, grey_values, monkeypatch):
    def fail(reader):
        raise RuntimeError("Exception thrown in SimpleITK: std::bad_alloc")

    monkeypatch.setattr(sitk.ImageSeriesReader, "Execute", fail)
    write_series(folder, grey_values)
    with pytest.raises(OutOfMemoryError):
        read_volume(folder)
