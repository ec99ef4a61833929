from __future__ import annotations

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
import SimpleITK as sitk

from PelvicBoneSegLib.errors import (
    AbsurdGeometryError,
    ConstantImageError,
    InputNotFoundError,
    NonFiniteVoxelsError,
    NotScalarError,
    OutOfMemoryError,
    TooFewSlicesError,
    UnreadableImageError,
    WrongDimensionError,
)
from PelvicBoneSegLib.segmentation import file_checks
from PelvicBoneSegLib.segmentation.reader import read_volume, stem_of
from segmentation.privileges import closed_to_us

SPACING = (1.5, 2.0, 5.0)
ORIGIN = (-40.0, 12.5, 70.0)
# Columns i, j, k in LPS: a coronal scan, tilted by 20° about the patient's left-right axis, whose
# slices run to the front, so that it is left-handed.
TILT = np.deg2rad(20)
DIRECTIONS = np.array(
    [[1, 0, 0], [0, -np.sin(TILT), -np.cos(TILT)], [0, -np.cos(TILT), np.sin(TILT)]]
)
SUFFIXES = ("nii", "nii.gz", "nrrd", "nhdr", "mha", "mhd")


@pytest.fixture
def grey_values():
    return np.random.default_rng(0).integers(-100, 2000, (12, 30, 40)).astype(np.int16)


@pytest.fixture
def store(tmp_path):
    """Write an array as an image file and return its path."""

    def write(voxels, name="scan.nii.gz", is_vector=False, compressed=False):
        image = sitk.GetImageFromArray(voxels, isVector=is_vector)
        if image.GetDimension() == 3:
            image.SetSpacing(SPACING)
            image.SetOrigin(ORIGIN)
            image.SetDirection(DIRECTIONS.ravel().tolist())
        path = tmp_path / name
        sitk.WriteImage(image, str(path), useCompression=compressed)
        return path

    return write


@pytest.fixture
def patch(store, grey_values):
    """Write an uncompressed NIfTI file with other bytes at some offset of its header."""

    def write(offset, form, *values, more=()):
        path = store(grey_values, "scan.nii")
        content = bytearray(path.read_bytes())
        for at, how, what in ((offset, form, values), *more):
            struct.pack_into(how, content, at, *what)
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_voxels_in_the_same_place(store, grey_values, suffix):
    volume = read_volume(store(grey_values, f"scan.{suffix}"))
    np.testing.assert_array_equal(volume.voxels, grey_values)
    np.testing.assert_allclose(volume.ijk_to_lps[:3, :3], DIRECTIONS * SPACING, atol=1e-5)
    np.testing.assert_allclose(volume.ijk_to_lps[:3, 3], ORIGIN, atol=1e-5)
    assert volume.is_left_handed


def test_a_single_time_point_of_four_dimensions_is_a_volume(store, grey_values):
    volume = read_volume(store(grey_values[None], "scan.mha"))
    np.testing.assert_array_equal(volume.voxels, grey_values)
    np.testing.assert_array_equal(volume.ijk_to_lps, np.diag([1.0, 1.0, 1.0, 1.0]))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputNotFoundError, match="nowhere"):
        read_volume(tmp_path / "nowhere.nii.gz")


@pytest.mark.parametrize("name", ["scan.nii.gz", "series"])
def test_a_scan_in_someone_else_s_folder_is_refused(tmp_path, name):
    private = tmp_path / "private"
    private.mkdir()
    with (
        closed_to_us(private),
        pytest.raises(UnreadableImageError, match=f"{name} as an image: Permission denied"),
    ):
        read_volume(private / name)


@pytest.mark.parametrize(
    ("name", "reason"), [("n" * 300 + ".nii.gz", "too long"), ("\udcff.nii.gz", "not UTF-8 text")]
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, reason):
    with pytest.raises(UnreadableImageError, match=reason):
        read_volume(tmp_path / name)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_refused(tmp_path, suffix):
    path = tmp_path / f"scan.{suffix}"
    path.touch()
    with pytest.raises(UnreadableImageError, match="the file is empty"):
        read_volume(path)


