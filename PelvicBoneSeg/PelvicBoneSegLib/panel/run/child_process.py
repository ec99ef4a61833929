"""Frames to and from a child process, through Qt's event loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import qt

from ...errors import WorkerDiedError, WorkerNotStartedError, WorkerProtocolError
from ...worker.child import LIBRARY, child_environment, how_it_ended, lacked_memory
from ...worker.protocol import Frame, FrameDecoder, encode

WRITE_BYTES = 2**20
"""Handed to Qt at a time: a millisecond of the UI thread."""

LOG_BYTES = 2**16

SHUT_DOWN_MS = 2_000


class ChildProcess:
    """A process that is started when something is sent to it, and again after its end.

    Parameters
    ----------
    command
        Program and arguments.
    take
        Called with each frame that comes.
    lost
        Called with the reason where the process has ended or could not be started; one that says
        what nobody understands, or what no memory is left for, is ended first. Never from within
        `send`.
    """

    def __init__(
        self,
        command: Sequence[str],
        take: Callable[[Frame], None],
        lost: Callable[[Exception], None],
    ) -> None:
        self._command = tuple(command)
        self._take = take
        self._lost = lost
        self._has_started = False
        self._outbox: deque[memoryview] = deque()
        self._unwritten = 0
        self._decoder = FrameDecoder()
        self._refusal: Exception | None = None
        self._log = bytearray()
        # One for all processes, as an object of Qt's must not be deleted in its own signal.
        self._process = qt.QProcess()
        # "python -m" looks for modules in its working folder before all others: not in the user's.
        self._process.setWorkingDirectory(str(LIBRARY))
        self._connections: tuple[tuple[str, Callable[..., None]], ...] = (
            ("started()", self._on_started),
            ("bytesWritten(qint64)", self._on_written),
            ("readyReadStandardOutput()", self._on_output),
            ("readyReadStandardError()", self._on_errors),
            ("finished(int,QProcess::ExitStatus)", self._on_finished),
            ("errorOccurred(QProcess::ProcessError)", self._on_process_error),
        )
        for signal, slot in self._connections:
            self._process.connect(signal, slot)

    @property
    def id(self) -> int:
        """The process's number; 0 where there is none."""
        return self._process.processId()

    @property
    def log(self) -> str:
        """What the process printed, the last 64 KiB of it."""
        return self._log.decode(errors="replace")

    def send(self, frame: Frame) -> None:
        """Send a frame, piece by piece as the process takes it.

        Raises
        ------
        WorkerProtocolError
            The frame's arrays cannot be sent.
        """
        pieces = encode(frame)
        self._start()
        for piece in pieces:
            for start in range(0, len(piece), WRITE_BYTES):
                self._outbox.append(piece[start : start + WRITE_BYTES])
        self._write_next()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def shut_down(self) -> None:
        """End the process for good. Nothing more is heard of it."""
        self._outbox.clear()
        # PythonQt keeps what is connected alive as long as the sender, and the other way round.
        for signal, slot in self._connections:
            self._process.disconnect(signal, slot)
        self._connections = ()
        if not self._is_there():
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(SHUT_DOWN_MS):
            self._process.kill()
            self._process.waitForFinished(SHUT_DOWN_MS)

    def _is_there(self) -> bool:
        return self._process.state() != qt.QProcess.NotRunning

    # --- to the process ------------------------------------------------------------------------

    def _start(self) -> None:
        if self._is_there():
            return
        self._has_started = False
        self._outbox.clear()
        self._unwritten = 0
        self._decoder = FrameDecoder()
        self._refusal = None
        self._log.clear()
        self._process.setEnvironment(child_environment())
        self._process.start(self._command[0], list(self._command[1:]))

    def _write_next(self) -> None:
        if self._outbox and self._has_started and not self._unwritten:
            piece = bytes(self._outbox.popleft())
            self._unwritten = len(piece)
            # Plain bytes could be taken for the overload of a C string, which ends at a zero.
            self._process.write(qt.QByteArray(piece))

    def _on_started(self) -> None:
        self._has_started = True
        self._write_next()

    def _on_written(self, count: int) -> None:
        self._unwritten -= count
        self._write_next()

    # --- from the process ----------------------------------------------------------------------

    def _on_output(self) -> None:
        if self._refusal is not None:
            return
        try:
            frames = self._decoder.feed(self._process.readAllStandardOutput().data())
        except (WorkerProtocolError, MemoryError) as error:
            # Told when it has ended: what is sent before would go to a dying process.
            self._refusal = error
            self.kill()
            return
        for frame in frames:
            self._take(frame)

    def _on_errors(self) -> None:
        self._log += self._process.readAllStandardError().data()
        del self._log[:-LOG_BYTES]

    def _on_finished(self) -> None:
        self._on_errors()
        crashed = self._process.exitStatus() == qt.QProcess.CrashExit
        how = how_it_ended(self._process.exitCode(), crashed)
        death = WorkerDiedError(how, lacked_memory(how, self.log), self.log)
        self._on_output()
        # Who took the last frame may have sent the next request: then another process is there.
        if not self._is_there():
            self._lost(self._refusal or death)

    def _on_process_error(self) -> None:
        # All other errors are followed by `finished`, this one is not.
        if not self._has_started and not self._is_there():
            # Later, as it may come while `send` is still at it.
            qt.QTimer.singleShot(0, self._could_not_start)

    def _could_not_start(self) -> None:
        self._lost(WorkerNotStartedError(self._command[0]))
