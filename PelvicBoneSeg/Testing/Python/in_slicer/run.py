"""Runs the panel's and the scene's tests inside a real Slicer; the exit code is pytest's.

``Slicer --testing --python-script …/in_slicer/run.py [pytest's options]``: see
docs/testing-in-slicer.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import slicer.util

TESTS = Path(__file__).resolve().parents[1]
REPOSITORY = TESTS.parents[2]
IMPORTED_FROM = (REPOSITORY / "PelvicBoneSeg", TESTS)
"""As `pythonpath` in pyproject.toml, but for the lab, which needs packages that Slicer has not."""

INSTALL = "--install-pytest"

NO_PYTEST = (
    "pytest is not installed in this Slicer. Start again with --install-pytest, or install it in "
    "Slicer's Python console: slicer.util.pip_install('pytest')"
)


def pytest_arguments(given: Sequence[str]) -> list[str]:
    """Return pytest's options: those given, and all tests that run in Slicer if they name none."""
    named = [one for one in given if not one.startswith("-") and Path(one).exists()]
    chosen = [] if named else [str(TESTS / "panel"), str(TESTS / "scene")]
    # Slicer has no PySide, which pytest-qt asks for at its start. And pytest names a test's module
    # by the folders from the root on: from the repository's, it would put a module of its own in
    # place of Slicer's PelvicBoneSeg.
    return ["-p", "no:pytest-qt", "--rootdir", str(TESTS), *given, *chosen]


def run(given: Sequence[str]) -> int:
    """Run the tests and return pytest's exit code; 1 where pytest is missing."""
    options = [one for one in given if one != INSTALL]
    if INSTALL in given:
        slicer.util.pip_install("pytest>=8")
    try:
        import pytest
    except ModuleNotFoundError:
        print(NO_PYTEST, file=sys.stderr)
        return 1
    sys.path[:0] = [str(path) for path in IMPORTED_FROM if str(path) not in sys.path]
    return int(pytest.main(pytest_arguments(options)))


if __name__ == "__main__":
    # Slicer would exit by itself, with a code that tells only of exceptions.
    slicer.util.exit(run(sys.argv[1:]))
