"""Only the two files of a bundle come out of an archive, under our own names."""

from __future__ import annotations

import stat
from zipfile import ZIP_LZMA, ZipInfo

import pytest

from PelvicBoneSegLib.errors import BundleArchiveError
from PelvicBoneSegLib.segmentation import bundle_archive
from PelvicBoneSegLib.segmentation.bundle_archive import unpack
from segmentation.bundle_zip import zip_of

GOOD = {"bundle.json": b"{}", "weights.safetensors": bytes(range(256)) * 40}


@pytest.fixture
def a_folder(tmp_path):
    folder = tmp_path / "inner" / "target"
    folder.mkdir(parents=True)
    return folder


def entry(name, mode):
    info = ZipInfo(name)
    info.external_attr = mode << 16
    return info


def packed_by_lzma(name):
    info = ZipInfo(name)
    info.compress_type = ZIP_LZMA
    return info


@pytest.mark.parametrize("inside", ["", "my bundle/"])
def test_both_files_come_out_of_the_root_or_of_one_folder(tmp_path, a_folder, inside):
    content = {f"{inside}{name}": data for name, data in GOOD.items()}
    unpack(zip_of(tmp_path / "x.zip", content), a_folder)
    assert {path.name: path.read_bytes() for path in a_folder.iterdir()} == GOOD


def test_what_macos_adds_is_left_out(tmp_path, a_folder):
    extra = {"b/": b"", "__MACOSX/b/._bundle.json": b"x", "b/.DS_Store": b"x"}
    content = {f"b/{name}": data for name, data in GOOD.items()}
    unpack(zip_of(tmp_path / "x.zip", {**extra, **content}), a_folder)
    assert sorted(path.name for path in a_folder.iterdir()) == sorted(GOOD)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({**GOOD, "../evil.py": b"x"}, "also holds '../evil.py'"),
        ({**GOOD, "/etc/passwd": b"x"}, "also holds '/etc/passwd'"),
        ({"bundle.json": b"{}", "../weights.safetensors": b"x"}, "also holds"),
        ({"bundle.json": b"{}", "/weights.safetensors": b"x"}, "different folders"),
        ({**GOOD, "README.md": b"x"}, "also holds 'README.md'"),
        ({**GOOD, "a/bundle.json": b"x"}, "bundle.json twice"),
        ({"a/b/bundle.json": b"{}", "a/b/weights.safetensors": b"x"}, "also holds"),
        ({"a/bundle.json": b"{}", "b/weights.safetensors": b"x"}, "different folders"),
        ({"bundle.json": b"{}"}, "weights.safetensors is missing"),
        ({}, "bundle.json and weights.safetensors is missing"),
        ({"bundle.json": b"{}", entry("weights.safetensors", stat.S_IFLNK): b"/x"}, "is a link"),
        ({**GOOD, **{f"folder{n}/": b"" for n in range(40)}}, "holds 42 entries"),
        ({**GOOD, "bundle.json": b" " * (1 << 20) + b"x"}, "bundle.json is larger than 1 MB"),
        ({**GOOD, "weights.safetensors": bytes(1 << 20)}, "grow suspiciously much"),
        ({"bundle.json": b"{}", packed_by_lzma("weights.safetensors"): b"x" * 99}, "not supported"),
    ],
)
def test_an_archive_with_anything_else_is_refused(tmp_path, a_folder, content, reason):
    archive = zip_of(tmp_path / "x.zip", content)
    with pytest.raises(BundleArchiveError, match=reason):
        unpack(archive, a_folder)
    assert list(a_folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inner", "x.zip"]


@pytest.mark.parametrize("damage", [b"", b"no zip at all", None], ids=["empty", "text", "flipped"])
def test_a_damaged_file_is_refused(tmp_path, a_folder, damage):
    archive = zip_of(tmp_path / "x.zip", GOOD)
    if damage is None:
        data = bytearray(archive.read_bytes())
        data[data.index(b"weights.safetensors") + 30] ^= 0xFF
        damage = bytes(data)
    archive.write_bytes(damage)
    with pytest.raises(BundleArchiveError, match="no zip file|is damaged|cannot be unpacked"):
        unpack(archive, a_folder)


def test_a_file_that_is_not_there_is_named(tmp_path, a_folder):
    with pytest.raises(
        BundleArchiveError, match=r"gone\.zip is no model bundle: it cannot be read"
    ):
        unpack(tmp_path / "gone.zip", a_folder)


def test_more_than_the_archive_states_is_never_written(tmp_path, a_folder, monkeypatch):
    archive = zip_of(tmp_path / "x.zip", GOOD)
    monkeypatch.setitem(bundle_archive.MAX_BYTES, "weights.safetensors", 5000)
    monkeypatch.setattr(bundle_archive, "_check_entry", lambda *arguments: None)
    with pytest.raises(BundleArchiveError, match="larger than"):
        unpack(archive, a_folder)
