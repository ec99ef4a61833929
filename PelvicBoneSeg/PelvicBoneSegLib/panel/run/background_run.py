"""Work in a thread of its own, heard of through a queue.

A Python thread and not a QThread: CTK starts PythonQt without thread support, so that PythonQt
would call a QThread's `run` without holding Python's global lock. Slicer itself uses a Python
thread, a queue and a timer (`slicer.util.launchConsoleProcess`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Protocol

from ...worker.messages import Failed, Finished, Message, Progress

POLL_INTERVAL_MS = 5
POLL_WAIT_S = 0.03
"""Together some thirty looks a second, nearly all of the time between them left to the work."""

SHUT_DOWN_WAIT_S = 10.0

Work = Callable[[Callable[[float, str], None], Callable[[], bool]], Any]
"""Called with `progress(fraction, stage)` and `cancel()`; returns the result."""


class Timer(Protocol):
    """A `qt.QTimer` at whose timeout messages are received."""

    def start(self, milliseconds: int) -> None:  # noqa: D102
        ...

    def stop(self) -> None:  # noqa: D102
        ...


class BackgroundRun:
    """One piece of work, started at once. The last message is `Finished` or `Failed`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._messages: Queue[Message] = Queue()
        self._cancelled = Event()
        # A daemon, so that a last batch does not keep Slicer from exiting.
        self._thread = Thread(target=self._do, name="PelvicBoneSeg", daemon=True)
        self._thread.start()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop. It ends with the batch that it is at."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the thread. Return whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def receive(self, seconds: float) -> list[Message]:
        """Return the messages since the last call, waiting for the first.

        The wait is what lets the work go on: without thread support, PythonQt keeps Python's global
        lock while Qt's event loop runs, and other Python threads run only while Python code of the
        main thread waits.
        """
        messages: list[Message] = []
        with suppress(Empty):
            messages.append(self._messages.get(timeout=seconds))
            while True:
                messages.append(self._messages.get_nowait())
        if messages and not isinstance(messages[-1], Progress):
            # Kept until now: were the thread the last to let go of the work, nodes that have left
            # the scene would be deleted in it.
            self._thread.join()
            del self._work
        return messages

    def _do(self) -> None:
        try:
            result = self._work(
                lambda fraction, stage: self._messages.put(Progress(fraction, stage)),
                self._cancelled.is_set,
            )
        except Exception as error:  # handed over whole: the main thread shows and logs it
            self._messages.put(Failed(error))
        else:
            self._messages.put(Finished(result))
