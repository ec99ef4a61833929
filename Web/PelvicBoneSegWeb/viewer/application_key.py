"""How the front shows a viewer that a request comes through it."""

from __future__ import annotations

KEY_HEADER = "X-PelvicBoneSeg-Viewer"
"""Of every request: other users of this computer do not know its value."""