@pytest.mark.parametrize("name", ["scan.nii.gz", "scan.nii", "scan.nrrd", "scan.mha", "scan.txt"])
def test_text_is_no_image(tmp_path, name):
    path = tmp_path / name
    path.write_text("Dear colleague, thank you for referring this patient. " * 30)
    with pytest.raises(UnreadableImageError, match="not an image|damaged"):
        read_volume(path)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.99])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha"])
def test_a_truncated_file_is_refused(store, grey_values, suffix, compressed, kept):
    path = store(grey_values, f"scan.{suffix}", compressed=compressed or suffix == "nii.gz")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UnreadableImageError, match="truncated|damaged|not an image"):
        read_volume(path)


def test_a_whole_gzip_file_of_a_truncated_image_is_refused(store, grey_values):
    path = store(grey_values)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-100]))
    with pytest.raises(UnreadableImageError, match=r"truncated \(29052 bytes of 29152"):
        read_volume(path)


@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
def test_what_follows_the_voxels_is_not_loaded(store, grey_values, suffix):
    path = store(grey_values, f"scan.{suffix}")
    voxels = path.read_bytes() if suffix == "nii" else gzip.decompress(path.read_bytes())
    too_much = voxels + bytes(64 << 20)
    path.write_bytes(too_much if suffix == "nii" else gzip.compress(too_much))
    del too_much
    tracemalloc.start()
    try:
        np.testing.assert_array_equal(read_volume(path).voxels, grey_values)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_voxels_in_several_blocks_are_all_looked_at(store, monkeypatch):
    monkeypatch.setattr(file_checks, "_BLOCK_BYTES", 1000)
    voxels = np.random.default_rng(0).random((12, 30, 40), np.float32)
    path = store(voxels)
    np.testing.assert_array_equal(read_volume(path).voxels, voxels)
    voxels.flat[[0, 249, 250, 251, -1]] = np.nan
    with pytest.raises(NonFiniteVoxelsError, match="5 voxels"):
        read_volume(store(voxels))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1]))
    with pytest.raises(UnreadableImageError, match="truncated"):
        read_volume(path)


NRRD_OF_TWO_PETABYTES = b"""NRRD0004
type: short
dimension: 3
space: left-posterior-superior
sizes: 100000 100000 100000
space directions: (1,0,0) (0,1,0) (0,0,1)
kinds: domain domain domain
endian: little
encoding: raw
space origin: (0,0,0)

some voxels"""


def test_a_scan_that_itk_has_no_memory_for_is_not_called_damaged(tmp_path):
    path = tmp_path / "scan.nrrd"
    path.write_bytes(NRRD_OF_TWO_PETABYTES)
    with pytest.raises(OutOfMemoryError, match="memory is too small for the scan"):
        read_volume(path)


@pytest.mark.parametrize("message", ["std::bad_alloc", "Failed to allocate memory for image."])
def test_itk_s_words_for_no_memory_are_known(store, grey_values, monkeypatch, message):
    def fail(reader):
        raise RuntimeError(f"Exception thrown in SimpleITK: {message}")

    monkeypatch.setattr(sitk.ImageFileReader, "Execute", fail)
    with pytest.raises(OutOfMemoryError):
        read_volume(store(grey_values))


def test_a_scan_that_python_has_no_memory_for_is_not_a_fault_of_ours(
    store, grey_values, monkeypatch
):
    def fail(image):
        raise MemoryError

    monkeypatch.setattr(sitk, "GetArrayFromImage", fail)
    with pytest.raises(OutOfMemoryError, match="Close other programs, or crop the scan"):
        read_volume(store(grey_values))


@pytest.mark.parametrize("suffix", ["nii.gz", "mhd"])
def test_a_damaged_compressed_byte_is_refused(store, grey_values, suffix):
    path = store(grey_values, f"scan.{suffix}", compressed=True)
    damaged = path.with_suffix(".zraw") if suffix == "mhd" else path
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    with pytest.raises(UnreadableImageError, match="damaged"):
        read_volume(path)


