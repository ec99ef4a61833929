"""PelvicBoneSeg.py as Slicer takes it: listed, self-tested, and run with the real bundle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import slicer

from panel.panel_driver import segment_names, segmentations
from PelvicBoneSegLib.anatomy import TERMINOLOGY_CONTEXT
from PelvicBoneSegLib.panel.run.worker_process import WorkerProcess
from PelvicBoneSegLib.worker.child import child_command
from slicer_stand_in.application import downloadSample

HERE = Path(__file__).resolve()
DEFAULT_BUNDLE = HERE.parents[3] / "Resources" / "Bundles" / "default" / "bundle.json"

needs_bundle = pytest.mark.skipif(
    not DEFAULT_BUNDLE.is_file(), reason="no default bundle has been trained yet"
)


@pytest.fixture
def samples(module, scene, monkeypatch):
    """Sample Data with this module's samples."""
    monkeypatch.setattr(slicer.modules, "sampleDataSources", {}, raising=False)
    module.registerSampleData()


def test_slicer_lists_the_module(module):
    parent = SimpleNamespace(path=module.__file__)
    module.PelvicBoneSeg(parent)
    assert parent.title == "Pelvic Bone Segmentation"
    assert parent.categories == ["Segmentation"]
    assert "Not for diagnosis" in parent.helpText


def test_slicer_knows_the_bones_codes_once_it_has_started(module):
    module.PelvicBoneSeg(SimpleNamespace(path=module.__file__))
    slicer.app._emit("startupCompleted()")
    assert slicer.modules.terminologies.logic().IsTerminologyContextLoaded(TERMINOLOGY_CONTEXT)


def test_starting_slicer_imports_nothing_heavy():
    code = (
        "import sys; from slicer_stand_in import install, load_module; file = sys.argv[1];"
        "before = set(sys.modules); install(file); load_module(file);"
        "print(*sorted({'torch', 'SimpleITK', 'pydicom', 'timm'} & set(sys.modules) - before))"
    )
    file = str(HERE.parents[3] / "PelvicBoneSeg.py")
    done = subprocess.run(
        [sys.executable, "-c", code, file],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@needs_bundle
def test_the_self_test_passes(module, samples, qapp):
    module.PelvicBoneSegTest().runTest()


@needs_bundle
def test_two_clicks_turn_the_phantom_into_bones(panel, samples, worker):
    panel.session.worker.shut_down()
    panel.session.worker = WorkerProcess(child_command())
    volume = downloadSample("PelvicPhantom")
    panel.choose("inputSelector", volume.GetName())
    panel.click("segmentButton")
    panel.wait_for(lambda: (panel.progress or 0) > 0)
    panel.screenshot("phantom_running")
    panel.wait_for_end()
    panel.screenshot("phantom_done")
    (node,) = segmentations()
    assert "Left femur" in segment_names(node) and "Right femur" in segment_names(node)
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")
    assert "segment" not in [call["operation"] for call in worker.calls]
