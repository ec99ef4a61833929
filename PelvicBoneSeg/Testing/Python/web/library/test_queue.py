"""Scans segmented in the background by a real child process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import replace

import numpy as np
import pytest

from PelvicBoneSegLib.errors import Cancelled, UnknownBoneError, WorkerDiedError
from PelvicBoneSegLib.segmentation.label_files import write_nrrd
from PelvicBoneSegLib.segmentation.volume import Volume
from PelvicBoneSegLib.worker.failure import restore_error
from PelvicBoneSegLib.worker.protocol import Frame, FrameDecoder, encode
from PelvicBoneSegLib.worker.segmentation import segment_request
from PelvicBoneSegWeb.library.errors import QueueFullError
from PelvicBoneSegWeb.library.library import Library
from PelvicBoneSegWeb.library.limits import Limits
from PelvicBoneSegWeb.library.queue import child as child_module
from PelvicBoneSegWeb.library.queue import frames
from PelvicBoneSegWeb.library.queue.background import BackgroundSegmentations
from PelvicBoneSegWeb.library.queue.child import WorkerChild
from PelvicBoneSegWeb.library.queue.run_queue import RunQueue
from PelvicBoneSegWeb.library.status import CANCELLED, DONE, FAILED, QUEUED, RUNNING
from web.library.fake_worker import DEAF, DYING, FAILING, FREE, HELD, FakeWorker

WAIT_S = 180
MATRIX = np.diag([4.0, 4.0, 9.0, 1.0])
SHAPE = (5, 12, 16)


@pytest.fixture
def worker(tmp_path):
    return FakeWorker(tmp_path)


@pytest.fixture
def a_scan(a_library, add):
    """Store a scan in which every bone has four voxels."""

    def scan(owner="anna"):
        one = add(owner)
        voxels = np.zeros(SHAPE, np.int16)
        for label in range(1, 7):
            voxels[2, 2 * label - 2 : 2 * label, :2] = 100 * label
        write_nrrd(a_library.scan_file(owner, one.id), voxels, MATRIX)
        return one

    return scan


class Bench:
    """A queue at work."""

    def __init__(self, library, worker, limits=None):
        self.library = library
        self.child = WorkerChild(worker.command)
        self.queue = RunQueue(self.child, limits or Limits())
        self.background = BackgroundSegmentations(library, self.queue)

    async def __aenter__(self):
        self.queue.open()
        self.background.open()
        return self

    async def __aexit__(self, *error):
        await self.background.close()
        await self.queue.close()

    def status(self, one):
        return self.library.index.segmentation("anna", one.id).status

    async def until(self, condition):
        async with asyncio.timeout(WAIT_S):
            while not condition():
                await asyncio.sleep(0.02)

    async def until_ended(self, *ones):
        await self.until(lambda: all(self.background.progress(one.id) is None for one in ones))


def test_a_scan_is_segmented_and_stored(a_library, a_scan, worker):
    async def run():
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            one = await bench.background.request("anna", scan.id, "u", side="left")
            assert one.status == QUEUED
            await bench.until_ended(one)
        return one

    one = asyncio.run(run())
    stored = a_library.index.segmentation("anna", one.id)
    assert stored.status == DONE
    found = {segment["name"]: segment["ml"] for segment in stored.summary["segments"]}
    assert found["Left femur"] == pytest.approx(4 * 4 * 4 * 9 / 1000, abs=1e-3)
    assert len(found) == 4
    assert a_library.segmentation_file("anna", one.id).stat().st_size > 0
    assert a_library.report_file("anna", one.id).stat().st_size > 0
    assert list(a_library.folder.incoming.iterdir()) == []


def test_users_take_turns_and_the_order_is_told(a_library, a_scan, worker):
    async def run():
        worker.be(HELD)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            ask = bench.background.request
            first = await ask("anna", scan.id, "a", side="left")
            await bench.until(lambda: worker.started == ["left"])
            others = [
                await ask("anna", scan.id, "a", side="right"),
                await ask("anna", scan.id, "b", side="both"),
            ]
            assert bench.status(first) == RUNNING
            assert bench.background.progress(first.id)["ahead"] == 0
            assert [bench.background.progress(one.id)["ahead"] for one in others] == [2, 1]
            assert bench.background.progress(first.id)["stage"] == "Segmenting"
            worker.be(FREE)
            await bench.until_ended(first, *others)

    asyncio.run(run())
    assert worker.started == ["left", "both", "right"]


def test_what_runs_and_what_waits_can_be_cancelled(a_library, a_scan, worker):
    async def run():
        worker.be(HELD)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            runs = [await bench.background.request("anna", scan.id, "a") for _ in range(3)]
            await bench.until(lambda: worker.started)
            await bench.background.cancel("anna", runs[1].id)
            await bench.background.cancel("anna", runs[0].id)
            await bench.until_ended(*runs[:2])
            worker.be(FREE)
            await bench.until_ended(*runs)
            return [bench.status(one) for one in runs]

    assert asyncio.run(run()) == [CANCELLED, CANCELLED, DONE]
    assert len(worker.started) == 2


def test_a_child_that_does_not_stop_is_killed(a_library, a_scan, worker, monkeypatch):
    monkeypatch.setattr(child_module, "KILL_AFTER_S", 0.1)

    async def run():
        worker.be(DEAF)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            one = await bench.background.request("anna", scan.id, "a")
            await bench.until(lambda: worker.started)
            await bench.background.cancel("anna", one.id)
            await bench.until_ended(one)
            worker.be(FREE)
            another = await bench.background.request("anna", scan.id, "a")
            await bench.until_ended(another)
            return bench.status(one), bench.status(another)

    assert asyncio.run(run()) == (CANCELLED, DONE)


@pytest.mark.parametrize(("how", "words"), [(DYING, "SIGABRT"), (FAILING, "a fault")])
def test_a_run_that_fails_says_why_and_the_next_one_works(a_library, a_scan, worker, how, words):
    async def run():
        worker.be(how)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            bad = await bench.background.request("anna", scan.id, "a")
            await bench.until_ended(bad)
            worker.be(FREE)
            good = await bench.background.request("anna", scan.id, "a")
            await bench.until_ended(good)
            return bench.library.index.segmentation("anna", bad.id), bench.status(good)

    bad, good = asyncio.run(run())
    assert bad.status == FAILED
    assert words in bad.message
    assert good == DONE


def test_a_server_that_stops_leaves_its_runs_to_the_next(data, a_library, a_scan, worker):
    async def begin():
        worker.be(HELD)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            runs = [await bench.background.request("anna", scan.id, "a") for _ in range(2)]
            await bench.until(lambda: worker.started)
            return runs, bench.child.process_id

    runs, process_id = asyncio.run(begin())
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    a_library.close()

    async def go_on():
        worker.be(FREE)
        library = Library(data)
        async with Bench(library, worker) as bench:
            await bench.until_ended(*runs)
            states = [bench.status(one) for one in runs]
        library.close()
        return states

    assert asyncio.run(go_on()) == [DONE, DONE]


def test_deleting_a_scan_ends_its_run(a_library, a_scan, worker):
    async def run():
        worker.be(HELD)
        scan = a_scan()
        async with Bench(a_library, worker) as bench:
            one = await bench.background.request("anna", scan.id, "a")
            await bench.until(lambda: worker.started)
            await bench.background.delete_scan("anna", scan.id)
            await bench.until_ended(one)

    asyncio.run(run())
    assert list(a_library.folder.scans.iterdir()) == []
    assert list(a_library.folder.incoming.iterdir()) == []


def test_wishes_that_cannot_be_are_refused(a_library, a_scan, worker):
    async def run():
        worker.be(HELD)
        scan = a_scan()
        limits = replace(Limits(), waiting_runs_each=1)
        async with Bench(a_library, worker, limits) as bench:
            with pytest.raises(UnknownBoneError):
                await bench.background.request("anna", scan.id, "a", bones=["skull"])
            await bench.background.request("anna", scan.id, "a")
            await bench.until(lambda: worker.started)
            await bench.background.request("anna", scan.id, "a")
            with pytest.raises(QueueFullError):
                await bench.background.request("anna", scan.id, "a")
            await bench.background.request("anna", scan.id, "b")

    asyncio.run(run())


def test_of_four_users_nobody_starves_and_one_scan_is_in_memory(a_library, worker):
    loaded = []

    def load(name):
        def make():
            loaded.append(name)
            volume = Volume(np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE), MATRIX)
            return segment_request(volume, ["femur"], "left", "b", "cpu")

        return make

    async def run():
        worker.be(HELD)
        async with Bench(a_library, worker) as bench:
            names = ["a0", "a1", "a2", "a3", "b0", "c0", "c1", "d0"]
            tickets = [bench.queue.submit(name[0], load(name)) for name in names]
            await bench.until(lambda: worker.started)
            assert loaded == ["a0"]
            worker.be(FREE)
            ends = [await asyncio.wait_for(ticket.ended(), WAIT_S) for ticket in tickets]
            assert {end.header["kind"] for end in ends} == {"finished"}

    asyncio.run(run())
    assert loaded == ["a0", "b0", "c0", "d0", "a1", "c1", "a2", "a3"]


# --- another process speaks to the queue ---------------------------------------------------------


async def connected(queue, user):
    """Return both ends of a socket that the queue listens to, and the task that does."""
    left, right = await _pair()
    return left, asyncio.create_task(frames.serve(*right, queue, user))


async def _pair():
    ends = socket.socketpair()
    return [await asyncio.open_connection(sock=end) for end in ends]


def request_frame(run, **header):
    arguments = {"bones": ["femur"], "side": "left", "bundle": "b", "device": "cpu", **header}
    head = {"kind": "request", "run": run, "operation": "segment", "arguments": arguments}
    voxels = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    return Frame(head, {"voxels": voxels, "ijk_to_lps": MATRIX})


async def until_end(reader, decoder):
    kinds = []
    while True:
        for frame in decoder.feed(await asyncio.wait_for(reader.read(2**16), WAIT_S)):
            kinds.append(frame.header["kind"])
            if kinds[-1] in ("finished", "failed"):
                return kinds, frame


def test_a_process_speaks_to_the_queue_as_to_a_child(a_library, worker):
    async def run():
        async with Bench(a_library, worker) as bench:
            (reader, writer), serving = await connected(bench.queue, "u")
            writer.writelines(encode(request_frame(7)))
            kinds, end = await until_end(reader, FrameDecoder())
            writer.close()
            await serving
            return kinds, end

    kinds, end = asyncio.run(run())
    assert end.header["kind"] == "finished"
    assert end.header["run"] == 7
    assert end.arrays["labels"].shape == SHAPE
    assert {"waiting", "progress"} <= set(kinds)


def test_a_process_cancels_its_run(a_library, worker):
    async def run():
        worker.be(HELD)
        async with Bench(a_library, worker) as bench:
            (reader, writer), serving = await connected(bench.queue, "u")
            writer.writelines(encode(request_frame(1)))
            await bench.until(lambda: worker.started)
            writer.writelines(encode(Frame({"kind": "cancel", "run": 1})))
            _, end = await until_end(reader, FrameDecoder())
            writer.close()
            await serving
            return restore_error(end.header)

    assert isinstance(asyncio.run(run()), Cancelled)


def test_a_process_that_goes_takes_its_runs_along(a_library, worker):
    async def run():
        worker.be(HELD)
        async with Bench(a_library, worker) as bench:
            (_, writer), serving = await connected(bench.queue, "u")
            writer.writelines(encode(request_frame(1)))
            writer.writelines(encode(request_frame(2)))
            await bench.until(lambda: worker.started)
            writer.close()
            await serving
            worker.be(FREE)
            (reader, writer), serving = await connected(bench.queue, "other")
            writer.writelines(encode(request_frame(3)))
            _, end = await until_end(reader, FrameDecoder())
            writer.close()
            await serving
            return end.header["kind"]

    assert asyncio.run(run()) == "finished"
    assert len(worker.started) == 2


def test_a_process_hears_that_the_child_died(a_library, worker):
    async def run():
        worker.be(HELD)
        async with Bench(a_library, worker) as bench:
            (reader, writer), serving = await connected(bench.queue, "u")
            writer.writelines(encode(request_frame(1)))
            await bench.until(lambda: worker.started)
            os.kill(bench.child.process_id, signal.SIGKILL)
            _, end = await until_end(reader, FrameDecoder())
            writer.close()
            await serving
            return restore_error(end.header)

    error = asyncio.run(run())
    assert isinstance(error, WorkerDiedError)
    assert "memory" in error.message
