"""A real server for the bench, which leaves nothing behind."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("trame_slicer", reason="needs the extra web")

from PelvicBoneSegWeb.bench.four_users import Account
from PelvicBoneSegWeb.bench.running_server import VIEWER, RunningServer


def runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_serves_each_owner_and_ends_with_all_its_processes(tmp_path):
    with pytest.raises(KeyError, match="a fault"), RunningServer(tmp_path, ["anna"]) as server:
        assert Account(server, "anna").ask("GET", "/api/session")["owner"] == "anna"
        server.settle(viewers=1)
        started = server.processes
        assert server.running(VIEWER)[0] in started and server.front in started
        raise KeyError("a fault")
    assert not any(map(runs, started))
