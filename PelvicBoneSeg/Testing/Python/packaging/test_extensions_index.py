"""The Extensions Index entry against the rules that the index publishes.

The fields are those of Slicer's catalog entry schema, version 1.0.2 (Schemas/ of the repository
Slicer/Slicer, under the 3D Slicer licence); the further rules are those of
scripts/check_description_files.py of the repository Slicer/ExtensionsIndex. Both are restated.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft7Validator

SCHEMA_URL = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/"
    "slicer-extension-catalog-entry-schema-v1.0.2.json"
)
ENTRY_RULES = {
    "type": "object",
    "required": ["$schema", "category", "scm_url"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "category": {"type": "string"},
        "scm_url": {"type": "string"},
        "scm_revision": {"type": "string"},
        "scm_type": {"enum": ["git", "local"]},
        "build_dependencies": {"type": "array", "items": {"type": "string"}},
        "dicom_support_rule": {"type": "string"},
        "build_subdirectory": {"type": "string"},
        "enabled": {"type": "boolean"},
        "tier": {"type": "integer", "minimum": 1, "maximum": 5},
    },
}
META_FIELDS = ["CONTRIBUTORS", "DEPENDS", "DESCRIPTION", "HOMEPAGE", "ICONURL", "SCREENSHOTURLS"]


@pytest.fixture(scope="module")
def entry(repository) -> dict:
    return json.loads((repository / "packaging" / "PelvicBoneSeg.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def meta(extension_cmake) -> dict[str, str]:
    """Return the EXTENSION_* fields of the top CMakeLists.txt, each as the index reads it."""
    return dict(re.findall(r'^set\(EXTENSION_(\w+) "([^"]+)"\)', extension_cmake, re.MULTILINE))


def errors_of(entry: dict) -> list[str]:
    return [error.message for error in Draft7Validator(ENTRY_RULES).iter_errors(entry)]


def test_entry_follows_the_schema_it_names(entry):
    assert errors_of(entry) == []
    assert entry["$schema"].split("#")[0] == SCHEMA_URL


@pytest.mark.parametrize(
    "change",
    [{"tier": 6}, {"tier": True}, {"enabled": "1"}, {"scm_type": "svn"}, {"homepage": "x"}],
)
def test_rules_refuse_a_wrong_entry(entry, change):
    assert len(errors_of({**entry, **change})) == 1


def test_entry_follows_the_further_rules_of_the_index(entry, repository, extension_cmake):
    assert entry["category"] == "Segmentation"  # one of the categories that the index accepts
    url = urlsplit(entry["scm_url"])
    assert url.scheme in {"git", "https"}
    assert "slicer" in url.path.rsplit("/", 1)[-1].lower()
    assert re.findall(r"project\s*\(\s*([^\s)]+)", extension_cmake) == ["PelvicBoneSeg"]
    assert "Apache License" in (repository / "LICENSE").read_text("utf-8")


def test_entry_and_cmake_say_the_same(entry, meta):
    assert sorted(meta) == META_FIELDS
    assert meta["HOMEPAGE"] == entry["scm_url"]
    assert meta["DEPENDS"].split() == entry["build_dependencies"] == ["PyTorch"]


@pytest.mark.parametrize("field", ["ICONURL", "SCREENSHOTURLS"])
def test_pictures_in_the_catalogue_are_files_of_this_repository(repository, entry, meta, field):
    raw = entry["scm_url"].replace("https://github.com/", "https://raw.githubusercontent.com/")
    for url in meta[field].split():
        assert url.startswith(f"{raw}/{entry['scm_revision']}/")
        assert (repository / url.removeprefix(f"{raw}/{entry['scm_revision']}/")).is_file(), url
