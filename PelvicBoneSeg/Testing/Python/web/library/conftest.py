"""A library in a temporary folder."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.library.folder import SCAN_FILE, THUMBNAIL_FILE
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.scan import ScanDescription

COLUMNS = {
    "patient": "",
    "series": "T1 coronal",
    "modality": "MR",
    "plane": "coronal",
    "size": (16, 12, 5),
    "spacing": (4.0, 4.0, 9.0),
    "bytes": 1000,
}


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def a_library(data):
    library = Library(data)
    yield library
    library.close()


@pytest.fixture
def add(a_library):
    """Store a made-up scan; `columns` replace what is said of it."""

    def add(owner="anna", pseudonym="", **columns):
        folder = a_library.folder.new_ticket()
        (folder / SCAN_FILE).write_bytes(b"voxels")
        (folder / THUMBNAIL_FILE).write_bytes(b"picture")
        described = ScanDescription(**{**COLUMNS, **columns})
        return a_library.add(owner, [(folder, described)], pseudonym)[0]

    return add
