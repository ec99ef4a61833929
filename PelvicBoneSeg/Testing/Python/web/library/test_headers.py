"""Headers that would have ITK open another file of the server."""

from __future__ import annotations

import gzip

import pytest

from PelvicBoneSegWeb.library.errors import ArchiveError, RefusedFileError
from PelvicBoneSegWeb.library.intake.formats import format_of
from PelvicBoneSegWeb.library.intake.headers import check_meta_header, check_nrrd_header
from web.library.uploads import write_image, zip_of

NRRD = """NRRD0004
type: short
dimension: 3
sizes: 4 4 4
encoding: raw
{line}
"""

META = """ObjectType = Image
NDims = 3
DimSize = 4 4 4
ElementType = MET_SHORT
{line}
"""


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_a_file_is_known_by_its_content(tmp_path, suffix):
    path = write_image(tmp_path / f"scan{suffix}").rename(tmp_path / "no name")
    assert format_of(path) == suffix


def test_a_zip_file_is_known_by_its_content(tmp_path):
    assert format_of(zip_of(tmp_path / "a.nii", {"a": b"b"})) == ".zip"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an image"),
        (b"GIF89a", "not an image"),
        (b"\x00" * 128 + b"DICM" + b"\x00" * 300, "zip the folder"),
        (gzip.compress(b"a letter" * 100, mtime=0), "not an image"),
        (gzip.compress(b"a letter" * 100, mtime=0)[:20], "compression is damaged"),
        (b"\x5c\x01\x00\x00" + b"\0" * 340 + b"ni1\0", "half of a NIfTI"),
        (b"\x5c\x01\x00\x00" + b"\0" * 344, "Analyze"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(RefusedFileError, match=words):
        format_of(path)


def test_an_empty_zip_file_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match="empty"):
        format_of(zip_of(tmp_path / "a.zip", {}))


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_headers_as_itk_writes_them_pass(tmp_path, suffix):
    path = write_image(tmp_path / f"scan{suffix}", Comment="some words")
    check = {".nrrd": check_nrrd_header, ".mha": check_meta_header}[suffix]
    check(path)


@pytest.mark.parametrize(
    "line",
    [
        "data file: /etc/passwd",
        "DATA FILE: /etc/passwd",
        "datafile: /etc/passwd",
        "data  file: LIST",
        "data file:/etc/passwd",
        "# a comment\rdata file: /etc/passwd",  # to Teem, a return alone ends a line
        "key:=value\rdata file: /etc/passwd",
        "content: x\rdata file: /etc/passwd",
        "encoding: bzip2",
        "no field at all",
        "axis maxs: " + "x" * 3000,  # Teem ends by SIGSEGV
        "dimension: 16",  # ITK ends by SIGSEGV
        "dimension: -1",
        "k:=" + "v" * (1 << 17),
    ],
)
def test_an_nrrd_header_must_not_name_another_file(tmp_path, line):
    path = tmp_path / "scan.nrrd"
    path.write_bytes(NRRD.format(line=line).encode() + b"\n" + bytes(128))
    with pytest.raises(RefusedFileError):
        check_nrrd_header(path)


def test_an_nrrd_header_without_an_end_is_refused(tmp_path):
    path = tmp_path / "scan.nrrd"
    path.write_bytes(NRRD.format(line="space: left-posterior-superior").encode())
    with pytest.raises(RefusedFileError, match="too long, or the voxels are in another file"):
        check_nrrd_header(path)


@pytest.mark.parametrize(
    "line",
    [
        "ElementDataFile = /etc/passwd",
        "ElementDataFile: /etc/passwd",
        "  ElementDataFile = secret.raw",
        "ElementDataFile = LIST",
        "Comment = ElementDataFile = LOCAL",
        "Comment =",  # MetaIO would take the next line for its value
        "Comment = \nElementDataFile = LOCAL\nElementDataFile = /etc/passwd",
        "NDims = -1\nElementDataFile = LOCAL",  # ITK ends by SIGSEGV
        "NDims: 100\nElementDataFile = LOCAL",
        "NDims = 3 4\nElementDataFile = LOCAL",
        "Name = " + "x" * 390 + "\nElementDataFile = LOCAL",  # MetaIO writes beyond 255 bytes
        "Comment = " + "x" * 600 + "\nElementDataFile = LOCAL",
    ],
)
def test_a_meta_image_header_must_not_name_another_file(tmp_path, line):
    path = tmp_path / "scan.mha"
    path.write_bytes(META.format(line=line).encode() + bytes(128))
    with pytest.raises(RefusedFileError):
        check_meta_header(path)
