"""The child process that segments, as an asyncio server sees it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from PelvicBoneSegLib.errors import WorkerDiedError, WorkerNotStartedError, WorkerProtocolError
from PelvicBoneSegLib.worker.child import child_command, how_it_ended, lacked_memory
from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.request import Request

from ..intake.process import environment

Receive = Callable[[Frame], None]

KILL_AFTER_S = 10.0
"""What a cancelled run gets to stop. One batch of slices takes a second on two CPU cores."""

_READ_BYTES = 2**20
_LOG_LINES = 200
_ENDS = ("finished", "failed")


class WorkerChild:
    """One process, started when it is needed and again after its end; one run at a time.

    Parameters
    ----------
    command
        Program and arguments; None for PelvicBoneSegLib.worker.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = tuple(command or child_command())
        self._process: asyncio.subprocess.Process | None = None
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._logging: asyncio.Task[None] | None = None
        self._decoder = FrameDecoder()
        self._run = 0

    @property
    def process_id(self) -> int | None:
        """The process's number; None where there is none."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process else None

    async def run(self, request: Request, receive: Receive, cancelled: asyncio.Event) -> Frame:
        """Have one request worked on.

        Parameters
        ----------
        receive
            Called with what the process tells meanwhile.
        cancelled
            Ends the run when it is set: by asking, and after `KILL_AFTER_S` by force.

        Returns
        -------
        The frame that ends the run, ``finished`` or ``failed``.

        Raises
        ------
        WorkerError
            The process could not be started, died, or says what nobody understands.
        """
        process = await self._started()
        self._run += 1
        stopping = asyncio.create_task(self._stop_when(cancelled, process, self._run))
        reading = asyncio.create_task(self._read(process, receive))
        try:
            with suppress(ConnectionError):  # it died: reading says how
                await _send(process, request.frame(self._run))
            return await reading
        except BaseException:
            # Whatever it is at, nobody would read its answer. The next run gets a new process.
            await self.close()
            raise
        finally:
            for task in (stopping, reading):
                task.cancel()

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        if self._logging is not None:
            await self._logging
            self._logging = None

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.close()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env=environment(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                # Ctrl+C is for the server: a run that is on stays in line for the next one.
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerNotStartedError(self._command[0]) from error
        self._log.clear()
        self._decoder = FrameDecoder()
        self._logging = asyncio.create_task(self._keep_log(process))
        self._process = process
        return process

    async def _keep_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while piece := await process.stderr.read(_READ_BYTES):
            self._log.extend(piece.decode(errors="replace").splitlines())

    async def _read(self, process: asyncio.subprocess.Process, receive: Receive) -> Frame:
        assert process.stdout is not None
        while piece := await process.stdout.read(_READ_BYTES):
            try:
                frames = self._decoder.feed(piece)
            except MemoryError as error:
                raise WorkerProtocolError("a message larger than the memory") from error
            for frame in frames:
                if frame.header["run"] != self._run:
                    continue
                if frame.header["kind"] in _ENDS:
                    return frame
                receive(frame)
        raise await self._death(process)

    async def _death(self, process: asyncio.subprocess.Process) -> WorkerDiedError:
        code = await process.wait()
        if self._logging is not None:
            await self._logging
        log = "\n".join(self._log)
        how = how_it_ended(abs(code), code < 0)
        return WorkerDiedError(how, lacked_memory(how, log), log)

    async def _stop_when(
        self, cancelled: asyncio.Event, process: asyncio.subprocess.Process, run: int
    ) -> None:
        await cancelled.wait()
        with suppress(ConnectionError):
            await _send(process, Frame({"kind": "cancel", "run": run}))
        await asyncio.sleep(KILL_AFTER_S)
        with suppress(ProcessLookupError):
            process.kill()


async def _send(process: asyncio.subprocess.Process, frame: Frame) -> None:
    assert process.stdin is not None
    for piece in encode(frame):
        for start in range(0, len(piece), _READ_BYTES):
            process.stdin.write(piece[start : start + _READ_BYTES])
            await process.stdin.drain()
