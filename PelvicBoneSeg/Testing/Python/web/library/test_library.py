"""Scans stored, found, deleted; and what a server that was stopped leaves behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from PelvicBoneSegWeb.library.errors import (
    BadRequestError,
    LibraryDamagedError,
    LibraryFullError,
    LibraryInUseError,
    LibraryTooNewError,
    PseudonymError,
    ScanNotFoundError,
    SegmentationNotFoundError,
)
from PelvicBoneSegWeb.library.folder import REPORT_FILE, SEGMENTATION_FILE
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.limits import Limits
from PelvicBoneSegWeb.library.pseudonym import checked_pseudonym, pseudonym_of
from PelvicBoneSegWeb.library.status import CANCELLED, DONE, QUEUED, RUNNING


def series_of(scans):
    return [scan.description.series for scan in scans]


def wish(library, scan, user="anna"):
    return library.request_segmentation(scan.owner, scan.id, user, ["femur"], "left", "default")


def result(library):
    folder = library.folder.new_ticket()
    (folder / SEGMENTATION_FILE).write_bytes(b"labels")
    (folder / REPORT_FILE).write_bytes(b"{}")
    return folder


def test_a_stored_scan_is_found_again_after_a_restart(data, a_library, add):
    scan = add(pseudonym="Patient-7")
    a_library.close()
    library = Library(data)
    again = library.index.scan("anna", scan.id)
    assert again == scan
    assert again.description.patient == "Patient-7"
    assert library.scan_file("anna", scan.id).read_bytes() == b"voxels"
    library.close()


def test_nobody_sees_the_scans_of_others(a_library, add):
    scan = add(owner="anna")
    assert a_library.index.scans("bert") == []
    for ask in (a_library.index.scan, a_library.delete, a_library.scan_file, a_library.thumbnail):
        with pytest.raises(ScanNotFoundError):
            ask("bert", scan.id)
    with pytest.raises(ScanNotFoundError):
        a_library.request_segmentation("bert", scan.id, "b", ["femur"], "left", "default")
    assert a_library.index.scans("anna") == [scan]


def test_each_word_of_a_search_has_to_be_somewhere(a_library, add):
    add(series="T1 coronal", pseudonym="P-1")
    add(series="T2 axial", plane="axial", pseudonym="P-2")
    add(series="T1 axial", plane="axial", modality="CT", pseudonym="P-3")
    find = a_library.index.scans
    assert series_of(find("anna", "t1 AXIAL")) == ["T1 axial"]
    assert series_of(find("anna", "mr axial")) == ["T2 axial"]
    assert find("anna", "%") == find("anna", "_") == []
    assert find("anna", "'; DROP TABLE scans; --") == []
    assert len(find("anna")) == 3


def test_scans_are_sorted(a_library, add):
    for series, count in (("b", 30), ("c", 10), ("a", 20)):
        add(series=series, size=(4, 4, count))
    find = a_library.index.scans
    assert series_of(find("anna")) == ["a", "c", "b"]
    assert series_of(find("anna", sort="series", descending=False)) == ["a", "b", "c"]
    assert series_of(find("anna", sort="slices")) == ["b", "a", "c"]
    with pytest.raises(BadRequestError):
        find("anna", sort="owner")


def test_deleting_takes_files_and_segmentations_away(a_library, add):
    scan = add()
    one = wish(a_library, scan)
    a_library.delete("anna", scan.id)
    assert list(a_library.folder.scans.iterdir()) == []
    assert a_library.index.scans("anna") == a_library.index.unfinished() == []
    with pytest.raises(SegmentationNotFoundError):
        a_library.index.start(one.id)


def test_limits_of_an_owner(data, a_library, add):
    add()
    a_library.limits = replace(Limits(), scans=1)
    with pytest.raises(LibraryFullError, match="1 scans"):
        add()
    a_library.limits = replace(Limits(), library_bytes=1500)
    with pytest.raises(LibraryFullError, match="limit"):
        add()
    a_library.limits = replace(Limits(), free_disk_bytes=1 << 60)
    with pytest.raises(LibraryFullError, match="disk"):
        add(owner="bert")
    assert len(a_library.index.scans("anna")) == 1


def test_a_segmentation_from_the_wish_to_the_file(a_library, add):
    scan = add()
    one = wish(a_library, scan)
    assert one.status == QUEUED
    with pytest.raises(SegmentationNotFoundError):
        a_library.segmentation_file("anna", one.id)
    a_library.index.start(one.id)
    assert a_library.index.segmentation("anna", one.id).status == RUNNING
    a_library.finish(one, result(a_library), {"warnings": []})
    assert a_library.index.scan("anna", scan.id).segmentations[0].status == DONE
    assert a_library.segmentation_file("anna", one.id).read_bytes() == b"labels"
    assert a_library.report_file("anna", one.id).read_bytes() == b"{}"
    with pytest.raises(SegmentationNotFoundError):
        a_library.segmentation_file("bert", one.id)
    assert list(a_library.folder.incoming.iterdir()) == []


def test_a_result_that_nobody_waits_for_is_not_stored(a_library, add):
    scan = add()
    one = wish(a_library, scan)
    a_library.index.end(one.id, CANCELLED, "")
    with pytest.raises(SegmentationNotFoundError):
        a_library.finish(one, result(a_library), {})
    done = wish(a_library, scan)
    a_library.finish(done, result(a_library), {})
    with pytest.raises(SegmentationNotFoundError):
        a_library.finish(done, result(a_library), {})
    assert a_library.segmentation_file("anna", done.id).is_file()


def test_unfinished_segmentations_are_kept_in_their_order(data, a_library, add):
    scan = add()
    first, second, third = (wish(a_library, scan) for _ in range(3))
    a_library.index.start(first.id)
    a_library.index.end(second.id, CANCELLED, "")
    a_library.close()
    library = Library(data)
    assert [one.id for one in library.index.unfinished()] == [first.id, third.id]
    library.close()


def test_what_was_left_half_done_is_removed(data, a_library, add):
    scan = add()
    a_library.folder.new_ticket().joinpath("upload").write_bytes(b"half")
    a_library.folder.scan("f" * 32).mkdir()
    orphan = a_library.folder.segmentation(scan.id, "e" * 32)
    orphan.mkdir(parents=True)
    a_library.close()
    library = Library(data)
    assert list(library.folder.incoming.iterdir()) == []
    assert [path.name for path in library.folder.scans.iterdir()] == [scan.id]
    assert not orphan.exists()
    library.close()


def test_scans_whose_files_are_gone_are_struck_out(data, a_library, add):
    scan, other = add(), add()
    a_library.scan_file("anna", scan.id).unlink()
    a_library.close()
    library = Library(data)
    assert library.index.scans("anna") == [other]
    library.close()


KILLED_AT = """
import os, signal, sys
from pathlib import Path
import PelvicBoneSegWeb.library.library as module
from PelvicBoneSegWeb.library.scan import ScanDescription

