"""Four users segment at once while a fifth has runs waiting."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from .processes import shares
from .running_server import RunningServer
from .tab import PATIENCE_S, Tab

LOOK_EVERY_S = 0.1
GREEDY_RUNS = 3
FEMUR = {"bones": ["femur"], "side": "both"}

_STATE = """() => [document.querySelector('.v-progress-linear + div')?.innerText ?? '',
    document.querySelector('.pbs-status')?.innerText ?? '']"""
_IN_LINE = "Waiting"
_NO_TURN_YET = ("Starting", _IN_LINE)


@dataclass
class Wish:
    """One run that was asked for.

    Attributes
    ----------
    user
        Who.
    asked, turn, done
        When, in seconds since 1970; 0 for not yet.
    """

    user: str
    asked: float
    turn: float = 0.0
    done: float = 0.0


class Peak:
    """The most memory that a server's processes have together while it is entered, in MB."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.most = 0.0

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self.most = max(self.most, shares(self._server.processes))


class Account:
    """An owner who asks as a program does."""

    def __init__(self, server: RunningServer, owner: str) -> None:
        self._base = server.base
        self._token = server.tokens[owner]

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """Return what the server answers."""
        headers = {"Authorization": f"Bearer {self._token}"}
        request = Request(f"{self._base}{path}", body, headers, method=method)
        with urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def upload(self, content: bytes, number: int) -> str:
        """Store a scan; return its identifier."""
        answer = self.ask("POST", f"/api/uploads/{number:032x}", content)
        return str(answer["scans"][0]["id"])


def four_users(tabs: Mapping[str, Tab], greedy: Account, scan_id: str) -> list[Wish]:
    """Have everybody ask, and wait until all have what they wanted.

    Parameters
    ----------
    tabs
        By user, each with a scan open.
    greedy
        Asks first, for `GREEDY_RUNS` runs at once.
    scan_id
        That one's scan.
    """
    wishes = []
    for _ in range(GREEDY_RUNS):
        greedy.ask("POST", f"/api/scans/{scan_id}/segmentations", json.dumps(FEMUR).encode())
        wishes.append(Wish("greedy", time.time()))
    for user, tab in tabs.items():
        tab.page.get_by_role("button", name="Segment", exact=True).click()
        wishes.append(Wish(user, time.time()))
        _wait_until_in_line(wishes[-1], tab)
    end = time.monotonic() + PATIENCE_S
    while not all(one.done for one in wishes):
        if time.monotonic() > end:
            raise TimeoutError("not all runs came to their end")
        for wish in wishes[GREEDY_RUNS:]:
            _follow(wish, tabs[wish.user])
        _follow_greedy(wishes[:GREEDY_RUNS], greedy, scan_id)
        time.sleep(LOOK_EVERY_S)
    return wishes


def turns(wishes: Iterable[Wish]) -> list[str]:
    """Return whose turn it was, run by run."""
    return [one.user for one in sorted(wishes, key=lambda wish: wish.turn)]


def is_fair(order: Sequence[str], asked: Sequence[str]) -> bool:
    """Tell whether the first turns came in the order of asking, and nobody's second before them.

    Parameters
    ----------
    order
        See `turns`.
    asked
        Users in the order in which they came.
    """
    return list(order[: len(asked)]) == list(asked)


def _wait_until_in_line(wish: Wish, tab: Tab) -> None:
    """Wait until the queue knows of it, so that users come in the order of their clicks."""
    while not _told(tab)[0].startswith(_IN_LINE) and not wish.turn:
        _follow(wish, tab)
        time.sleep(LOOK_EVERY_S)


def _told(tab: Tab) -> tuple[str, str]:
    stage, status = tab.page.evaluate(_STATE)
    return stage.strip(), status.strip()


def _follow(wish: Wish, tab: Tab) -> None:
    stage, status = _told(tab)
    is_done = status.startswith("Done in")
    is_on = bool(stage) and not stage.startswith(_NO_TURN_YET)
    if not wish.turn and (is_on or is_done):
        wish.turn = time.time()
    if not wish.done and is_done:
        wish.done = time.time()


def _follow_greedy(wishes: Sequence[Wish], greedy: Account, scan_id: str) -> None:
    runs = greedy.ask("GET", f"/api/scans/{scan_id}")["segmentations"]
    for wish, run in zip(wishes, runs, strict=True):
        if not wish.turn and run["status"] != "queued":
            wish.turn = time.time()
        if not wish.done and run["status"] not in ("queued", "running"):
            wish.done = time.time()
