"""What the bench reads of real processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

from PelvicBoneSegWeb.bench.processes import (  # noqa: E402
    command_of,
    descendants,
    memory_of,
    processor_seconds,
    shares,
)

HOLDER = """
import sys, time
held = bytearray(b"1" * {size})
end = time.process_time() + {seconds}
while time.process_time() < end:
    pass
print("ready", flush=True)
sys.stdin.read()
"""
MEGABYTE = 2**20


@pytest.fixture
def a_process():
    """Start a program that holds memory, after it has computed for a while."""
    started = []

    def start(size=0, seconds=0.0):
        code = HOLDER.format(size=size, seconds=seconds)
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process.pid

    yield start
    for process in started:
        process.communicate()


def test_memory_that_is_held_is_a_processs_own(a_process):
    small, large = memory_of(a_process()), memory_of(a_process(100 * MEGABYTE))
    assert large.private - small.private == pytest.approx(100, abs=5)
    assert large.resident > large.share >= large.private


def test_what_has_ended_has_no_memory(a_process):
    alive = a_process(50 * MEGABYTE)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert shares([alive, ended.pid]) > 50
    with pytest.raises(OSError):
        memory_of(ended.pid)


def test_computing_is_counted(a_process):
    # User and system time are each counted in whole ticks.
    unseen = 2 / os.sysconf("SC_CLK_TCK")
    assert processor_seconds([a_process(seconds=0.3)]) >= 0.3 - unseen


def test_children_are_found_oldest_first(a_process):
    first, second = a_process(), a_process()
    found = descendants(os.getpid())
    assert found[0] == os.getpid()
    assert [one for one in found if one in (first, second)] == [first, second]
    assert command_of(first)[1] == "-c"
