"""The child's own side: pipes to the parent that nothing else writes to, and its place in line."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_STDIN, _STDOUT, _STDERR = 0, 1, 2

_NICE = 5
"""Enough for a window that wants to draw to be served before the network; alone on the computer it
changes nothing."""

_FIRST_TO_GO = "1000"
"""Highest value of oom_score_adj (proc(5)): Linux ends this process before any other."""


def take_pipes() -> tuple[int, int]:
    """Keep standard input and output for messages.

    What libraries print, also past Python, goes to standard error from now on, and standard input
    is empty for them. On Windows it must not stay the pipe either: while one thread reads from it,
    the start-up code of a library that asks for its type would wait.

    Returns
    -------
    File descriptors to read from and to write to. Processes that are started do not inherit them.
    """
    pipes = os.dup(_STDIN), os.dup(_STDOUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    os.dup2(_STDERR, _STDOUT)
    return pipes


def write_all(descriptor: int, pieces: list[memoryview]) -> None:
    """Write everything, however little the pipe takes at a time."""
    for piece in pieces:
        while piece:
            piece = piece[os.write(descriptor, piece[: 2**20]) :]


def give_way() -> None:
    """Let the window come first, for the processor and when memory runs out.

    Linux ends this process then, and not the one with the user's work. Windows has neither.
    """
    # PyTorch reads it when it is loaded. Else its threads spin while they wait for each other, and
    # take the processor from whoever wants it as well, also from each other.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if hasattr(os, "nice"):
        os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