@pytest.mark.parametrize("suffix", ["mhd", "nhdr"])
def test_a_header_without_its_voxel_file_is_refused(store, grey_values, suffix):
    path = store(grey_values, f"scan.{suffix}")
    path.with_suffix(".raw").unlink()
    with pytest.raises(UnreadableImageError):
        read_volume(path)


@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize(("shape", "dimensions"), [((30, 40), 2), ((2, 12, 30, 40), 4)])
def test_other_than_three_dimensions_are_refused(store, suffix, shape, dimensions):
    path = store(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), f"scan.{suffix}")
    with pytest.raises(WrongDimensionError, match=f"has {dimensions} dimensions"):
        read_volume(path)


@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
def test_a_colour_image_is_refused(store, suffix):
    voxels = np.zeros((12, 30, 40, 3), np.uint8)
    with pytest.raises(NotScalarError, match="3 values per voxel"):
        read_volume(store(voxels, f"scan.{suffix}", is_vector=True))


def test_complex_voxels_are_refused(store):
    with pytest.raises(NotScalarError, match="2 values per voxel"):
        read_volume(store(np.ones((12, 30, 40), np.complex64)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_no_numbers_are_counted(store, grey_values, value):
    voxels = grey_values.astype(np.float32)
    voxels[2, 3, 4:7] = value
    with pytest.raises(NonFiniteVoxelsError, match="3 voxels"):
        read_volume(store(voxels))


def test_a_constant_image_is_refused(store):
    with pytest.raises(ConstantImageError, match=r"same value \(7\)"):
        read_volume(store(np.full((12, 30, 40), 7, np.int16)))


@pytest.mark.parametrize("slices", [1, 2])
def test_fewer_than_three_slices_are_refused(store, grey_values, slices):
    with pytest.raises(TooFewSlicesError, match=f"40×30×{slices} voxels"):
        read_volume(store(grey_values[:slices], "scan.mha"))


@pytest.mark.parametrize("spacing", [0.0, -2.0, np.nan, np.inf, 1e6, 1e-6])
def test_an_absurd_nifti_spacing_is_refused(patch, spacing):
    with pytest.raises(AbsurdGeometryError):
        read_volume(patch(76 + 3 * 4, "<f", spacing))


@pytest.mark.parametrize("spacing", ["0", "-5", "nan", "inf", "1e6"])
def test_an_absurd_meta_image_spacing_is_refused(store, grey_values, spacing):
    path = store(grey_values, "scan.mha")
    old = b"ElementSpacing = 1.5 2 5"
    assert old in path.read_bytes()
    new = f"ElementSpacing = 1.5 2 {spacing}".encode()
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(AbsurdGeometryError):
        read_volume(path)


@pytest.mark.parametrize("directions", ["(1,0,0) (0,1,0) (0,0,0)", "(1,0,0) (0,1,0) (0,1,0)"])
def test_absurd_nrrd_directions_are_refused(store, grey_values, directions):
    path = store(grey_values, "scan.nrrd")
    lines = path.read_bytes().split(b"\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(b"space directions"))
    lines[at] = f"space directions: {directions}".encode()
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(AbsurdGeometryError):
        read_volume(path)


SFORM_ALONE = (252, "<2h", (0, 1))


def test_a_nifti_sform_without_orthogonal_axes_is_refused(patch):
    skewed = (-1.5, 1.0, 0, 0, 0, -2.0, 0, 0, 0, 0, 5.0, 0)
    with pytest.raises(AbsurdGeometryError):
        read_volume(patch(280, "<12f", *skewed, more=[SFORM_ALONE]))


def test_a_nifti_header_that_contradicts_itself_is_refused(patch):
    three_mm = (-3.0, 0, 0, 0, 0, -3.0, 0, 0, 0, 0, 3.0, 0)
    with pytest.raises(AbsurdGeometryError, match=r"1\.5 × 2 × 5 mm and 3 × 3 × 3 mm"):
        read_volume(patch(280, "<12f", *three_mm, more=[SFORM_ALONE]))


@pytest.mark.parametrize(
    "damage",
    [
        (40, "<8h", (3, -40, 30, 12, 1, 1, 1, 1)),
        (40, "<8h", (9, 40, 30, 12, 1, 1, 1, 1)),
        (40, "<8h", (0, 40, 30, 12, 1, 1, 1, 1)),
        (70, "<h", (16,)),  # float, but still 16 bits a voxel
        (108, "<f", (np.nan,)),
    ],
)
def test_a_damaged_nifti_header_is_refused(patch, damage):
    with pytest.raises(UnreadableImageError, match="damaged"):
        read_volume(patch(damage[0], damage[1], *damage[2]))


@pytest.mark.parametrize("suffix", ["hdr", "img"])
def test_nifti_in_two_files_is_refused(store, grey_values, suffix):
    path = store(grey_values, "scan.img").with_suffix(f".{suffix}")
    with pytest.raises(UnreadableImageError, match="in two files"):
        read_volume(path)


def test_nifti_2_is_refused(tmp_path):
    path = tmp_path / "scan.nii"
    path.write_bytes(struct.pack("<i8s", 540, b"n+2\0\r\n\x1a\n").ljust(5000, b"\0"))
    with pytest.raises(UnreadableImageError, match="NIfTI-2 is not supported"):
        read_volume(path)


def test_a_big_endian_file_is_read(tmp_path, grey_values):
    header = bytearray(352)
    struct.pack_into(">i", header, 0, 348)
    struct.pack_into(">8h", header, 40, 3, *grey_values.shape[::-1], 1, 1, 1, 1)
    struct.pack_into(">2h", header, 70, 4, 16)
    struct.pack_into(">8f", header, 76, 1, *SPACING, 0, 0, 0, 0)
    struct.pack_into(">f", header, 108, 352)
    struct.pack_into(">2h", header, 252, 0, 1)
    struct.pack_into(">12f", header, 280, -1.5, 0, 0, 0, 0, -2, 0, 0, 0, 0, 5, 0)
    header[344:348] = b"n+1\0"
    path = tmp_path / "scan.nii"
    path.write_bytes(bytes(header) + grey_values.astype(">i2").tobytes())
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.voxels, grey_values)
    np.testing.assert_allclose(volume.ijk_to_lps, np.diag([*SPACING, 1]), atol=1e-6)


def test_an_absurd_place_of_the_voxels_is_truncation(patch):
    with pytest.raises(UnreadableImageError, match="truncated"):
        read_volume(patch(108, "<f", 3e38))


def test_a_png_picture_is_refused(store):
    path = store(np.arange(1200, dtype=np.uint8).reshape(30, 40), "scan.png")
    with pytest.raises(UnreadableImageError, match="not an image in one of these formats"):
        read_volume(path)


def test_libraries_print_nothing(store, grey_values, capfd):
    path = store(grey_values, "scan.mha")
    path.write_bytes(path.read_bytes()[:-500])  # MetaIO complains about this on its own
    with pytest.raises(UnreadableImageError):
        read_volume(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("case.06.nii.gz", "case.06"),
        ("case_06.NII.GZ", "case_06"),
        ("case_06.nii", "case_06"),
        ("case_06.nrrd", "case_06"),
        ("case_06.seg.nrrd", "case_06.seg"),
        ("case_06.mha", "case_06"),
    ],
)
def test_outputs_are_named_after_the_file(name, stem):
    assert stem_of(f"somewhere/{name}") == stem


def test_outputs_of_a_folder_are_named_after_it(tmp_path, monkeypatch):
    folder = tmp_path / "C3N.01877"
    folder.mkdir()
    assert stem_of(folder) == "C3N.01877"
    monkeypatch.chdir(folder)
    assert stem_of(".") == "C3N.01877"


def test_outputs_of_a_link_are_named_after_the_link(tmp_path):
    (tmp_path / "MD5E-s1234--0a1b2c").touch()
    (tmp_path / "case_06.nii.gz").symlink_to("MD5E-s1234--0a1b2c")
    assert stem_of(tmp_path / "case_06.nii.gz") == "case_06"
