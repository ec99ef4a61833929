"""The child gives way to whoever else wants the processor."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs GNU's OpenMP")

LOAD = """
from PelvicBoneSegLib.worker import server
server.give_way()
import torch
"""


def spin_count(**environment):
    """Return how often a thread of PyTorch looks for work before it sleeps, as OpenMP says."""
    kept = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    paths = os.pathsep.join(path for path in sys.path if path)
    child = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**kept, "PYTHONPATH": paths, "OMP_DISPLAY_ENV": "verbose", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.search(r"GOMP_SPINCOUNT = '(\d+)'", child.stderr)[1])


def test_threads_that_wait_for_each_other_sleep():
    assert spin_count() == 0


def test_who_starts_it_may_wish_otherwise():
    assert spin_count(OMP_WAIT_POLICY="ACTIVE") > 0
