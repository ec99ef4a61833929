"""`slicer.app`, `slicer.modules`, and the modules beside them that the panel asks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import slicer
from packaging.requirements import Requirement
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from . import python_api
from .module_widget import qSlicerScriptedLoadableModuleWidget
from .python_qt import unwrap, wrap


class Emitter:
    """An object of Slicer's whose signals are connected by their signatures."""

    signals: Mapping[str, python_api.PythonName] = {}

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Callable]] = {}

    def connect(self, signal: str, callback: Callable) -> bool:
        if signal not in self.signals:
            raise AttributeError(f"{type(self).__name__} has no signal '{signal}' here")
        self._callbacks.setdefault(signal, []).append(callback)
        return True

    def _emit(self, signal: str, *arguments: Any) -> None:
        for callback in list(self._callbacks.get(signal, [])):
            callback(*arguments)


class ModuleManager(Emitter):
    """qSlicerModuleManager."""

    signals = python_api.MODULE_MANAGER_SIGNALS

    def disconnect(self, signal: str, callback: Callable) -> bool:
        connected = self._callbacks.get(signal, [])
        if callback not in connected:
            return False
        connected.remove(callback)
        return True


class Application(Emitter):
    """qSlicerApplication. In testing mode, as Slicer's own tests run."""

    signals = python_api.APPLICATION_SIGNALS
    applicationName = "Slicer"
    applicationVersion = "5.12.0-stand-in"

    def __init__(self) -> None:
        super().__init__()
        self._modules = ModuleManager()

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def clipboard(self) -> Any:
        return wrap(QApplication.clipboard())

    def processEvents(self) -> None:
        QApplication.processEvents()

    def sendEvent(self, receiver: Any, event: QEvent) -> None:
        QApplication.sendEvent(unwrap(receiver), event)

    def testingEnabled(self) -> bool:
        return True

    def translate(self, context: str, text: str) -> str:
        return text


class ScriptedModule:
    """qSlicerScriptedLoadableModule, as `slicer.modules` has it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._widget: qSlicerScriptedLoadableModuleWidget | None = None

    def widgetRepresentation(self) -> Any:
        return wrap(self._representation())

    def _representation(self) -> qSlicerScriptedLoadableModuleWidget:
        if self._widget is None:
            widget = qSlicerScriptedLoadableModuleWidget()
            widget._open(self.path)
            self._widget = widget
        return self._widget

    def _unload(self) -> None:
        name = Path(self.path).stem
        slicer.app.moduleManager()._emit("moduleAboutToBeUnloaded(QString)", name)
        self._widget = None


@dataclass
class Packaging:
    """Base/Python/slicer/packaging.py (Slicer 5.12). Installs nothing, but says what it would.

    `present` are distributions that count as installed beside the real ones, `absent` those that
    count as missing, `failing` those whose installation fails.
    """

    present: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    installed: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)

    def load_requirements(self, path: str | Path) -> list[Requirement]:
        lines = [line.strip() for line in Path(path).read_text().splitlines()]
        return [Requirement(line) for line in lines if line and line[0] not in "#-"]

    def pip_check(self, req: Any) -> bool:
        if isinstance(req, list):
            return all(map(self.pip_check, req))
        requirement = Requirement(req) if isinstance(req, str) else req
        found = self._version(requirement.name)
        return found is not None and found in requirement.specifier

    def pip_ensure(
        self,
        requirements: Any,
        constraints: str | Path | None = None,
        skip_packages: list[str] | None = None,
        prompt_install: bool = True,
        prompt_restart: bool = True,
        requester: str | None = None,
        skip_in_testing: bool = True,
        show_progress: bool = True,
    ) -> None:
        missing = [one for one in requirements if not self.pip_check(one)]
        self.constraints = Path(constraints).read_text().split() if constraints else []
        for one in map(str, missing):
            name = Requirement(one).name
            if name in self.failing:
                raise subprocess.CalledProcessError(1, "pip install")
            self.installed.append(one)
            self.absent.discard(name)

    def _version(self, name: str) -> str | None:
        if name in self.absent:
            return None
        try:
            return self.present.get(name) or version(name)
        except PackageNotFoundError:
            return "1000" if any(one.startswith(name) for one in self.installed) else None


class Modules(SimpleNamespace):
    """`slicer.modules`: one attribute for each loaded module, by its name in lower case."""


class SampleDataLogic:
    """Modules/Scripted/SampleData/SampleData.py: keeps what is registered, loads local files."""

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: str | None = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Callable | None = None,
        thumbnailFileName: str | None = None,
        loadFileType: str = "VolumeFile",
        loadFiles: Any = None,
        loadFileProperties: Any = None,
        checksums: Any = None,
    ) -> None:
        source = SimpleNamespace(**locals())
        sources = vars(slicer.modules).setdefault("sampleDataSources", {}).setdefault(category, [])
        if source not in sources:
            sources.append(source)


def downloadSample(sampleName: str) -> Any:
    """SampleData.downloadSample, for a volume behind a file: address."""
    sources = [one for group in slicer.modules.sampleDataSources.values() for one in group]
    source = next(one for one in sources if one.sampleName == sampleName)
    address = urlparse(source.uris)
    if address.scheme != "file":
        raise ValueError(f"the stand-in downloads nothing from {source.uris}")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", source.nodeNames)
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(url2pathname(address.path))
    if not storage.ReadData(node):
        raise RuntimeError(f"cannot read {source.uris}")
    return node
