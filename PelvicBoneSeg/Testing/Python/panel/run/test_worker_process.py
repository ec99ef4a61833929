"""The child process as the panel sees it: real processes, real pipes, Qt's own event loop."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from panel.fake_segmenter import ball
from panel.fake_worker import FakeWorker
from PelvicBoneSegLib.anatomy import BONES, HIP_BONE, SACRUM
from PelvicBoneSegLib.errors import (
    Cancelled,
    OutOfMemoryError,
    WorkerDiedError,
    WorkerFailedError,
    WorkerNotStartedError,
    WorkerProtocolError,
)
from PelvicBoneSegLib.panel.run import worker_process
from PelvicBoneSegLib.panel.run.child_process import WRITE_BYTES
from PelvicBoneSegLib.segmentation.volume import Volume
from PelvicBoneSegLib.worker.child import child_command, how_it_ended, lacked_memory
from PelvicBoneSegLib.worker.messages import Failed, Finished, Preview, Progress
from PelvicBoneSegLib.worker.protocol import FrameDecoder
from PelvicBoneSegLib.worker.request import Request
from PelvicBoneSegLib.worker.segmentation import segment_request

TIMEOUT_MS = 20_000
SHAPE = (21, 21, 72)


@pytest.fixture
def fake(tmp_path):
    fake = FakeWorker(tmp_path)
    yield fake
    fake.go_on()


class Run:
    """What was received of one run."""

    def __init__(self, qtbot, worker) -> None:
        self._qtbot = qtbot
        self.worker = worker
        self.messages: list = []

    def start(self, request) -> Run:
        self.worker.start(request, self.messages.append)
        return self

    def of(self, kind) -> list:
        return [message for message in self.messages if isinstance(message, kind)]

    def wait_for(self, condition) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT_MS)

    def end(self):
        """Return the last message, which must be the only one of its kind."""
        self.wait_for(lambda: self.of((Finished, Failed)))
        (end,) = self.of((Finished, Failed))
        assert end is self.messages[-1]
        assert not self.worker.running
        return end


@pytest.fixture
def make_worker():
    workers = []

    def make(command):
        workers.append(worker_process.WorkerProcess(command))
        return workers[-1]

    yield make
    for worker in workers:
        worker.shut_down()


@pytest.fixture
def a_worker(make_worker, fake):
    return make_worker(fake.command)


@pytest.fixture
def start(qtbot, a_worker):
    return lambda request: Run(qtbot, a_worker).start(request)


@pytest.fixture
def a_request():
    voxels = np.random.default_rng(1).integers(0, 500, SHAPE).astype(np.int16)
    return segment_request(
        Volume(voxels, np.diag([2.0, 2.0, 2.0, 1.0])), ["femur"], "both", "default", "cpu", 0.5
    )


def test_a_run_tells_its_progress_and_brings_the_result(start, a_request, fake):
    run = start(a_request)
    result = run.end().result
    assert [message.fraction for message in run.of(Progress)] == [0.25, 0.5, 0.75, 1.0]
    assert {message.stage for message in run.of(Progress)} == {"Finding bones"}
    expected = np.zeros(SHAPE, np.uint8)
    expected[ball(SHAPE, 1)], expected[ball(SHAPE, 2)] = 1, 2
    assert (result.labels == expected).all()
    assert [one.definition.id for one in result.segments] == ["left_femur", "right_femur"]
    (call,) = fake.calls
    assert call == {"operation": "segment", **a_request.header}


def test_previews_cover_the_scan_slice_by_slice(start, a_request):
    run = start(a_request)
    labels = run.end().result.labels
    picture = np.full(SHAPE, 255, np.uint8)
    for message in run.of(Preview):
        assert message.axis == 0
        picture[message.start : message.start + len(message.block)] = message.block
    assert (picture == (labels != 0)).all()


def test_nothing_is_received_before_start_is_back(start, a_request):
    assert start(a_request).messages == []


def test_warming_up_is_silent_and_keeps_the_process(qtbot, a_worker, fake, a_request):
    a_worker.warm_up("default", "cpu")
    assert not a_worker.running
    run = Run(qtbot, a_worker)
    run.wait_for(lambda: [call["operation"] for call in fake.calls] == ["warm"])
    child = a_worker.process_id
    run.start(a_request).end()
    assert Run(qtbot, a_worker).start(a_request).end().result.labels.any()
    assert a_worker.process_id == child
    assert [call["operation"] for call in fake.calls] == ["warm", "segment", "segment"]


def test_one_run_at_a_time(start, a_worker, a_request, fake):
    fake.hold()
    start(a_request)
    assert a_worker.running
    with pytest.raises(RuntimeError, match="a run is on"):
        a_worker.start(a_request, print)
    a_worker.warm_up("default", "cpu")
    assert not any(call["operation"] == "warm" for call in fake.calls)


def test_the_next_run_may_start_where_the_last_one_ends(qtbot, a_worker, a_request):
    run = Run(qtbot, a_worker)

    def receive(message):
        if isinstance(message, Finished):
            run.start(a_request)

    a_worker.start(a_request, receive)
    assert isinstance(run.end(), Finished)


def held(run, fake, a_request):
    """Stop after the first batch."""
    fake.hold()
    run.start(a_request)
    run.wait_for(lambda: run.of(Progress))
    return run


def test_cancel_ends_the_run_and_not_the_process(qtbot, a_worker, fake, a_request):
    run = held(Run(qtbot, a_worker), fake, a_request)
    child = a_worker.process_id
    run.worker.cancel()
    assert a_worker.cancelled
    assert isinstance(run.end().error, Cancelled)
    assert len(run.of(Progress)) == 1
    assert not a_worker.cancelled
    fake.go_on()
    assert isinstance(Run(qtbot, a_worker).start(a_request).end(), Finished)
    assert a_worker.process_id == child


def test_a_run_that_is_done_when_it_is_cancelled_counts_as_cancelled(
    qtbot, a_worker, fake, a_request
):
    fake.ignores_cancel = True
    run = held(Run(qtbot, a_worker), fake, a_request)
    a_worker.cancel()
    fake.go_on()
    assert isinstance(run.end().error, Cancelled)
    assert len(run.of(Progress)) == 1


def test_a_run_that_does_not_stop_is_killed(qtbot, a_worker, fake, a_request, monkeypatch):
    monkeypatch.setattr(worker_process, "KILL_AFTER_MS", 50)
    fake.ignores_cancel = True
    run = held(Run(qtbot, a_worker), fake, a_request)
    child = a_worker.process_id
    a_worker.cancel()
    assert isinstance(run.end().error, Cancelled)
    fake.go_on()
    assert isinstance(Run(qtbot, a_worker).start(a_request).end(), Finished)
    assert a_worker.process_id != child


@pytest.mark.parametrize("name", ["OutOfMemoryError", "MemoryError"])
def test_want_of_memory_is_told_and_the_process_goes_on(qtbot, a_worker, fake, a_request, name):
    fake.fails = name
    assert type(Run(qtbot, a_worker).start(a_request).end().error) is OutOfMemoryError
    child = a_worker.process_id
    fake.fails = ""
    assert isinstance(Run(qtbot, a_worker).start(a_request).end(), Finished)
    assert a_worker.process_id == child


def test_an_unforeseen_error_comes_with_its_trace(start, a_request, fake):
    fake.fails = "ZeroDivisionError"
    error = start(a_request).end().error
    assert isinstance(error, WorkerFailedError)
    assert "ZeroDivisionError" in str(error)
    assert "fake_worker.py" in error.details


@pytest.mark.parametrize(
    ("way", "how", "lacks_memory"),
    [
        pytest.param(
            "killed",
            "SIGKILL",
            True,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's"),
        ),
        pytest.param(
            "abort",
            "SIGABRT",
            False,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's"),
        ),
        ("exit", "exit code 7", False),
    ],
)
def test_a_process_that_dies_is_told_and_replaced(
    qtbot, a_worker, fake, a_request, way, how, lacks_memory
):
    fake.fails = way
    error = Run(qtbot, a_worker).start(a_request).end().error
    assert type(error) is WorkerDiedError
    assert f"({how})" in str(error)
    assert ("memory was too small" in str(error)) == lacks_memory
    if way == "exit":
        assert "the end is near" in error.details
        assert "the end is near" in a_worker.log
    if way == "abort":
        assert "Fatal Python error: Aborted" in error.details
    fake.fails = ""
    assert isinstance(Run(qtbot, a_worker).start(a_request).end(), Finished)


def test_a_process_that_dies_between_runs_is_replaced_without_a_word(qtbot, a_worker, a_request):
    run = Run(qtbot, a_worker).start(a_request)
    run.end()
    a_worker.kill()
    run.wait_for(lambda: a_worker.process_id == 0)
    assert isinstance(Run(qtbot, a_worker).start(a_request).end(), Finished)
    assert len(run.of(Failed)) == 0


def test_a_program_that_is_not_there_is_told(qtbot, make_worker, a_request):
    run = Run(qtbot, make_worker(["/no/such/python", "-m", "x"])).start(a_request)
    error = run.end().error
    assert isinstance(error, WorkerNotStartedError)
    assert "/no/such/python" in str(error)


def test_a_process_that_says_something_else_is_not_believed(qtbot, make_worker, a_request):
    chatter = "import time; print('Hello from another program', flush=True); time.sleep(60)"
    run = Run(qtbot, make_worker([sys.executable, "-c", chatter])).start(a_request)
    assert isinstance(run.end().error, WorkerProtocolError)
    assert run.worker.process_id == 0, "it has ended before another run can be sent to it"


def test_an_answer_that_memory_lacks_for_ends_the_run(start, a_request, monkeypatch):
    def feed(decoder, piece):
        raise MemoryError

    monkeypatch.setattr(FrameDecoder, "feed", feed)
    run = start(a_request)
    assert isinstance(run.end().error, MemoryError)
    monkeypatch.undo()
    assert isinstance(Run(run._qtbot, run.worker).start(a_request).end(), Finished)


def test_an_answer_that_cannot_be_read_ends_the_run(start, a_request):
    run = start(replace(a_request, read_answer=lambda header, arrays: header["not there"]))
    assert isinstance(run.end().error, KeyError)


def test_modules_in_the_users_folder_are_not_taken_for_the_childs(
    qtbot, make_worker, a_request, tmp_path, monkeypatch
):
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    monkeypatch.chdir(tmp_path)
    worker = make_worker([sys.executable, "-m", "PelvicBoneSegLib.worker"])
    request = replace(a_request, operation="no operation")
    assert "no operation" in str(Run(qtbot, worker).start(request).end().error)


def test_the_last_word_of_a_dying_process_may_start_the_next_run(qtbot, make_worker, tmp_path):
    dies = (
        "import os, sys\n"
        "from PelvicBoneSegLib.worker.protocol import Frame, encode\n"
        "from PelvicBoneSegLib.worker.server import main\n"
        "def operation(header, arrays, segmenters, report, cancel):\n"
        "    if header['dies']:\n"
        "        end = {'kind': 'finished', 'run': 1, 'answer': {}}\n"
        "        os.write(report._server._output, b''.join(encode(Frame(end))))\n"
        "        os._exit(7)\n"
        "    return {}, {}\n"
        "main({'end': operation})\n"
    )
    run = Run(qtbot, make_worker([sys.executable, "-c", dies]))
    process = run.worker._child._process
    # As where both are heard of in one turn of the event loop.
    process.disconnect("readyReadStandardOutput()", run.worker._child._on_output)

    def receive(message):
        process.connect("readyReadStandardOutput()", run.worker._child._on_output)
        assert isinstance(message, Finished)
        run.start(Request("end", {"dies": False}))

    run.worker.start(Request("end", {"dies": True}), receive)
    assert isinstance(run.end(), Finished)


def test_the_end_of_a_cancelled_run_is_told_though_nobody_listens(qtbot, fake, a_request):
    told = []
    worker = worker_process.WorkerProcess(fake.command, lambda: told.append(worker.running))
    run = Run(qtbot, worker)
    assert isinstance(run.start(a_request).end(), Finished)
    assert told == []
    held(run := Run(qtbot, worker), fake, a_request).worker.cancel()
    run.end()
    assert told == [False]
    worker.shut_down()
    assert told == [False]


def test_a_scan_is_written_piece_by_piece(qtbot, a_worker, fake):
    fake.finds_bones = False
    voxels = np.random.default_rng(1).integers(0, 500, (24, 500, 500)).astype(np.int16)
    volume = Volume(voxels, np.diag([1.0, 1.0, 4.0, 1.0]))
    waiting = []
    a_worker._child._process.connect(
        "bytesWritten(qint64)", lambda: waiting.append(a_worker._child._process.bytesToWrite())
    )
    run = Run(qtbot, a_worker).start(segment_request(volume, BONES, "both", "default"))
    assert isinstance(run.end(), Finished)
    assert len(waiting) >= voxels.nbytes / WRITE_BYTES
    assert max(waiting) <= WRITE_BYTES


def test_shutting_down_in_a_run_ends_the_process_silently(qtbot, a_worker, fake, a_request):
    run = held(Run(qtbot, a_worker), fake, a_request)
    received = len(run.messages)
    a_worker.shut_down()
    assert not a_worker.running
    assert a_worker.process_id == 0
    qtbot.wait(50)
    assert len(run.messages) == received


def test_the_child_is_our_own_python_outside_of_slicer(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert child_command() == [sys.executable, "-m", "PelvicBoneSegLib.worker"]


@pytest.mark.skipif(sys.platform == "win32", reason="executables are found by their extension")
def test_the_child_is_slicers_python_in_slicer(monkeypatch, tmp_path):
    for name in ("PythonSlicer", "python-real"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYTHONHOME", raising=False)
    assert child_command()[0] == str(tmp_path / "PythonSlicer")
    monkeypatch.setenv("PYTHONHOME", "/slicer/lib/Python")
    assert child_command()[0] == str(tmp_path / "python-real")


def test_an_end_behind_slicers_launcher_is_read_from_its_message():
    log = "error: [/Slicer/bin/./python-real] exit abnormally - Report the problem."
    assert how_it_ended(1, crashed=False) == "exit code 1"
    assert lacked_memory("exit code 1", log)
    assert not lacked_memory("exit code 1", f"Fatal Python error: Segmentation fault\n{log}")
    assert not lacked_memory("exit code 1", "Traceback …")
    assert lacked_memory("SIGABRT", "terminate called after throwing 'std::bad_alloc'")


def test_the_choice_of_bones_arrives(start, a_request, fake):
    request = segment_request(
        Volume(a_request.arrays["voxels"], a_request.arrays["ijk_to_lps"]),
        [HIP_BONE, SACRUM],
        "left",
        "default",
    )
    result = start(request).end().result
    assert [one.definition.id for one in result.segments] == ["left_hip_bone", "sacrum"]
