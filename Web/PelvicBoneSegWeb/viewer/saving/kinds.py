"""Kinds of frames between a viewer and the front."""

from __future__ import annotations

SAVE = "save"
"""To the front: a segmentation to store; without one what was stored goes. To the viewer: hand
over what is not saved."""

SAVED, NOT_SAVED = "saved", "not_saved"
"""How it went, told the viewer; `NOT_SAVED` with a ``message``."""
