"""Segmentations that are saved from a viewer: stored, replaced, opened; and servers killed then."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from PelvicBoneSegWeb.library import index
from PelvicBoneSegWeb.library.errors import LibraryFullError, ScanNotFoundError
from PelvicBoneSegWeb.library.folder import ATTRIBUTES_FILE, SEGMENTATION_FILE
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.limits import Limits
from PelvicBoneSegWeb.library.status import DONE

SUMMARY = {"segments": [{"name": "Left femur", "ml": 50.0}], "warnings": []}


@pytest.fixture
def keep(a_library):
    """Save a segmentation of a scan."""

    def keep(scan, content=b"labels", replaced=None, owner="anna"):
        folder = a_library.folder.new_ticket()
        (folder / SEGMENTATION_FILE).write_bytes(content)
        (folder / ATTRIBUTES_FILE).write_bytes(b"{}")
        return a_library.keep_edited(owner, scan.id, "anna/1", folder, ["femur"], SUMMARY, replaced)

    return keep


@pytest.fixture
def finish(a_library):
    """Store an automatic result of a scan."""

    def finish(scan):
        one = a_library.request_segmentation("anna", scan.id, "a", ["femur"], "both", "default")
        folder = a_library.folder.new_ticket()
        (folder / SEGMENTATION_FILE).write_bytes(b"automatic")
        a_library.finish(one, folder, SUMMARY)
        return one

    return finish


def stored(library, scan):
    """Return the identifiers of a scan's segmentations, and check them against the folders."""
    ids = [one.id for one in library.index.scan("anna", scan.id).segmentations]
    folder = library.folder.scan(scan.id) / "segmentations"
    assert {path.name for path in folder.iterdir()} == set(ids)
    return ids


def test_a_saved_segmentation_is_done_and_marked(a_library, add, keep):
    scan = add()
    saved = keep(scan)
    (found,) = a_library.index.scan("anna", scan.id).segmentations
    assert found == saved
    assert (found.status, found.is_edited, found.bones) == (DONE, True, ("femur",))
    assert found.to_json()["edited"] and found.summary == SUMMARY
    assert a_library.segmentation_file("anna", saved.id).read_bytes() == b"labels"
    assert list(a_library.folder.incoming.iterdir()) == []


def test_it_goes_where_its_run_was_undone_and_no_other(a_library, add, keep, finish):
    scan = add()
    automatic, first = finish(scan), keep(scan)
    a_library.drop_edited("anna", scan.id, automatic.id)
    a_library.drop_edited("bert", scan.id, first.id)
    assert stored(a_library, scan) == [automatic.id, first.id]
    for _ in range(2):
        a_library.drop_edited("anna", scan.id, first.id)
        assert stored(a_library, scan) == [automatic.id]


def test_it_replaces_the_one_before_and_no_automatic_one(a_library, add, keep, finish):
    scan = add()
    automatic = finish(scan)
    first = keep(scan, b"first")
    second = keep(scan, b"second", replaced=first.id)
    assert stored(a_library, scan) == [automatic.id, second.id]
    assert a_library.segmentation_file("anna", automatic.id).read_bytes() == b"automatic"
    third = keep(scan, b"third", replaced=automatic.id)
    assert stored(a_library, scan) == [automatic.id, second.id, third.id]


def test_what_another_browser_saved_meanwhile_stays(a_library, add, keep):
    scan = add()
    opened = keep(scan)
    mine = keep(scan, replaced=opened.id)
    theirs = keep(scan, replaced=opened.id)
    assert stored(a_library, scan) == [mine.id, theirs.id]


def test_another_scans_segmentation_is_not_replaced(a_library, add, keep):
    scan, other = add(), add()
    theirs = keep(other)
    keep(scan, replaced=theirs.id)
    assert stored(a_library, other) == [theirs.id]


def test_there_are_never_many(a_library, add, keep, finish):
    scan = add()
    automatic = finish(scan)
    saved = [keep(scan).id for _ in range(index.MOST_EDITED + 3)]
    assert stored(a_library, scan) == [automatic.id, *saved[3:]]


def test_nobody_saves_into_the_scans_of_others(a_library, add, keep):
    scan = add(owner="anna")
    with pytest.raises(ScanNotFoundError):
        keep(scan, owner="bert")
    a_library.delete("anna", scan.id)
    with pytest.raises(ScanNotFoundError):
        keep(scan)
    assert list(a_library.folder.scans.iterdir()) == []


def test_room_is_checked(a_library, add, keep):
    scan = add()
    a_library.limits = replace(Limits(), library_bytes=1005)
    with pytest.raises(LibraryFullError):
        keep(scan)
    assert a_library.index.scan("anna", scan.id).segmentations == ()


def test_an_index_of_the_first_version_is_brought_up_to_date(data, a_library, add, finish):
    scan = add()
    automatic = finish(scan)
    a_library.close()
    with sqlite3.connect(a_library.folder.index) as database:
        database.execute("ALTER TABLE segmentations DROP COLUMN is_edited")
        database.execute("PRAGMA user_version = 1")
    for _ in range(2):
        library = Library(data)
        (found,) = library.index.scan("anna", scan.id).segmentations
        assert (found.id, found.is_edited) == (automatic.id, False)
        library.close()


KILLED_AT = """
import os, signal, sys
from pathlib import Path
import PelvicBoneSegWeb.library.library as module

where, data, scan, known = sys.argv[1:]
library = module.Library(Path(data))
folder = library.folder.new_ticket()
(folder / module.SEGMENTATION_FILE).write_bytes(b"new")

def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

if where == "moving":
    module.move_for_good = die
elif where == "entering":
    library.index.add_edited = die
elif where == "committing":
    from sqlalchemy.orm import Session
    Session.commit = die
elif where == "removing":
    module.remove = die
library.keep_edited("anna", scan, "anna/1", folder, ["femur"], {"segments": []}, known)
"""


@pytest.mark.parametrize(
    ("where", "left"),
    [("entering", b"old"), ("moving", b"old"), ("committing", b"old"), ("removing", b"new")],
)
def test_a_server_killed_while_saving_leaves_one_or_the_other(
    data, a_library, add, keep, where, left
):
    scan = add()
    known = keep(scan, b"old")
    a_library.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KILLED_AT, where, data, scan.id, known.id]
    assert subprocess.run(command, env=environment).returncode == -signal.SIGKILL
    library = Library(data)
    (found,) = stored(library, scan)
    assert library.segmentation_file("anna", found).read_bytes() == left
    assert list(library.folder.incoming.iterdir()) == []
    library.close()
    with sqlite3.connect(library.folder.index) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
