from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import slicer
import slicer.util

from panel.fake_segmenter import FakeSegmenter
from panel.panel_driver import PanelDriver
from slicer_stand_in import install, load_module
from slicer_stand_in.application import Packaging

HERE = Path(__file__).resolve()
MODULE_FILE = HERE.parents[3] / "PelvicBoneSeg.py"
ARTIFACTS = HERE.parents[4] / "artifacts"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
install(str(MODULE_FILE))
TORCH = {"torch": "2.8.0", "torchvision": "0.23.0"}


@pytest.fixture
def scene(monkeypatch):
    """An empty scene that is Slicer's own for the time of the test."""
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
    fake = FakeSegmenter()
    yield fake
    fake.may_go_on.set()


@pytest.fixture
def module():
    """PelvicBoneSeg.py, imported as Slicer imports it."""
    return load_module(str(MODULE_FILE))


@pytest.fixture
def panel(qtbot, module, scene, packages, questions, segmenter):
    """The module's panel, open in the scene."""
    driver = PanelDriver(qtbot, module, segmenter, ARTIFACTS)
    yield driver
    driver.close()
