"""Zip files of strangers."""

from __future__ import annotations

import stat
import struct
from dataclasses import replace
from zipfile import ZIP_LZMA, ZipFile, ZipInfo

import pytest

from PelvicBoneSegWeb.library.errors import ArchiveError
from PelvicBoneSegWeb.library.intake.unpack import unpack
from PelvicBoneSegWeb.library.limits import Limits
from web.library.uploads import zip_of

DICOM = bytes(128) + b"DICM" + b"some elements"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "inside" / "unpacked"
    folder.mkdir(parents=True)
    return folder


def files_in(tmp_path):
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_dicom_files_get_numbers_and_nothing_else_is_written(tmp_path, folder):
    archive = zip_of(
        tmp_path / "a.zip",
        {
            "Mustermann/IM 1": DICOM + b"1",
            "Mustermann/letter.txt": b"Dear colleague",
            "__MACOSX/._IM 1": b"resource fork",
            "Mustermann/IM 2": DICOM + b"2",
        },
    )
    written = unpack(archive, folder, Limits())
    assert [path.read_bytes()[-1:] for path in written] == [b"1", b"2"]
    assert files_in(folder) == ["000001.dcm", "000002.dcm"]


@pytest.mark.parametrize(
    "name", ["../outside.dcm", "a/../../b.dcm", "/etc/cron.d/x", "..\\outside.dcm", "C:\\x.dcm"]
)
def test_paths_out_of_the_folder_are_refused(tmp_path, folder, name):
    archive = zip_of(tmp_path / "a.zip", {"good.dcm": DICOM, name: DICOM})
    with pytest.raises(ArchiveError, match="leads out"):
        unpack(archive, folder, Limits())
    assert files_in(tmp_path) == ["a.zip"]


def test_links_are_refused(tmp_path, folder):
    link = ZipInfo("link.dcm")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zip_of(tmp_path / "a.zip", {link: b"/etc/passwd"})
    with pytest.raises(ArchiveError, match="link"):
        unpack(archive, folder, Limits())


def test_a_bomb_is_refused_by_what_it_says(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {"bomb.dcm": DICOM + bytes(20 << 20)})
    assert archive.stat().st_size < 100_000
    with pytest.raises(ArchiveError, match="suspiciously"):
        unpack(archive, folder, Limits())
    assert files_in(tmp_path) == ["a.zip"]


def test_many_small_files_are_bounded_together(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {f"{n}.dcm": DICOM + bytes(1000) for n in range(20)})
    with pytest.raises(ArchiveError, match="when unpacked"):
        unpack(archive, folder, replace(Limits(), archive_bytes=10_000))
    with pytest.raises(ArchiveError, match="20 entries, more than 10"):
        unpack(archive, folder, replace(Limits(), archive_files=10))


def test_an_archive_that_lies_about_its_size_is_not_believed(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {"a.dcm": DICOM + bytes(100_000)})
    content = archive.read_bytes()
    true, said = (100_000 + len(DICOM)).to_bytes(4, "little"), (200).to_bytes(4, "little")
    assert content.count(true) == 2  # local header and central directory
    archive.write_bytes(content.replace(true, said))
    with pytest.raises(ArchiveError):
        unpack(archive, folder, replace(Limits(), archive_bytes=10_000))


def test_a_list_of_more_entries_than_allowed_is_not_read(tmp_path, folder, monkeypatch):
    """zipfile makes an object of each: a list of 500 MB took it 4 GB and a minute."""
    archive = zip_of(tmp_path / "a.zip", {f"{n:0200}.dcm": DICOM for n in range(200)})
    monkeypatch.setattr("zipfile.ZipFile.__init__", lambda *_: pytest.fail("it was read"))
    with pytest.raises(ArchiveError, match="list is far too long for 10 entries"):
        unpack(archive, folder, replace(Limits(), archive_files=10))


def with_end64(content: bytes, size: int | None = None, moved: int = 0) -> bytes:
    """Give a zip file the longer end of large ones; `size` and `moved` have it lie."""
    end = content.rindex(b"PK\x05\x06")
    count, true_size, start = struct.unpack_from("<H2L", content, end + 10)
    said = true_size if size is None else size
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, said, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end + moved, 1)
    return content[:end] + end64 + locator + content[end:]


def test_the_end_of_large_archives_is_understood(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {"a.dcm": DICOM})
    archive.write_bytes(with_end64(archive.read_bytes()))
    assert len(unpack(archive, folder, Limits())) == 1


@pytest.mark.parametrize(
    ("lie", "words"), [({"size": 1 << 40}, "too long"), ({"moved": -1}, "damaged")]
)
def test_the_end_of_large_archives_must_not_lie(tmp_path, folder, lie, words):
    archive = zip_of(tmp_path / "a.zip", {"a.dcm": DICOM})
    archive.write_bytes(with_end64(archive.read_bytes(), **lie))
    with pytest.raises(ArchiveError, match=words):
        unpack(archive, folder, Limits())


def test_a_comment_does_not_hide_the_end(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {f"{n:0200}.dcm": DICOM for n in range(200)})
    with ZipFile(archive, "a") as opened:
        opened.comment = b"PK\x05\x06" + bytes(18)  # an end that speaks of an empty list
    with pytest.raises(ArchiveError, match="too long"):
        unpack(archive, folder, replace(Limits(), archive_files=10))


def test_other_compression_is_refused(tmp_path, folder):
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w", ZIP_LZMA) as opened:
        opened.writestr("a.dcm", DICOM)
    with pytest.raises(ArchiveError, match="packed in a way"):
        unpack(archive, folder, Limits())


def test_a_password_is_refused(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {"a.dcm": DICOM})
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match="encrypted"):
        unpack(archive, folder, Limits())


@pytest.mark.parametrize("keep", [30, -30])
def test_a_damaged_archive_is_refused(tmp_path, folder, keep):
    archive = zip_of(tmp_path / "a.zip", {"a.dcm": DICOM * 10})
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(ArchiveError, match="damaged"):
        unpack(archive, folder, Limits())


def test_changed_bytes_are_found_by_their_checksum(tmp_path, folder):
    archive = tmp_path / "a.zip"
    with ZipFile(archive, "w") as opened:
        opened.writestr("a.dcm", DICOM)
    archive.write_bytes(archive.read_bytes().replace(b"some elements", b"SOME elements"))
    with pytest.raises(ArchiveError, match="damaged"):
        unpack(archive, folder, Limits())


def test_an_archive_without_dicom_is_refused(tmp_path, folder):
    archive = zip_of(tmp_path / "a.zip", {"scan.nii.gz": b"NIfTI"})
    with pytest.raises(ArchiveError, match="no DICOM"):
        unpack(archive, folder, Limits())
