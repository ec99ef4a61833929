"""Who gets which viewer. The processes are made up; real ones are in test_viewer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from PelvicBoneSegWeb.app import sessions as module
from PelvicBoneSegWeb.app.errors import TooManyViewersError, ViewerNotStartedError
from PelvicBoneSegWeb.app.sessions import Sessions
from PelvicBoneSegWeb.library.web.services import ScanFiles

FILES = ScanFiles(Path("scan.nrrd"), None, "T1 coronal")


async def files():
    return FILES


class AProcess:
    made: list[AProcess] = []
    breaks = False

    def __init__(self):
        self.is_alive = True
        self.opened = None

    @classmethod
    async def start(cls):
        cls.made.append(cls())
        return cls.made[-1]

    async def open(self, scan, name, segmentation):
        await asyncio.sleep(0)
        if self.breaks:
            raise ViewerNotStartedError
        self.opened = name

    async def stop(self):
        self.is_alive = False

    async def kill(self):
        self.is_alive = False


@pytest.fixture(autouse=True)
def processes(monkeypatch):
    AProcess.made = []
    monkeypatch.setattr(module, "ViewerProcess", AProcess)
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0.001)
    return AProcess.made


stored = []


async def serve(viewer):
    while viewer.process.is_alive:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)  # stores what the viewer handed over at last
    stored.append(viewer.id)


def run(visit, limit=8, idle_s=60.0):
    async def go():
        sessions = Sessions(serve, limit, idle_s)
        sessions.start()
        try:
            return await visit(sessions)
        finally:
            await sessions.close()

    return asyncio.run(go())


def test_each_visitor_has_a_process_of_his_own(processes):
    async def visit(sessions):
        anna = await sessions.open("anna", "1", files)
        bert = await sessions.open("bert", "1", files)
        assert anna.process is not bert.process
        assert sessions.find("anna", anna.id) is anna
        assert sessions.find("anna", bert.id) is None
        assert sessions.find("bert", anna.id) is None

    run(visit)
    assert not any(one.is_alive for one in processes)


def test_a_scan_that_is_open_is_found_again(processes):
    async def visit(sessions):
        first, second = await asyncio.gather(
            sessions.open("anna", "1", files), sessions.open("anna", "1", files)
        )
        assert first is second is await sessions.open("anna", "1", files)
        assert await sessions.open("anna", "2", files) is not first

    run(visit)


def test_a_process_is_ready_before_it_is_asked_for(processes):
    async def visit(sessions):
        await asyncio.sleep(0.01)
        assert len(processes) == 1
        viewer = await sessions.open("anna", "1", files)
        assert viewer.process is processes[0]
        assert processes[0].opened == "T1 coronal"

    run(visit)


def test_there_are_only_so_many(processes):
    async def visit(sessions):
        await sessions.open("anna", "1", files)
        with pytest.raises(TooManyViewersError, match="1 scans"):
            await sessions.open("bert", "1", files)

    run(visit, limit=1)


def test_a_process_that_died_is_replaced(processes):
    async def visit(sessions):
        viewer = await sessions.open("anna", "1", files)
        viewer.process.is_alive = False
        again = await sessions.open("anna", "1", files)
        assert again.process.is_alive and again is not viewer
        while sessions.find("anna", viewer.id):
            await asyncio.sleep(0.001)

    run(visit, limit=2)


def test_one_that_nobody_looks_at_is_ended(processes):
    async def visit(sessions):
        seen = await sessions.open("anna", "1", files)
        seen.connections = 1
        idle = await sessions.open("anna", "2", files)
        while sessions.find("anna", idle.id):
            await asyncio.sleep(0.001)
        while idle.process.is_alive:
            await asyncio.sleep(0.001)
        assert sessions.find("anna", seen.id) is seen

    run(visit, idle_s=0.0)


def test_one_that_does_not_start_takes_no_place(processes, monkeypatch):
    monkeypatch.setattr(AProcess, "breaks", True)

    async def visit(sessions):
        for _ in range(3):
            with pytest.raises(ViewerNotStartedError):
                await sessions.open("anna", "1", files)
        assert not processes[0].is_alive

    run(visit, limit=1)


def test_what_a_viewer_hands_over_at_last_is_waited_for():
    async def visit(sessions):
        ids.append((await sessions.open("anna", "1", files)).id)
        ids.append((await sessions.open("anna", "2", files)).id)

    ids = []
    run(visit)
    assert set(ids) <= set(stored)


def test_a_viewer_that_breaks_off_does_not_end_the_others(monkeypatch):
    async def break_off(viewer):
        raise RuntimeError("it says what nobody understands")

    async def visit(sessions):
        monkeypatch.setattr(sessions, "_serve", break_off)
        broken = await sessions.open("anna", "1", files)
        broken.process.is_alive = False
        while sessions.find("anna", broken.id):
            await asyncio.sleep(0.001)
        monkeypatch.setattr(sessions, "_serve", serve)
        assert (await sessions.open("anna", "2", files)).process.is_alive

    run(visit)


def test_the_next_process_waits_until_the_scan_that_was_opened_got_going(processes, monkeypatch):
    async def visit(sessions):
        await sessions.open("anna", "1", files)
        await asyncio.sleep(0.05)
        assert len(processes) == 1
        monkeypatch.setattr(module, "_SPARE_AFTER_S", 0.0)
        while len(processes) == 1:
            await asyncio.sleep(0.001)

    run(visit)


def test_newer_masks_are_shown_to_who_comes_back(processes):
    async def visit(sessions):
        first = await sessions.open("anna", "1", files)
        first.connections = 1
        assert await sessions.open("anna", "1", newer) is first
        first.connections = 0
        second = await sessions.open("anna", "1", newer)
        assert second is not first and second.shown == "2"
        assert first.id in stored
        second.shown = "3"  # saved from it
        third = await sessions.open("anna", "1", newer)
        assert third is not second

    async def newer():
        return replace(FILES, shown="2")

    run(visit)


def test_who_left_longest_ago_makes_room(processes, monkeypatch):
    monkeypatch.setattr(module, "_LEFT_S", 0.0)

    async def visit(sessions):
        first = await sessions.open("anna", "1", files)
        seen = await sessions.open("anna", "2", files)
        first.connections = 0
        seen.connections = 1
        third = await sessions.open("anna", "3", files)
        assert sessions.find("anna", first.id) is None and first.id in stored
        assert sessions.find("anna", seen.id) is seen
        third.connections = 1
        with pytest.raises(TooManyViewersError):
            await sessions.open("anna", "4", files)

    run(visit, limit=2)


def test_who_comes_back_sees_what_was_saved_at_last(processes):
    async def visit(sessions):
        first = await sessions.open("anna", "1", files)
        ending = asyncio.create_task(sessions._end(first))
        await asyncio.sleep(0)

        async def look():
            assert first.id in stored
            return FILES

        assert await sessions.open("anna", "1", look) is not first
        await ending

    run(visit)
