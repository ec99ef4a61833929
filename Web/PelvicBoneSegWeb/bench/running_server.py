"""``pelvicboneseg serve`` as users start it, on a library of its own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..library.intake.process import TOKEN_VARIABLE, environment
from .processes import command_of, descendants, processor_seconds

VIEWER, WORKER = "PelvicBoneSegWeb.viewer", "PelvicBoneSegLib.worker"
"""Modules that its processes run."""

_STOP_S = 60.0
_CALM_S, _CALM_SHARE = 1.0, 0.04
_PATIENCE_S = 60.0


class RunningServer:
    """A server, from entering the context to leaving it.

    Parameters
    ----------
    data
        Folder of the library; made if need be.
    owners
        Names of those who have an account.

    Attributes
    ----------
    tokens, addresses
        By owner; an address brings the token.
    """

    def __init__(self, data: Path, owners: Sequence[str]) -> None:
        self._data = data
        self.tokens = {one: secrets.token_urlsafe(24) for one in owners}
        self.addresses: dict[str, str] = {}

    def __enter__(self) -> RunningServer:
        given = " ".join(f"{owner}={token}" for owner, token in self.tokens.items())
        self._process = subprocess.Popen(
            [sys.executable, "-m", "PelvicBoneSegLib.cli", "serve", "--data", str(self._data)],
            env={**environment(), TOKEN_VARIABLE: given},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the drawing library warns on each start
            text=True,
        )
        assert self._process.stdout is not None
        for owner in self.tokens:
            self.addresses[owner] = self._process.stdout.readline().strip()
        if not all(self.addresses.values()):
            self._process.wait()
            raise SystemExit("The server did not start. Try `pelvicboneseg serve`.")
        return self

    def __exit__(self, *_: object) -> None:
        started = self.processes
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            for one in started:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            self._process.wait()

    @property
    def base(self) -> str:
        """What all addresses begin with."""
        return next(iter(self.addresses.values())).partition("/?")[0]

    @property
    def front(self) -> int:
        """The number of the process that all pages come from."""
        return self._process.pid

    @property
    def processes(self) -> list[int]:
        """The numbers of all that run for it."""
        return descendants(self.front)

    def running(self, module: str) -> list[int]:
        """Return the numbers of its processes that run a module, oldest first."""
        return [one for one in self.processes if module in command_of(one)]

    def settle(self, viewers: int) -> None:
        """Wait until as many viewers are there, and nothing computes any more.

        Raises
        ------
        TimeoutError
            It did not come to rest.
        """
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            are_there = len(self.running(VIEWER)) >= viewers
            before = processor_seconds(self.processes)
            time.sleep(_CALM_S)
            used = processor_seconds(self.processes) - before
            if are_there and used < _CALM_S * _CALM_SHARE:
                return
        raise TimeoutError("the server did not come to rest")
