"""``python -m PelvicBoneSegWeb.bench [--write]``: part of `make bench`.

A server as users start it, a real Chromium, the bundle's own network. Server and browser share the
computer.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PelvicBoneSegLab.evaluation.page_block import BENCHMARKS, PageBlock

from .four_users import Account, Peak, four_users
from .peer import a_peer
from .processes import memory_of, shares
from .report import Report
from .running_server import VIEWER, WORKER, RunningServer
from .scan import bench_scan
from .scroll import Scroll, scroll
from .tab import SIZE, Tab, a_browser
from .to_bone import DARKEST, to_bone

BLOCK = PageBlock("browser")
WARM_RUNS = 2
USERS = ("anna", "bert", "carl", "dora")
GREEDY = "greedy"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write if it is wished."""
    parser = argparse.ArgumentParser(description="Speed and memory in a browser.")
    parser.add_argument("--write", action="store_true", help=f"put it into {BENCHMARKS}")
    options = parser.parse_args(arguments)
    # Leave the contexts below as by Ctrl+C: no server stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = Report()
    with tempfile.TemporaryDirectory() as folder, a_browser() as browser:
        scan, name = bench_scan(Path(folder))
        report.say(f"{name}, server and Chromium on {os.cpu_count()} cores")
        one_user(report, browser, Path(folder) / "one", scan)
        many_users(report, browser, Path(folder) / "many", scan)
    if options.write:
        BLOCK.update(BENCHMARKS, "\n".join(["```", *report.lines, "```"]))


def one_user(report: Report, browser: Any, data: Path, scan: Path) -> None:
    """Measure the way to the bone and the slices that pass, for one user."""
    with RunningServer(data, USERS[:1]) as server:
        address = server.addresses[USERS[0]]
        cold = Tab(browser, address)
        ways = {"cold": to_bone(server, cold, scan)}
        cold.close()
        for number in range(WARM_RUNS):
            server.settle(viewers=number + 2)
            tab = Tab(browser, address)
            ways[f"warm {number + 1}"] = to_bone(server, tab, scan)
            if number < WARM_RUNS - 1:
                tab.close()
        report.ways(ways)
        server.settle(viewers=WARM_RUNS + 2)
        scrolls = _scrolls(tab, server.running(VIEWER)[WARM_RUNS])
        tab.close()
    with a_peer(scan) as (address, process):
        tab = Tab(browser, address)
        report.scrolls(scrolls, _scrolls(tab, process))
        report.memory_heading()
        report.memory("trame-slicer’s defaults", memory_of(process))
        tab.close()


def many_users(report: Report, browser: Any, data: Path, scan: Path) -> None:
    """Measure the memory of sessions, then who waits for whom."""
    with RunningServer(data, [*USERS, GREEDY]) as server:
        accounts = {owner: Account(server, owner) for owner in server.tokens}
        content = scan.read_bytes()
        server.settle(viewers=1)
        report.memory("server, just started", memory_of(server.front))
        report.memory("viewer kept ready", memory_of(server.running(VIEWER)[0]))
        scans = {
            owner: account.upload(content, number)
            for number, (owner, account) in enumerate(accounts.items(), start=1)
        }
        tabs = _open_all(report, browser, server, scans)
        with Peak(server) as peak:
            wishes = four_users(tabs, accounts[GREEDY], scans[GREEDY])
        server.settle(viewers=len(tabs))
        report.memory("server, after all runs", memory_of(server.front))
        report.memory("worker, after all runs", memory_of(server.running(WORKER)[0]))
        report.memory("viewer with its bones", memory_of(server.running(VIEWER)[0]))
        report.together("all together, at most", peak.most)
        report.wishes(wishes, [GREEDY, *USERS])
        for tab in tabs.values():
            tab.close()


def _open_all(
    report: Report, browser: Any, server: RunningServer, scans: Mapping[str, str]
) -> dict[str, Tab]:
    """Have each user open a scan, one after the other, and look at it."""
    tabs: dict[str, Tab] = {}
    before = shares([server.front])
    for number, owner in enumerate(USERS, start=1):
        tabs[owner] = tab = Tab(browser, server.addresses[owner])
        tab.page.goto(f"{server.base}/open/{scans[owner]}")
        tab.wait_for(lambda picture: picture.bright > DARKEST)
        server.settle(viewers=number)
        opened = server.running(VIEWER)[:number]
        after = shares([server.front, *opened])
        report.memory(f"viewer {number}, at rest", memory_of(opened[-1]))
        report.together("… more than without it", after - before)
        before = after
    return tabs


def _scrolls(tab: Tab, viewer: int) -> dict[str, Scroll]:
    """Measure the coronal and the axial view, at the left of the four."""
    slices = [one for one in tab.views() if one.x < SIZE["width"] * 0.6]
    views = {
        "coronal, as it was taken": max(slices, key=lambda one: one.y),
        "axial": min(slices, key=lambda one: one.y),
    }
    return {name: scroll(tab, view, viewer) for name, view in views.items()}


if __name__ == "__main__":
    main()
