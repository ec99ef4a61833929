"""Starts run.py as Slicer would, over the stand-in: one application, one scene, no pytest-qt.

``python pretend_slicer.py [pytest's options]``. To the tests this process is Slicer: they use the
driver and the host that are for Slicer alone.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

HERE = Path(__file__).resolve().parent
MODULE_FILE = HERE.parents[2] / "PelvicBoneSeg.py"

sys.path[:0] = [str(HERE.parent), str(MODULE_FILE.parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import slicer  # noqa: E402
import slicer.util  # noqa: E402
from PySide6.QtCore import QCoreApplication, QSettings  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from slicer_stand_in import install, load_module  # noqa: E402


def make_scene() -> list:
    """Give Slicer its scene. Return what has to live as long."""
    slicer.mrmlScene = slicer.vtkMRMLScene()
    application = slicer.vtkMRMLApplicationLogic()
    application.SetMRMLScene(slicer.mrmlScene)
    segmentations = slicer.vtkSlicerSegmentationsModuleLogic()
    segmentations.SetMRMLApplicationLogic(application)
    segmentations.SetMRMLScene(slicer.mrmlScene)
    return [application, segmentations]


def select_module(name: str) -> None:
    """slicer.util.selectModule, of a Slicer with this module and the module Data."""
    representation = slicer.modules.pelvicboneseg.widgetRepresentation()
    if representation.isEntered:
        representation.exit()
    if name == "PelvicBoneSeg":
        representation.enter()
        representation.show()


def leave(status: int) -> None:
    """slicer.util.exit. At once: PySide and VTK do not agree on who is deleted first."""
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    application = QApplication([])
    settings = TemporaryDirectory()
    QCoreApplication.setOrganizationName("PelvicBoneSeg tests")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, settings.name)
    sys.modules["PythonQt"] = ModuleType("PythonQt")
    install(str(MODULE_FILE))
    sys.modules["PelvicBoneSeg"] = load_module(str(MODULE_FILE))
    slicer.util.selectModule = select_module
    slicer.util.getModule = lambda name: slicer.modules.pelvicboneseg
    slicer.util.exit = leave
    kept = make_scene()
    sys.argv[0] = str(HERE / "run.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
