"""What the panel needs of a running Slicer, on real Qt and over the real MRML of slicer-core.

Slicer's own Python base classes, its widgets and its PythonQt are not on PyPI. These modules take
their place in tests. They give only what Slicer really has (`api.py` names the source of every
member of a widget) and raise AttributeError on everything else.
"""

from __future__ import annotations

from .installation import install, load_module

__all__ = ["install", "load_module"]
