"""The child process that segments, as the panel sees it.

A process and not a thread: without thread support, which Slicer starts PythonQt without, a Python
thread and the window share Python's global lock, and the first import of PyTorch alone would hold
it for seconds. And when memory runs out, the system ends the child and not Slicer with the user's
work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import qt

from ...errors import Cancelled, WorkerError
from ...worker.child import child_command
from ...worker.messages import Failed, Finished, Message, read_message
from ...worker.protocol import Frame
from ...worker.request import Request
from ...worker.segmentation import warm_request
from .child_process import ChildProcess

KILL_AFTER_MS = 10_000
"""What a cancelled run gets to stop. One batch of slices takes a second on two CPU cores."""

_WARM_RUN = 0


class WorkerProcess:
    """One child process, started when it is needed; one run at a time.

    All is done in the UI thread, which never waits for the child.

    Parameters
    ----------
    command
        Program and arguments of the child; None for PelvicBoneSegLib.worker.
    stopped
        Called when a cancelled run is over, after who started it, who may no longer listen: others
        may run now.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self._child = ChildProcess(command or child_command(), self._take, self._lose)
        self._stopped = stopped
        self._run = _WARM_RUN
        self._request: Request | None = None
        self._receive: Callable[[Message], None] | None = None
        self._cancelled = False
        self._patience = qt.QTimer()
        self._patience.setSingleShot(True)
        self._patience.connect("timeout()", self.kill)

    @property
    def running(self) -> bool:
        """Whether a run is on, or is still stopping."""
        return self._request is not None

    @property
    def cancelled(self) -> bool:
        """Whether the run was told to stop."""
        return self.running and self._cancelled

    @property
    def log(self) -> str:
        """What the child printed, the last 64 KiB of it."""
        return self._child.log

    @property
    def process_id(self) -> int:
        """The child's number; 0 where there is none."""
        return self._child.id

    def warm_up(self, bundle: str | Path, device: str) -> None:
        """Start the child and have it load a network, so that the next run begins at once.

        Nothing is heard of it: what goes wrong will go wrong in the run as well. During a run
        nothing is done.
        """
        if not self.running:
            self._send_request(_WARM_RUN, warm_request(bundle, device))

    def start(self, request: Request, receive: Callable[[Message], None]) -> None:
        """Start a run.

        Parameters
        ----------
        request
            What to do, such as `worker.segmentation.segment_request`.
        receive
            Called in the UI thread, never before this method is back: with `Progress`,
            `RunningOn` and `Preview` any number of times until `cancel`, and once, at the end, with
            `Finished` or `Failed`. The run is over then, and it may start another.

        Raises
        ------
        RuntimeError
            A run is on.
        WorkerProtocolError
            The request's arrays cannot be sent.
        """
        if self.running:
            raise RuntimeError("a run is on")
        self._send_request(self._run + 1, request)
        self._run += 1
        self._request, self._receive, self._cancelled = request, receive, False

    def cancel(self) -> None:
        """Stop the run. It ends with the batch that it is at, as `Failed` with `Cancelled`.

        So it does where it came to another end just then. A run that does not stop is killed.
        """
        if self.running and not self._cancelled:
            self._cancelled = True
            self._child.send(Frame({"kind": "cancel", "run": self._run}))
            self._patience.start(KILL_AFTER_MS)

    def kill(self) -> None:
        """End the child at once. The next run gets a new one."""
        self._child.kill()

    def shut_down(self) -> None:
        """End the child for good: the module is closed or reloaded. Nothing more is received."""
        self._end_run()
        self._patience.disconnect("timeout()", self.kill)
        self._child.shut_down()

    def _send_request(self, run: int, request: Request) -> None:
        self._child.send(request.frame(run))

    def _take(self, frame: Frame) -> None:
        if self._request is None or frame.header["run"] != self._run:
            return
        try:
            message = read_message(self._request, frame)
        except Exception as error:  # handed over whole: else the run would never end
            message = Failed(error)
        if isinstance(message, (Finished, Failed)):
            self._finish(message)
        elif not self._cancelled and self._receive is not None:
            self._receive(message)

    def _lose(self, error: Exception) -> None:
        if self.running:
            self._finish(Failed(error))

    def _finish(self, message: Finished | Failed) -> None:
        receive, cancelled = self._receive, self._cancelled
        error = message.error if isinstance(message, Failed) else None
        if isinstance(error, WorkerError) and error.details:
            logging.warning("PelvicBoneSeg: the worker said:\n%s", error.details)
        self._end_run()
        if receive is not None:
            receive(Failed(Cancelled()) if cancelled else message)
        if cancelled:
            self._stopped()

    def _end_run(self) -> None:
        self._patience.stop()
        self._request = self._receive = None
