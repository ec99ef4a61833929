"""What a viewer hands over, on its way into a real library."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from PelvicBoneSegLib.worker.protocol import Frame
from PelvicBoneSegWeb.app.saves import Saves
from PelvicBoneSegWeb.library.folder import SCAN_FILE, THUMBNAIL_FILE
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.scan import ScanDescription
from PelvicBoneSegWeb.library.security.access import Visitor

ANNA = Visitor("anna", "1")


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "data")
    yield library
    library.close()


@pytest.fixture
def scan(library):
    folder = library.folder.new_ticket()
    (folder / SCAN_FILE).write_bytes(b"voxels")
    (folder / THUMBNAIL_FILE).write_bytes(b"picture")
    described = ScanDescription("P", "T1", "MR", "coronal", (4, 4, 4), (1.0, 1.0, 1.0), 6)
    return library.add("anna", [(folder, described)])[0]


def a_frame(content=b"NRRD0004"):
    arrays = {"content": np.frombuffer(content, np.uint8), "attributes": np.zeros(2, np.uint8)}
    segments = [{"name": "Left femur", "ml": 50.25}]
    return Frame({"kind": "save", "bones": ["femur"], "segments": segments}, arrays)


def answers(library, scan, *frames, meanwhile=lambda: None, shown=None):
    """Hand frames over at once, end, and return what the viewer was told."""
    told = []

    async def go():
        saves = Saves(library, ANNA, scan.id, None, told.append, (shown or []).append)
        for frame in frames:
            saves.take(frame)
        meanwhile()
        await saves.close()

    asyncio.run(go())
    return told


def test_the_last_of_several_is_what_is_kept(library, scan):
    shown = [None]
    frames = a_frame(b"first"), a_frame(b"second"), a_frame(b"third")
    assert answers(library, scan, *frames, shown=shown) == [{"kind": "saved"}] * 3
    (kept,) = library.index.scan("anna", scan.id).segmentations
    assert shown[-1] == kept.id
    assert library.segmentation_file("anna", kept.id).read_bytes() == b"third"
    assert kept.user == ANNA.user
    segment = {"name": "Left femur", "ml": 50.25, "confidence": None, "touches_border": None}
    assert kept.summary == {"segments": [segment], "warnings": []}


def test_what_was_saved_is_taken_back(library, scan):
    shown = [None]
    nothing = Frame({"kind": "take_back"}, {})
    told = answers(library, scan, a_frame(), nothing, nothing, a_frame(), nothing, shown=shown)
    assert told == [{"kind": "saved"}] * 5
    assert library.index.scan("anna", scan.id).segmentations == ()
    assert list((library.folder.scan(scan.id) / "segmentations").iterdir()) == []
    assert [one is None for one in shown] == [True, False, True, True, False, True]


def test_a_frame_without_its_files_takes_nothing_back(library, scan):
    told = answers(library, scan, a_frame(), Frame({"kind": "save"}, {}))
    assert [one["kind"] for one in told] == ["saved", "not_saved"]
    assert len(library.index.scan("anna", scan.id).segmentations) == 1


def test_a_scan_that_is_gone_is_told_and_leaves_nothing(library, scan):
    library.delete("anna", scan.id)
    (told,) = answers(library, scan, a_frame())
    assert told["kind"] == "not_saved" and "no such scan" in told["message"]
    assert list(library.folder.incoming.iterdir()) == []


def test_a_fault_of_the_disk_is_told_with_a_next_step(library, scan, monkeypatch):
    def fail(*arguments):
        raise OSError("the disk is broken")

    monkeypatch.setattr(library, "keep_edited", fail)
    (told,) = answers(library, scan, a_frame())
    assert told["kind"] == "not_saved"
    assert "the disk is broken" in told["message"] and "Save again" in told["message"]
    assert list(library.folder.incoming.iterdir()) == []


def test_after_a_fault_the_next_is_saved(library, scan, monkeypatch):
    monkeypatch.setattr("PelvicBoneSegWeb.app.saves.MAX_FILE_BYTES", 8)
    told = answers(library, scan, a_frame(b"too large!"), a_frame(b"small"))
    assert [one["kind"] for one in told] == ["not_saved", "saved"]