where, data = sys.argv[1], Path(sys.argv[2])
library = module.Library(data)

def store():
    folder = library.folder.new_ticket()
    (folder / module.SCAN_FILE).write_bytes(b"voxels")
    described = ScanDescription("", "T1", "MR", "coronal", (4, 4, 4), (1.0, 1.0, 1.0), 6)
    library.add("anna", [(folder, described)])

def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

store()
if where == "moving":
    module.move_for_good = die
elif where == "entering":
    library.index.add_scan = die
elif where == "committing":
    from sqlalchemy.orm import Session
    Session.commit = die
elif where == "deleting":
    module.remove = die
    library.delete("anna", library.index.scans("anna")[0].id)
store()
"""


@pytest.mark.parametrize(
    ("where", "left"), [("moving", 1), ("entering", 1), ("committing", 1), ("deleting", 0)]
)
def test_a_server_killed_while_writing_leaves_a_sound_library(data, where, left):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", KILLED_AT, where, data], env=environment)
    assert killed.returncode == -signal.SIGKILL
    library = Library(data)
    scans = library.index.scans("anna")
    assert len(scans) == left
    assert {path.name for path in library.folder.scans.iterdir()} == {one.id for one in scans}
    assert all(library.scan_file("anna", one.id).read_bytes() == b"voxels" for one in scans)
    assert list(library.folder.incoming.iterdir()) == []
    library.close()
    with sqlite3.connect(library.folder.index) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_server_at_a_time(data, a_library):
    with pytest.raises(LibraryInUseError):
        Library(data)


def test_a_damaged_index_is_said_and_left_alone(data, a_library):
    a_library.close()
    a_library.folder.index.write_bytes(b"no database at all" * 100)
    with pytest.raises(LibraryDamagedError):
        Library(data)
    assert a_library.folder.index.read_bytes().startswith(b"no database")


def test_an_index_of_a_later_version_is_left_alone(data, a_library):
    a_library.close()
    with sqlite3.connect(a_library.folder.index) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryTooNewError):
        Library(data)


def test_in_a_folder_that_others_may_enter_they_can_read_no_file(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    library = Library(tmp_path / "data")
    readable = {path.name for path in library.folder.root.iterdir() if path.stat().st_mode & 0o077}
    library.close()
    assert readable == {"server.lock"}  # it is empty


def test_others_on_the_computer_cannot_read_the_library(a_library):
    for path in (a_library.folder.root, a_library.folder.index, a_library.folder.scans):
        assert path.stat().st_mode & 0o077 == 0
    assert (a_library.folder.root / "secret.key").stat().st_mode & 0o077 == 0


def test_only_our_own_names_become_paths(a_library):
    for name in ("..", "../../etc", "A" * 32, "f" * 31, ""):
        with pytest.raises(ValueError):
            a_library.folder.scan(name)


def test_a_patient_has_one_pseudonym_in_a_library_and_another_elsewhere():
    assert pseudonym_of("4711", b"key") == pseudonym_of("4711", b"key")
    assert pseudonym_of("4711", b"key") != pseudonym_of("4712", b"key")
    assert pseudonym_of("4711", b"key") != pseudonym_of("4711", b"other")
    assert checked_pseudonym(pseudonym_of("4711", b"key")).startswith("P-")


@pytest.mark.parametrize("text", ["Max Mustermann", "<b>", "x" * 25, "a/b"])
def test_pseudonyms_of_visitors_are_checked(text):
    with pytest.raises(PseudonymError):
        checked_pseudonym(text)
