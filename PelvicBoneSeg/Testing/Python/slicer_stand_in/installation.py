"""Puts the stand-in where `import qt` and `import slicer` find it."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import slicer
import slicer.util
from PySide6.QtCore import Qt

from . import (
    application,
    parameter_node,
    parameter_values,
    python_qt,
    scripted_module,
    ui_loader,
    widgets,
)


class _QtModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "QUiLoader":
            return ui_loader.QUiLoader
        if name == "Qt":
            return Qt
        return python_qt.public_class(python_qt.find_class(name))


class _CtkModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if not name.startswith("ctk") or name not in widgets.WIDGETS:
            raise AttributeError(f"the stand-in has no ctk.{name}")
        return python_qt.wrapper_class(widgets.WIDGETS[name])


def install(module_file: str) -> None:
    """Make this process look like Slicer to the module in `module_file`. Once is enough."""
    if "qt" in sys.modules:
        return
    sys.modules["qt"] = _QtModule("qt")
    sys.modules["ctk"] = _CtkModule("ctk")
    _add("slicer.i18n", tr=lambda text: text, translate=lambda context, text: text)
    _add(
        "slicer.parameterNodeWrapper",
        parameterNodeWrapper=parameter_node.parameterNodeWrapper,
        WithinRange=parameter_values.WithinRange,
        Choice=parameter_values.Choice,
        Default=parameter_values.Default,
    )
    names = [name for name in vars(scripted_module) if name.startswith("ScriptedLoadableModule")]
    _add(
        "slicer.ScriptedLoadableModule",
        __all__=names,
        **{name: getattr(scripted_module, name) for name in names},
    )
    for name, widget in widgets.WIDGETS.items():
        if name.startswith("q"):
            setattr(slicer, name, python_qt.wrapper_class(widget))
    slicer.app = application.Application()
    slicer.modules = application.Modules()
    terminologies = slicer.vtkSlicerTerminologiesModuleLogic()
    slicer.modules.terminologies = application.SimpleNamespace(logic=lambda: terminologies)
    slicer.modules.pelvicboneseg = application.ScriptedModule(module_file)
    sys.modules["slicer.packaging"] = slicer.packaging = application.Packaging()
    sample_data = ModuleType("SampleData")
    sample_data.SampleDataLogic = application.SampleDataLogic
    sample_data.downloadSample = application.downloadSample
    sys.modules["SampleData"] = sample_data


def load_module(module_file: str) -> ModuleType:
    """Import a scripted module's file as Slicer does: by its path."""
    name = f"{Path(module_file).stem}_of_slicer"
    if name not in sys.modules:
        spec = spec_from_file_location(name, module_file)
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def _add(name: str, **members: Any) -> None:
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    setattr(slicer, name.split(".")[1], module)
