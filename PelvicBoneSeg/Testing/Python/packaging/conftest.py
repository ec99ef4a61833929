from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def project(repository) -> dict:
    """Return the [project] table of pyproject.toml."""
    return tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="session")
def extension_cmake(repository) -> str:
    return (repository / "CMakeLists.txt").read_text("utf-8")
