"""The panel as a user has it before them: real widgets, real clicks.

A test speaks to the panel through a driver, never to widgets of its own. `PySideDriver` uses the
mouse and the keyboard as pytest-qt sends them; `PythonQtDriver` uses only what PythonQt offers, and
so can run inside Slicer. Both read the widgets as PythonQt shows them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
import slicer.util

from panel.hosts import Host

TIMEOUT_S = 20
BONE_BOXES = ("femurCheckBox", "hipBoneCheckBox", "sacrumCheckBox", "lumbarSpineCheckBox")


class PanelDriver(ABC):
    """Opens the module's panel at once.

    Parameters
    ----------
    host
        Where the module is opened.
    segmenter
        Takes the place of the bundle's own.
    artifacts
        Folder for screenshots.
    """

    def __init__(self, host: Host, segmenter: Any, artifacts: Path) -> None:
        self._host = host
        self._segmenter = segmenter
        self._artifacts = artifacts
        self.parent = host.open()
        self.use_segmenter()
        self._open = True

    def use_segmenter(self) -> None:
        """Give the fake segmenter to the logic: needed again after a reload."""
        self.widget.logic._segmenterFactory = self._segmenter.factory

    def close(self) -> None:
        if self._open:
            self._host.close()
            self._open = False

    # --- what a user does ----------------------------------------------------------------------

    @abstractmethod
    def click(self, name: str) -> None:
        """Click on a button."""

    @abstractmethod
    def choose(self, name: str, text: str) -> None:
        """Pick an entry of a combo box or node selector by its text."""

    @abstractmethod
    def tick(self, name: str) -> None:
        """Click on the box of a check box."""

    @abstractmethod
    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Let Slicer go on until something is so."""

    def go_to(self, page: str) -> None:
        """Show the page of this title."""
        tabs = self.wrapped("stepsTabWidget")
        titles = [tabs.tabText(index).replace("&&", "&") for index in range(tabs.count)]
        tabs.currentIndex = titles.index(page)

    def tick_only(self, *bones: str) -> None:
        """Click on the bones' boxes until exactly these are ticked; no name means all."""
        names = {box: self.text(box).replace("&", "") for box in BONE_BOXES}
        assert set(bones) <= set(names.values()), names
        for box, name in names.items():
            if self.checked(box) != (not bones or name in bones):
                self.tick(box)

    def resize(self, width: int, height: int) -> None:
        """Make the panel as large as this, in pixels."""
        self.parent.resize(width, height)

    def reload(self) -> None:
        """Click on Slicer's *Reload*, which is shown in developer mode."""
        self.widget.onReload()
        self.use_segmenter()

    # --- what a user sees ----------------------------------------------------------------------

    def wrapped(self, name: str) -> Any:
        """The widget of a name in any .ui file, as PythonQt shows it."""
        uis = self.widget.panel.widgets()
        return next(getattr(ui, name) for ui in uis if hasattr(ui, name))

    def text(self, name: str) -> str:
        return self.wrapped(name).text

    def tip(self, name: str) -> str:
        return self.wrapped(name).toolTip

    def can(self, name: str) -> bool:
        """Whether a widget is enabled."""
        return self.wrapped(name).enabled

    def shown(self, name: str) -> bool:
        return self.wrapped(name).visible

    def checked(self, name: str) -> bool:
        return self.wrapped(name).checked

    def value(self, name: str) -> float:
        return self.wrapped(name).value

    def node(self, name: str) -> Any:
        """The node that a selector shows."""
        return self.wrapped(name).currentNode()

    def style(self, name: str) -> str:
        return self.wrapped(name).styleSheet

    @property
    def width(self) -> int:
        """The panel's width, in pixels."""
        return self.parent.width

    def fits_into(self, width: int) -> bool:
        """Whether the panel needs no more than this width, in pixels."""
        return self.parent.minimumSizeHint.width() <= width

    @property
    def status(self) -> str:
        return self.text("statusLabel") if self.shown("statusLabel") else ""

    @property
    def warnings(self) -> str:
        return self.text("warningsLabel") if self.shown("warningsLabel") else ""

    @property
    def progress(self) -> int | None:
        return self.value("progressBar") if self.shown("progressBar") else None

    def screenshot(self, name: str) -> Path:
        self._artifacts.mkdir(exist_ok=True)
        path = self._artifacts / f"panel_{name}.png"
        self._settle()
        assert self.parent.grab().save(str(path))
        return path

    @abstractmethod
    def _settle(self) -> None:
        """Let labels that have grown be laid out in the next round of events."""

    # --- what is behind it ---------------------------------------------------------------------

    @property
    def widget(self) -> Any:
        """The module's PelvicBoneSegWidget; a new one after a reload."""
        return slicer.modules.PelvicBoneSegWidget

    @property
    def controller(self):
        """The controller of the section *Segment*."""
        return self.section("RunSection").controller

    @property
    def comparison(self):
        """The controller of the section *Compare with…*."""
        return self.section("ComparisonSection").controller

    def section(self, name: str):
        """The section of the panel of this class name."""
        sections = self.widget.panel.sections
        return next(one for one in sections if type(one).__name__ == name)

    @property
    def session(self):
        """What the sections share."""
        return self.widget.panel.session

    @property
    def settings(self):
        return self.session.settings

    @property
    def parameters(self):
        return self.widget._parameterNode

    def wait_for_first_batch(self) -> None:
        """Wait until a run that the worker holds has done one batch."""
        self.wait_for(lambda: self.progress == 25)

    def wait_for_end(self) -> None:
        self.wait_for(lambda: not self.controller.running)


def segment_names(node) -> list[str]:
    segmentation = node.GetSegmentation()
    return [
        segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())
    ]


def segmentations() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
