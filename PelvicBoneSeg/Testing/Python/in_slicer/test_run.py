"""The entry that Slicer starts: what it asks of pytest, and what it makes of the answer."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import slicer.util

SCRIPT = Path(__file__).with_name("run.py")


@pytest.fixture
def start(monkeypatch):
    """Starts the script as Slicer does; returns pytest's arguments and Slicer's exit code."""

    def start(*arguments, code=0):
        asked, left = [], []
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments])
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.setattr(pytest, "main", lambda options: asked.extend(options) or code)
        monkeypatch.setattr(slicer.util, "exit", left.append)
        runpy.run_path(str(SCRIPT), run_name="__main__")
        return asked, *left

    return start


def test_all_tests_that_run_in_slicer_are_asked_for(start):
    asked, code = start()
    assert code == 0
    assert [Path(one).name for one in asked[-2:]] == ["panel", "scene"]
    assert all(Path(one).is_dir() for one in asked[-2:])
    assert Path(asked[asked.index("--rootdir") + 1]) == SCRIPT.parents[1]


def test_options_and_paths_are_passed_on(start):
    chosen = str(SCRIPT.parents[1] / "scene" / "test_view.py")
    asked, _ = start("-x", "-k", "undo", chosen)
    assert asked[-4:] == ["-x", "-k", "undo", chosen]


@pytest.mark.parametrize("code", [1, 2, 5])
def test_slicer_exits_with_pytests_code(start, code):
    assert start(code=code)[1] == code


def test_pytest_is_installed_only_when_asked_for(start, monkeypatch):
    installed = []
    monkeypatch.setattr(slicer.util, "pip_install", installed.append)
    start()
    assert installed == []
    asked, _ = start("--install-pytest", "-x")
    assert installed == ["pytest>=8"] and "--install-pytest" not in asked


def test_without_pytest_it_says_what_to_do(start, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pytest", None)
    assert start() == ([], 1)
    assert "--install-pytest" in capsys.readouterr().err


def test_tests_run_through_the_entry_as_in_slicer():
    tests = SCRIPT.parents[1]
    chosen = ["panel/test_reload.py", "panel/test_stand_in.py", "scene/test_view.py"]
    done = subprocess.run(
        [
            sys.executable,
            str(SCRIPT.with_name("pretend_slicer.py")),
            "-q",
            "-rs",
            *(str(tests / one) for one in chosen),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed, 1 skipped" in done.stdout
    assert "looks into the stand-in" in done.stdout
