"""Packages: what is asked, what is installed, what is left alone."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest
import slicer

from panel.hosts import needs_stand_in
from panel.panel_driver import segmentations
from PelvicBoneSegLib.errors import (
    InstallationFailedError,
    PyTorchExtensionMissingError,
    PyTorchTooOldError,
)
from PelvicBoneSegLib.panel.dependencies import Dependencies

pytestmark = needs_stand_in


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# comment\nsafetensors>=0.4.3,<1\nsegmentation-models-pytorch>=0.5,<0.7\n")
    return path


@pytest.fixture
def pytorch_extension(monkeypatch, packages):
    """The extension's module; `calls` are its installations."""
    calls = SimpleNamespace(arguments=[], fails=False)

    class PyTorchUtilsLogic:
        # fepegar/SlicerPyTorch, PyTorchUtils/PyTorchUtils.py
        def installTorch(
            self, askConfirmation=False, forceComputationBackend=None, torchVersionRequirement=None
        ):
            if calls.fails:
                raise subprocess.CalledProcessError(1, "ltt install")
            calls.arguments.append((askConfirmation, torchVersionRequirement))
            packages.absent -= {"torch", "torchvision"}
            return ModuleType("torch")

    module = ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    return calls


def test_nothing_is_asked_where_all_is_there(packages, questions, requirements):
    assert Dependencies(requirements).ensure()
    assert questions.texts == []
    assert packages.installed == []


def test_missing_packages_are_named_and_installed(packages, questions, requirements):
    packages.absent = {"segmentation-models-pytorch"}
    assert Dependencies(requirements).ensure()
    (question,) = questions.texts
    assert "segmentation-models-pytorch" in question
    assert "safetensors" not in question and "PyTorch can take" not in question
    assert packages.installed == ["segmentation-models-pytorch<0.7,>=0.5"]


def test_the_installed_torch_is_pinned_while_others_are_installed(
    packages, questions, requirements
):
    from importlib.metadata import version

    packages.absent = {"safetensors"}
    Dependencies(requirements).ensure()
    assert packages.constraints == [
        f"torch=={version('torch')}",
        f"torchvision=={version('torchvision')}",
    ]


def test_torch_comes_first_and_through_the_pytorch_extension(
    packages, questions, requirements, pytorch_extension
):
    packages.absent = {"torch", "torchvision", "safetensors"}
    assert Dependencies(requirements).ensure()
    (question,) = questions.texts
    assert "torch>=2.7" in question and "safetensors" in question and "3 GB" in question
    assert pytorch_extension.arguments == [(False, ">=2.7")]
    assert packages.installed == ["safetensors<1,>=0.4.3"]


def test_declining_changes_nothing(packages, questions, requirements, pytorch_extension):
    packages.absent = {"torch", "safetensors"}
    questions.answer = False
    assert not Dependencies(requirements).ensure()
    assert pytorch_extension.arguments == []
    assert packages.installed == []


def test_a_missing_pytorch_extension_is_said_before_anything_is_asked(
    packages, questions, requirements, monkeypatch
):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    packages.absent = {"torch", "safetensors"}
    with pytest.raises(PyTorchExtensionMissingError, match="Extensions Manager"):
        Dependencies(requirements).ensure()
    assert questions.texts == [] and packages.installed == []


def test_an_old_torch_is_not_replaced_behind_the_users_back(packages, questions, requirements):
    packages.present["torch"] = "1.13.1+cu117"
    with pytest.raises(PyTorchTooOldError, match="PyTorch Utils"):
        Dependencies(requirements).ensure()
    assert questions.texts == []


def test_a_failed_installation_says_which_packages(packages, questions, requirements):
    packages.absent = packages.failing = {"safetensors"}
    with pytest.raises(InstallationFailedError, match="safetensors"):
        Dependencies(requirements).ensure()


def test_a_failed_installation_of_torch_stops_the_rest(
    packages, questions, requirements, pytorch_extension
):
    packages.absent = {"torch", "safetensors"}
    pytorch_extension.fails = True
    with pytest.raises(InstallationFailedError, match="torch"):
        Dependencies(requirements).ensure()
    assert packages.installed == []


def has_run(worker):
    return "segment" in [call["operation"] for call in worker.calls]


def test_declining_at_the_click_leaves_scene_and_panel_as_they_were(
    a_volume, panel, packages, questions, worker
):
    packages.absent = {"segmentation-models-pytorch"}
    questions.answer = False
    panel.click("segmentButton")
    assert len(questions.texts) == 1
    assert packages.installed == [] and not has_run(worker) and segmentations() == []
    assert panel.status == "Nothing was installed, so nothing was segmented."
    assert panel.can("segmentButton")


def test_agreeing_at_the_click_installs_and_runs(a_volume, panel, packages, questions, worker):
    packages.absent = {"segmentation-models-pytorch"}
    panel.click("segmentButton")
    panel.wait_for_end()
    assert packages.installed == ["segmentation-models-pytorch<0.7,>=0.5"]
    assert len(segmentations()) == 1


def test_a_missing_extension_is_shown_in_the_panel(a_volume, panel, packages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    packages.absent = {"torch"}
    panel.click("segmentButton")
    assert "Extensions Manager" in panel.status
    assert panel.can("segmentButton")


def test_the_scene_may_close_while_packages_are_installed(
    scene, a_volume, panel, packages, questions, worker, monkeypatch
):
    packages.absent = {"segmentation-models-pytorch"}

    def close_scene(text, *more, **kwargs):
        scene.Clear(False)
        return True

    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", close_scene)
    panel.click("segmentButton")
    assert not has_run(worker)
    assert panel.tip("segmentButton").startswith("Choose a volume.")
    assert panel.status == panel.tip("segmentButton")
