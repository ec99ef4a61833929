"""How the child process is called, and what its end means."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2]
"""The folder that holds PelvicBoneSegLib."""

_MEMORY_WORDS = ("MemoryError", "std::bad_alloc", "out of memory", "not enough memory")

_LAUNCHER_ON_CRASH = "exit abnormally"
"""What ctkAppLauncher::applicationFinished prints; the signal itself is lost with it."""


def child_command() -> list[str]:
    """Return program and arguments of the child."""
    return [_python(), "-m", "PelvicBoneSegLib.worker"]


def child_environment() -> list[str]:
    """Return our own environment, in which the library is found, as ``NAME=value``."""
    paths = [str(LIBRARY), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return [f"{name}={value}" for name, value in environment.items()]


def how_it_ended(exit_code: int, crashed: bool) -> str:
    """Name a signal, which is the exit code of a crashed process on Unix, or give the exit code."""
    if crashed:
        try:
            return signal.Signals(exit_code).name
        except ValueError:
            pass  # Windows has codes of its own.
    return f"exit code {exit_code}"


def lacked_memory(how: str, log: str) -> bool:
    """Say whether want of memory is the likely cause.

    Linux ends such a process by SIGKILL, which leaves no trace of Python's fault handler as other
    crashes do.
    """
    killed = how == "SIGKILL" or (_LAUNCHER_ON_CRASH in log and "Fatal Python error" not in log)
    return killed or any(word in log for word in _MEMORY_WORDS)


def _python() -> str:
    """Find Slicer's Python, or anywhere else the one that runs.

    PythonSlicer, which is on Slicer's own path (`slicer.util._executePythonModule` finds it so), is
    a launcher: it prepares the environment and starts python-real beside it (Slicer's
    SuperBuild/External_python.cmake). Where Slicer itself runs in that environment already, the
    launcher is left out, as our pipes and a signal at its end are to be the child's own.
    """
    launcher = shutil.which("PythonSlicer")
    if launcher is None:
        return sys.executable
    interpreter = Path(launcher).with_name("python-real").with_suffix(Path(launcher).suffix)
    if interpreter.exists() and "PYTHONHOME" in os.environ:
        return str(interpreter)
    return launcher
