"""What the panel calls of `slicer.app` and Slicer's modules, each with the place that defines it.

`slicer.util` is not here: it is Slicer's own file, which slicer-core brings. Of the functions in
Python, the place is file and name; of the others, file and line of the declaration in C++, read at
the commit that stands beside it. What Qt itself gives to its application is marked so.
"""

from __future__ import annotations

from dataclasses import dataclass

from .api import SLICER_CORE

QT = "Qt"

_DECORATORS = "Base/QTCore/qSlicerBaseQTCorePythonQtDecorators.h"
_STD_DECORATORS = "PythonQt/src/PythonQtStdDecorators.cpp"


@dataclass(frozen=True)
class PythonName:
    """One name: how it is declared, where, and the version that was read."""

    declaration: str
    source: str
    commit: str


APPLICATION = {
    "applicationName": PythonName("Q_PROPERTY(QString applicationName)", QT, QT),
    "applicationVersion": PythonName("Q_PROPERTY(QString applicationVersion)", QT, QT),
    "translate": PythonName("static QString translate(const char*, const char*)", QT, QT),
    "clipboard": PythonName("static QClipboard* clipboard()", QT, QT),
    "connect": PythonName(
        "bool connect(QObject* sender, const QByteArray& signal, PyObject* callable)",
        f"{_STD_DECORATORS}:47",
        "0622f009",
    ),
    "testingEnabled": PythonName(
        "bool static_qSlicerCoreApplication_testingEnabled()", f"{_DECORATORS}:55", "2762f0c9"
    ),
    "sendEvent": PythonName(
        "void sendEvent(qSlicerCoreApplication* app, QObject* _receiver, QEvent* _event)",
        f"{_DECORATORS}:64",
        "2762f0c9",
    ),
    "processEvents": PythonName(
        "void processEvents(qSlicerCoreApplication* app)", f"{_DECORATORS}:70", "2762f0c9"
    ),
    "moduleManager": PythonName(
        "slicer.app.moduleManager().connect(...)",
        "Base/Python/slicer/ScriptedLoadableModule.py:107",
        "044f457e",
    ),
}

APPLICATION_SIGNALS = {
    "startupCompleted()": PythonName(
        "void startupCompleted()", "Base/QTGUI/qSlicerApplication.h:223", "dfef9574"
    ),
}

MODULE_MANAGER = {
    "connect": APPLICATION["connect"],
    "disconnect": PythonName(
        "bool disconnect(QObject* sender, const QByteArray& signal, PyObject* callable)",
        f"{_STD_DECORATORS}:94",
        "0622f009",
    ),
}

MODULE_MANAGER_SIGNALS = {
    "moduleAboutToBeUnloaded(QString)": PythonName(
        "moduleAboutToBeUnloaded(QString)",
        "Base/Python/slicer/ScriptedLoadableModule.py:108",
        "044f457e",
    ),
}

MODULE = {
    "path": PythonName(
        'eval("slicer.modules.%s.path" % moduleName.lower())',
        "Base/Python/slicer/util.py:1686",
        SLICER_CORE,
    ),
    "widgetRepresentation": PythonName(
        'eval("slicer.modules.%s.widgetRepresentation()" % moduleName.lower())',
        "Base/Python/slicer/util.py:1725",
        SLICER_CORE,
    ),
}

PACKAGING = {
    name: PythonName(signature, f"Base/Python/slicer/packaging.py::{name}", "4bf416c7")
    for name, signature in {
        "load_requirements": "(path)",
        "pip_check": "(req)",
        "pip_ensure": "(requirements, constraints=None, skip_packages=None, "
        "prompt_install=True, prompt_restart=True, requester=None, skip_in_testing=True, "
        "show_progress=True)",
    }.items()
}
