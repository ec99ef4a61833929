"""The .ui files as text: what tests read in them without building their widgets."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

UI = Path(__file__).resolve().parents[3] / "Resources" / "UI"

PASSIVE = {"QWidget", "QFrame", "QGroupBox", "QLabel", "QProgressBar", "QScrollArea"}
PASSIVE |= {"QStackedWidget", "QTabWidget", "qMRMLWidget", "Line", "ctkCollapsibleButton"}
"""Classes that need no tooltip: they hold others or show something, or say it in their title."""


def ui_files() -> dict[str, ElementTree.Element]:
    """Root elements by the names of the files."""
    return {path.name: ElementTree.parse(path).getroot() for path in sorted(UI.glob("*.ui"))}


def widgets(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    yield from root.iter("widget")


def interactive(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Widgets that a user works."""
    yield from (one for one in widgets(root) if one.get("class") not in PASSIVE)


def text_of(element: ElementTree.Element, name: str) -> str:
    """A text property of a widget, or ""."""
    return element.findtext(f"property[@name='{name}']/string", "")


def mnemonic(text: str) -> str:
    """The letter after a single &, in lower case, or ""."""
    found = re.search(r"&(\w)", text.replace("&&", ""))
    return found.group(1).lower() if found else ""
