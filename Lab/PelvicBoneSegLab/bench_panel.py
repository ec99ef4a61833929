"""How long the panel is blocked while a clinical scan is segmented: part of `make bench`.

The real panel, on real Qt and the real MRML scene, is clicked, while a timer of 5 ms ticks in its
thread. The longest time between two ticks is what a user would feel. What stands in for Slicer is
that of the tests: its views, which render in the same thread, are not there.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import SimpleITK as sitk

from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.volume import Volume

RUNS = 5
TICK_MS = 5
LIMIT_MS = 100.0
"""Longer than this, a window feels stuck."""

REAL_SCAN = "pelvic_mr_t1/images/case_06.nii.gz"

_REPOSITORY = Path(__file__).resolve().parents[2]
_MODULE = _REPOSITORY / "PelvicBoneSeg" / "PelvicBoneSeg.py"
_TESTS = _MODULE.parent / "Testing" / "Python"


class Heartbeat:
    """Ticks, and keeps the longest gap between two ticks for each phase.

    Attributes
    ----------
    longest
        For each phase, seconds of the longest gap, and the most that the thread computed in a gap;
        they differ where other programs want the processor.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.longest: dict[str, tuple[float, float]] = {}
        self._phases = {"opening"}
        self._phase = "opening"
        self._last = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def enter(self, phase: str) -> None:
        """Count from now on for another phase; a gap across both counts for both."""
        self._phase = phase
        self._phases.add(phase)

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        gap, work = now[0] - self._last[0], now[1] - self._last[1]
        for phase in self._phases:
            longest = self.longest.get(phase, (0.0, 0.0))
            self.longest[phase] = max(gap, longest[0]), max(work, longest[1])
        self._phases = {self._phase}
        self._last = now


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(_TESTS))
    from PySide6.QtCore import QCoreApplication, QSettings
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    importlib.import_module("slicer_stand_in").install(str(_MODULE))
    volume, name = _scan()
    k, j, i = volume.voxels.shape
    print(f"{i}×{j}×{k} {name}, all bones, clicked in the panel")
    with tempfile.TemporaryDirectory() as folder, _a_scene() as scene:
        QCoreApplication.setOrganizationName("PelvicBoneSeg bench")
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        _add_volume(scene, volume)
        heart = Heartbeat()
        driver = _open_panel(Path(folder))
        _rest(application, 0.1)
        _click_often(driver, scene, heart, application)
        driver.close()
    for phase in ("click", "run", "write", "rest"):
        gap, work = (1000 * seconds for seconds in heart.longest[phase])
        verdict = "" if gap <= LIMIT_MS else f", over {LIMIT_MS:.0f} ms"
        print(f"{f'longest gap, {phase}':28}{gap:12.1f} ms   ({work:.1f} ms of work){verdict}")


def _click_often(driver: Any, scene: Any, heart: Heartbeat, application: Any) -> None:
    print(f"{'run':28}{'click to bones':>15}{'panel':>11}{'worker':>11}{'nodes':>8}")
    for number in range(1, RUNS + 1):
        start = time.perf_counter()
        heart.enter("click")
        driver.click("segmentButton")
        worker = driver.session.worker
        while driver.controller.running:
            heart.enter("run" if worker.running else "write")
            application.processEvents()
            time.sleep(0.0005)
        seconds = time.perf_counter() - start
        if not driver.status.startswith("Done in"):
            raise SystemExit(driver.status)
        heart.enter("rest")
        _rest(application, 0.3)
        print(
            f"{number if number > 1 else '1, panel just opened':<28}{seconds:13.2f} s"
            f"{_megabytes('self')}{_megabytes(worker.process_id)}"
            f"{scene.GetNumberOfNodes():8d}"
        )


def _rest(application: Any, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        application.processEvents()
        time.sleep(0.0005)


def _open_panel(folder: Path) -> Any:
    """Open the module's panel as the tests do, with the bundle's own network."""
    import slicer

    stand_in = importlib.import_module("slicer_stand_in")
    packaging = importlib.import_module("slicer_stand_in.application").Packaging()
    slicer.packaging = sys.modules["slicer.packaging"] = packaging
    sys.modules["PelvicBoneSeg"] = stand_in.load_module(str(_MODULE))
    host = importlib.import_module("panel.hosts").StandInHost()
    driver = importlib.import_module("panel.python_qt_driver").PythonQtDriver
    return driver(host, SimpleNamespace(factory=None), folder)


def _scan() -> tuple[Volume, str]:
    real = Path(os.environ.get("PELVICBONESEG_DATA", _REPOSITORY / "../shared/data")) / REAL_SCAN
    if real.exists():
        return read_volume(real), "T1 of a patient"
    # Only here, as it imports PyTorch, which the panel's process does without.
    from PelvicBoneSegLab.bench import phantom_scan

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.nii.gz"
        sitk.WriteImage(phantom_scan(), str(path))
        return read_volume(path), "phantom"


@contextmanager
def _a_scene() -> Iterator[Any]:
    """Make a scene that Slicer's segmentations module watches Slicer's own for a while."""
    import slicer

    scene = slicer.vtkMRMLScene()
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(scene)
    logic = slicer.vtkSlicerSegmentationsModuleLogic()
    logic.SetMRMLApplicationLogic(application)
    logic.SetMRMLScene(scene)
    slicer.mrmlScene = scene
    yield scene
    logic.SetMRMLScene(None)
    application.SetMRMLScene(None)


def _add_volume(scene: Any, volume: Volume) -> None:
    import slicer.util

    from PelvicBoneSegLib.scene.matrices import RAS_TO_LPS, to_vtk

    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "MR")
    slicer.util.updateVolumeFromArray(node, np.ascontiguousarray(volume.voxels))
    node.SetIJKToRASMatrix(to_vtk(RAS_TO_LPS @ volume.ijk_to_lps))


def _megabytes(process: int | str) -> str:
    """Return the memory that a process holds now, where Linux tells it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return f"{'—':>11}"
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    return f"{int(kilobytes) / 1024:8.0f} MB"


if __name__ == "__main__":
    main()
