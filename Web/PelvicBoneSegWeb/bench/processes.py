"""What processes use of processor and memory, as Linux tells it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES, _START = 1, slice(11, 15), 19
"""Places in /proc/PID/stat after the name: see proc(5)."""


@dataclass(frozen=True)
class Memory:
    """Of one process, in MB.

    Attributes
    ----------
    resident
        All that it has in memory.
    private
        What no other process has: what would be free without it.
    share
        Private memory, and its part of what several processes have in common (PSS). These add up.
    """

    resident: float
    private: float
    share: float


def memory_of(process: int) -> Memory:
    """Return the memory of a process.

    Raises
    ------
    OSError
        It has ended.
    """
    kilobytes = {}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
        name, amount, _ = line.split()
        kilobytes[name.rstrip(":")] = int(amount)
    private = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return Memory(kilobytes["Rss"] / 1024, private / 1024, kilobytes["Pss"] / 1024)


def shares(processes: Iterable[int]) -> float:
    """Return what processes have together, in MB. Those that have ended have nothing."""
    total = 0.0
    for one in processes:
        with suppress(OSError):
            total += memory_of(one).share
    return total


def descendants(process: int) -> list[int]:
    """Return a process and all below it that still run, oldest first."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                stats[int(folder.name)] = _stat(int(folder.name))
    found = [process]
    for one in found:
        found += [child for child, stat in stats.items() if int(stat[_PARENT]) == one]
    return sorted((one for one in found if one in stats), key=lambda one: int(stats[one][_START]))


def command_of(process: int) -> list[str]:
    """Return program and arguments; none where it has ended."""
    try:
        text = Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return []
    return text.split("\0")[:-1]


def processor_seconds(processes: Iterable[int]) -> float:
    """Return user and system time of processes and of those of their children that have ended."""
    ticks = 0
    for one in processes:
        with suppress(OSError):
            ticks += sum(map(int, _stat(one)[_TIMES]))
    return ticks / _TICKS_A_SECOND


def _stat(process: int) -> list[str]:
    # The name, in brackets, may hold blanks and brackets.
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
