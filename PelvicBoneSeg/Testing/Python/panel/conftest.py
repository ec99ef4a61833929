from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import slicer
import slicer.util

from panel.hosts import NEEDS_STAND_IN, SlicerHost, StandInHost, inside_slicer

HERE = Path(__file__).resolve()
MODULE_FILE = HERE.parents[3] / "PelvicBoneSeg.py"
ARTIFACTS = HERE.parents[4] / "artifacts"

if not inside_slicer():
    from slicer_stand_in import install, load_module
    from slicer_stand_in.application import Packaging

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    install(str(MODULE_FILE))

import qt  # noqa: E402 (it is here only now)

from panel.fake_segmenter import FakeSegmenter  # noqa: E402
from panel.fake_worker import FakeWorker  # noqa: E402
from PelvicBoneSegLib.panel.run import worker_process  # noqa: E402

TORCH = {"torch": "2.8.0", "torchvision": "0.23.0"}


class NeedsStandIn(pytest.Module):
    """A file of tests that are about the stand-in, or that use PySide: nothing for Slicer."""

    def collect(self):
        pytest.skip(NEEDS_STAND_IN, allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    imports = re.compile(r"^(?:from|import) (?:PySide6|shiboken6|slicer_stand_in)\b", re.MULTILINE)
    if inside_slicer() and imports.search(module_path.read_text(encoding="utf-8")):
        return NeedsStandIn.from_parent(parent, path=module_path)
    return None


@pytest.fixture(autouse=True)
def settings_of_a_new_user(tmp_path):
    """Slicer's user settings, empty, in a folder of the test."""
    if inside_slicer():  # whose --testing gives it settings of its own
        qt.QSettings().remove("PelvicBoneSeg")
        return
    qt.QCoreApplication.setOrganizationName("PelvicBoneSeg tests")
    qt.QSettings.setDefaultFormat(qt.QSettings.IniFormat)
    qt.QSettings.setPath(qt.QSettings.IniFormat, qt.QSettings.UserScope, str(tmp_path / "settings"))


@pytest.fixture
def scene(monkeypatch):
    """An empty scene that is Slicer's own for the time of the test."""
    if inside_slicer():
        slicer.mrmlScene.Clear()
        yield slicer.mrmlScene
        return
    scene = slicer.vtkMRMLScene()
    application_logic = slicer.vtkMRMLApplicationLogic()
    application_logic.SetMRMLScene(scene)
    segmentations_logic = slicer.vtkSlicerSegmentationsModuleLogic()
    segmentations_logic.SetMRMLApplicationLogic(application_logic)
    segmentations_logic.SetMRMLScene(scene)
    monkeypatch.setattr(slicer, "mrmlScene", scene, raising=False)
    yield scene
    segmentations_logic.SetMRMLScene(None)
    application_logic.SetMRMLScene(None)


@pytest.fixture
def add_volume(scene):
    """Adds a scan of 21×21×72 voxels of 2 mm to the scene."""

    def add(name: str = "Pelvis T1"):
        node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        node.SetSpacing(2, 2, 2)
        voxels = np.random.default_rng(1).integers(0, 500, (21, 21, 72)).astype(np.int16)
        slicer.util.updateVolumeFromArray(node, voxels)
        return node

    return add


@pytest.fixture
def a_volume(add_volume):
    return add_volume()


@pytest.fixture
def packages(monkeypatch):
    """slicer.packaging of a Slicer where everything is installed."""
    if inside_slicer():
        monkeypatch.setattr(slicer.packaging, "pip_check", lambda requirement: True)
        return slicer.packaging
    packaging = Packaging(present=dict(TORCH))
    monkeypatch.setattr(slicer, "packaging", packaging)
    return packaging


@pytest.fixture
def questions(monkeypatch):
    """What the user was asked, and what they answer."""
    asked = SimpleNamespace(texts=[], answer=True)

    def confirm(text, windowTitle=None, parent=None, **kwargs):
        asked.texts.append(text)
        return asked.answer

    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", confirm)
    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", confirm)
    return asked


@pytest.fixture
def errors_shown(monkeypatch):
    """Texts of error dialogs."""
    shown = []
    monkeypatch.setattr(
        slicer.util, "errorDisplay", lambda text, *more, **kwargs: shown.append(text)
    )
    return shown


@pytest.fixture
def segmenter():
    """Takes the place of the bundle's own where the logic is called without the panel."""
    return FakeSegmenter()


@pytest.fixture
def worker(tmp_path_factory, monkeypatch):
    """The child process that the panel starts: quick, and as the test wants it."""
    fake = FakeWorker(tmp_path_factory.mktemp("worker"))
    monkeypatch.setattr(worker_process, "child_command", lambda: fake.command)
    yield fake
    fake.go_on()


@pytest.fixture
def module(monkeypatch):
    """PelvicBoneSeg.py, imported as Slicer imports it."""
    if inside_slicer():
        return sys.modules["PelvicBoneSeg"]
    loaded = load_module(str(MODULE_FILE))
    monkeypatch.setitem(sys.modules, "PelvicBoneSeg", loaded)
    return loaded


@pytest.fixture
def driver_kind(request):
    """How a test works the panel: with "mouse" and keyboard, or through "PythonQt" alone."""
    return getattr(request, "param", "PythonQt" if inside_slicer() else "mouse")


@pytest.fixture
def make_driver(driver_kind, request):
    """Opens the panel and returns its driver."""
    host = SlicerHost() if inside_slicer() else StandInHost()

    def make(segmenter):
        if driver_kind == "PythonQt":
            from panel.python_qt_driver import PythonQtDriver

            if not inside_slicer():
                request.getfixturevalue("qapp")
            return PythonQtDriver(host, segmenter, ARTIFACTS)
        from panel.pyside_driver import PySideDriver

        return PySideDriver(host, segmenter, ARTIFACTS, request.getfixturevalue("qtbot"))

    return make


@pytest.fixture
def panel(make_driver, module, scene, packages, questions, segmenter, worker):
    """The module's panel, open in the scene."""
    driver = make_driver(segmenter)
    yield driver
    driver.close()
