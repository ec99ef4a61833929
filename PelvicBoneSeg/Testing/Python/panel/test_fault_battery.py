"""Whatever happens during a run: the scene is as it was, or holds the complete result."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import qt
import slicer
import slicer.util

from panel.hosts import needs_stand_in
from panel.panel_driver import segment_names, segmentations
from PelvicBoneSegLib.panel.run.worker_process import WorkerProcess
from PelvicBoneSegLib.segmentation.bundle import find_bundle
from PelvicBoneSegLib.worker.child import child_command
from scene.whole_scene import whole_scene

pytestmark = needs_stand_in

ALL_BONES = 6
needs_signals = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


@pytest.fixture
def ready(a_volume, panel):
    """A panel with one run behind it: its femurs are in the scene, its worker is warm."""
    panel.tick_only("Femur")
    panel.click("segmentButton")
    panel.wait_for_end()
    panel.tick_only()
    return panel


@pytest.fixture
def before(scene, ready):
    return whole_scene(scene)


class HeldWriting:
    """Holds the writing of a run before its n-th step, or lets it fail there."""

    def __init__(self, logic, monkeypatch) -> None:
        self.step = 0
        self.holds = False
        self.error: Exception | None = None
        self.reached = False
        self._original = logic.applySteps
        monkeypatch.setattr(logic, "applySteps", self._steps)

    def _steps(self, *arguments):
        inner = self._original(*arguments)
        for _ in range(self.step):
            next(inner)
            yield
        self.reached = True
        if self.error:
            raise self.error
        while self.holds:
            yield
        return (yield from inner)

    def go_on(self) -> None:
        self.holds, self.error = False, None


@pytest.fixture
def writing(ready, monkeypatch):
    return HeldWriting(ready.widget.logic, monkeypatch)


@pytest.fixture(params=["finding", "writing 0", "writing 2", "writing 5"])
def a_held_run(request, before, ready, worker, writing):
    """A run that waits, in the worker or between two steps of its writing."""
    stage, _, step = request.param.partition(" ")
    worker.held = stage == "finding"
    writing.holds = stage == "writing"
    writing.step = int(step or 0)
    ready.click("segmentButton")
    if stage == "finding":
        ready.wait_for_first_batch()
    else:
        ready.wait_for(lambda: writing.reached)
    return ready


def is_at_rest(panel) -> bool:
    return panel.progress is None and not panel.session.run_is_on and not panel.can("cancelButton")


def can_run(panel, worker, writing) -> bool:
    """Whether a run started now ends well."""
    worker.fails = ""
    worker.go_on()
    writing.go_on()
    panel.click("segmentButton")
    panel.wait_for_end()
    node = panel.parameters.segmentation
    return panel.status.startswith("Done in") and len(segment_names(node)) == ALL_BONES


def test_cancel(scene, before, a_held_run, worker, writing):
    a_held_run.click("cancelButton")
    a_held_run.wait_for_end()
    assert whole_scene(scene) == before
    assert a_held_run.status == "Cancelled. Nothing was changed."
    assert is_at_rest(a_held_run)
    assert can_run(a_held_run, worker, writing)


def test_the_volume_is_deleted(scene, a_volume, before, a_held_run):
    scene.RemoveNode(a_volume)
    a_held_run.wait_for_end()
    after = whole_scene(scene)
    assert after["segmentations"] == before["segmentations"]
    assert gone(before, after) == {"Pelvis T1", *names_of(before, "vtkMRMLScalarVolumeDisplay")}
    assert is_at_rest(a_held_run)
    assert a_held_run.tip("segmentButton").startswith("Choose a volume.")


def test_the_target_is_deleted(scene, before, a_held_run, worker, writing):
    target = a_held_run.parameters.segmentation
    scene.RemoveNode(target)
    a_held_run.wait_for_end()
    assert segmentations() == []
    assert "Pelvis T1" not in gone(before, whole_scene(scene))
    assert a_held_run.status.startswith("The segmentation was removed")
    assert is_at_rest(a_held_run)
    assert can_run(a_held_run, worker, writing)


def test_the_scene_is_closed(scene, before, a_held_run, add_volume, worker, writing):
    scene.Clear(False)
    a_held_run.wait_for_end()
    assert not [name for _, kind, name in whole_scene(scene)["nodes"] if "Segmentation" in kind]
    assert is_at_rest(a_held_run)
    assert a_held_run.status == "The scene was closed, so the run was stopped."
    add_volume("Next patient")
    a_held_run.choose("inputSelector", "Next patient")
    assert can_run(a_held_run, worker, writing)


def test_another_module_is_opened_and_the_run_ends_well(a_held_run, worker, writing):
    a_held_run.widget.exit()
    worker.go_on()
    writing.go_on()
    a_held_run.wait_for_end()
    a_held_run.widget.enter()
    assert a_held_run.status.startswith("Done in")
    assert len(segment_names(a_held_run.parameters.segmentation)) == ALL_BONES


def test_the_module_is_reloaded(scene, before, a_held_run, worker):
    child = a_held_run.session.worker
    a_held_run.reload()
    assert whole_scene(scene) == before
    assert is_at_rest(a_held_run)
    assert not child.running
    worker.go_on()
    a_held_run.click("segmentButton")
    a_held_run.wait_for_end()
    assert len(segment_names(a_held_run.parameters.segmentation)) == ALL_BONES


def test_the_module_is_unloaded(scene, before, a_held_run):
    a_held_run.close()
    assert whole_scene(scene) == before


# --- cancel at every other stage -----------------------------------------------------------------


def cancel_now(panel):
    panel.click("cancelButton")
    panel.wait_for_end()


def test_cancel_while_the_worker_starts(scene, before, ready, worker, writing):
    process = ready.session.worker
    process.kill()
    ready.wait_for(lambda: process.process_id == 0)
    ready.click("segmentButton")
    cancel_now(ready)
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert can_run(ready, worker, writing)


@needs_signals
def test_cancel_while_the_volume_is_sent(scene, ready, worker, writing):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Large")
    # More than fits into a pipe: the rest waits for a child that does not read.
    voxels = slicer.util.arrayFromVolume(ready.parameters.inputVolume)
    slicer.util.updateVolumeFromArray(volume, voxels.repeat(10, 0).repeat(10, 1))
    ready.choose("inputSelector", "Large")
    before = whole_scene(scene)
    pid = ready.session.worker.process_id
    os.kill(pid, signal.SIGSTOP)
    ready.click("segmentButton")
    ready.click("cancelButton")
    assert whole_scene(scene) == before
    os.kill(pid, signal.SIGCONT)
    ready.wait_for_end()
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert ready.session.worker.process_id == pid


def test_cancel_while_the_network_is_loaded(scene, a_volume, worker, panel):
    worker.warm_seconds = 1
    panel.settings.set("device", "cpu")
    panel.session.notify()
    before = whole_scene(scene)
    panel.click("segmentButton")
    assert panel.progress == 0
    cancel_now(panel)
    assert whole_scene(scene) == before and is_at_rest(panel)
    assert "segment" not in [call["operation"] for call in worker.calls]


def test_cancel_while_surfaces_are_made(scene, before, ready, worker, writing):
    worker.surfaces = True
    ready.click("segmentButton")
    ready.wait_for(lambda: ready.progress == 100)
    cancel_now(ready)
    assert whole_scene(scene) == before and is_at_rest(ready)


# --- the worker and the memory ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "cause", "advice"),
    [
        ("MemoryError", "memory is too small", "crop the scan"),
        ("OutOfMemoryError", "memory is too small", "crop the scan"),
        ("RuntimeError", "unforeseen", "Try again"),
        ("exit", "exit code 7", "Start it again"),
        pytest.param("abort", "SIGABRT", "Start it again", marks=needs_signals),
        pytest.param("killed", "SIGKILL", "Close other programs", marks=needs_signals),
    ],
)
def test_the_worker_fails(scene, before, ready, worker, writing, fault, cause, advice):
    worker.fails = fault
    ready.click("segmentButton")
    ready.wait_for_end()
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert cause in ready.status and advice.lower() in ready.status.lower()
    assert can_run(ready, worker, writing)


@needs_signals
@pytest.mark.parametrize("stage", ["starting", "loading", "finding"])
def test_the_worker_is_killed_from_outside(scene, before, ready, worker, writing, stage):
    process = ready.session.worker
    worker.hold()
    if stage == "starting":
        process.kill()
        ready.wait_for(lambda: process.process_id == 0)
    if stage == "loading":
        os.kill(process.process_id, signal.SIGSTOP)
    ready.click("segmentButton")
    if stage == "finding":
        ready.wait_for_first_batch()
    ready.wait_for(lambda: process.process_id != 0)
    os.kill(process.process_id, signal.SIGKILL)
    ready.wait_for_end()
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert "SIGKILL" in ready.status
    assert can_run(ready, worker, writing)


@pytest.mark.parametrize("step", [0, 2, 5])
def test_memory_runs_out_between_the_steps_of_writing(scene, before, ready, worker, writing, step):
    writing.step, writing.error = step, MemoryError()
    ready.click("segmentButton")
    ready.wait_for_end()
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert "memory is too small" in ready.status
    assert "MemoryError" in ready.wrapped("logTextEdit").plainText
    assert can_run(ready, worker, writing)


@pytest.mark.parametrize(
    "place", ["write_segments", "record_run", "show_closed_surface", "UndoStep"]
)
def test_memory_runs_out_in_the_last_step(scene, before, ready, monkeypatch, place):
    from PelvicBoneSegLib.scene import logic

    def fails(*arguments, **named):
        raise MemoryError

    monkeypatch.setattr(logic, place, fails)
    ready.click("segmentButton")
    ready.wait_for_end()
    assert whole_scene(scene) == before and is_at_rest(ready)
    assert "memory is too small" in ready.status
    monkeypatch.undo()
    assert ready.can("undoRunButton"), "the run before can still be undone"


def test_the_bundle_is_removed_between_choice_and_click(
    scene, a_volume, panel, tmp_path, monkeypatch
):
    store = tmp_path / "bundles of the user"
    shutil.copytree(find_bundle("default"), store / "default2")
    rename_bundle(store / "default2", "default2")
    panel.session.worker.shut_down()
    panel.session.worker = WorkerProcess(child_command())
    panel.parameters.bundle = "default2"
    assert panel.can("segmentButton"), panel.status
    before = whole_scene(scene)
    shutil.rmtree(store)
    panel.click("segmentButton")
    panel.wait_for_end()
    after = whole_scene(scene)
    # The choice of a bundle falls back to another one.
    assert (after["nodes"], after["segmentations"]) == (before["nodes"], before["segmentations"])
    assert is_at_rest(panel)
    assert "default2" in panel.status and "no complete model bundle" in panel.status


# --- reading ----------------------------------------------------------------------------------


def gone(before, after) -> set[str]:
    """Names of nodes that are no longer there."""
    return {name for _, _, name in set(before["nodes"]) - set(after["nodes"])}


def names_of(everything, kind) -> set[str]:
    return {name for _, one, name in everything["nodes"] if one.startswith(kind)}


def rename_bundle(folder, name) -> None:
    import json

    path = folder / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "name": name}))


# --- time and again ---------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_five_runs_in_a_row_leave_nothing_behind(scene, panel, worker):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Large")
    voxels = np.random.default_rng(1).integers(0, 500, (80, 256, 256)).astype(np.int16)
    slicer.util.updateVolumeFromArray(volume, voxels)
    panel.choose("inputSelector", "Large")

    def run():
        panel.click("segmentButton")
        panel.wait_for_end()
        assert panel.status.startswith("Done in"), panel.status
        gc.collect()
        return left_behind(panel)

    # The first makes the segmentation, the second what an undo needs.
    run()
    first, resident = run()
    for _ in range(5):
        again, resident_now = run()
        assert again == first
    # Every run handles 15 MB: five that were kept would be seen.
    assert resident_now - resident < voxels.nbytes * 2


def left_behind(panel) -> tuple[dict, int]:
    """What must not grow from run to run, and the resident memory in bytes."""
    scene, session = slicer.mrmlScene, panel.session
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    counts = {
        "nodes": len(nodes),
        "observers": {one.GetID(): str(one).count("vtkObserver (") for one in nodes},
        "observers of the scene": str(scene).count("vtkObserver ("),
        "children": children(),
        "files": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "Qt objects": len(panel.parent.findChildren(qt.QObject)),
        "listeners": len(session.write_listeners),
    }
    return counts, pages * os.sysconf("SC_PAGE_SIZE")


def children() -> list[str]:
    """Process ids of our children."""
    tasks = Path("/proc/self/task").iterdir()
    return sorted(pid for task in tasks for pid in (task / "children").read_text().split())
