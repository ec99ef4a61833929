"""What the library is at, in the user's language."""

from __future__ import annotations

from slicer.i18n import tr as _


def stage_in_words(stage: str) -> str:
    """Return the text for a stage; a name, such as a bone's, is shown as it is."""
    return {
        "Loading the model": _("Loading the model"),
        "Finding bones": _("Finding bones"),
        "Cleaning up": _("Cleaning up"),
        "Interpolating between slices": _("Interpolating between slices"),
        "Making surfaces": _("Making surfaces"),
        "Done": _("Done"),
    }.get(stage, stage)
