"""Kinds of frames between a viewer and the front."""

from __future__ import annotations

SAVE = "save"
"""To the front: a segmentation to store. To the viewer: hand over what is not saved."""

TAKE_BACK = "take_back"
"""To the front: what was stored goes, its run was undone. Answered as `SAVE` is."""

SAVED, NOT_SAVED = "saved", "not_saved"
"""How it went, told the viewer; `NOT_SAVED` with a ``message``."""
