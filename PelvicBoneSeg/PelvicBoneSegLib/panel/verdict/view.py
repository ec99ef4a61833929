"""The widgets of the section *Verdict*."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _
from slicer.i18n import translate

from ...message import in_words
from ...segmentation.run_estimate import Estimate
from ...segmentation.suitability import Level, Verdict
from ..choices import DeviceChoice
from .wording import contrast, extent, headline, mark, place, slices, time_needed, voxels

_EDGES = {Level.GREEN: "#2ea043", Level.AMBER: "#d29922", Level.REFUSED: "#da3633"}
"""Readable on a light and on a dark ground; the words say the same."""


class VerdictView:
    """Writes a verdict into the labels of Verdict.ui."""

    def __init__(self, ui: Any) -> None:
        self._ui = ui

    def show(
        self, verdict: Verdict | None, expected: Estimate | None, device: DeviceChoice | None
    ) -> None:
        """Show a verdict with the time of a run; None takes all of it away."""
        self._ui.verdictFrame.visible = verdict is not None
        self._ui.factsButton.visible = verdict is not None
        if verdict is None:
            return
        self._ui.verdictLabel.text = f"{mark(verdict.level)} {headline(verdict)}"
        edge = f"border: 0px solid {_EDGES[verdict.level]}; border-left-width: 4px;"
        self._ui.verdictFrame.styleSheet = f"#verdictFrame {{ {edge} }}"
        reasons = "\n".join(f"• {in_words(one.text, translate)}" for one in verdict.reasons)
        self._ui.reasonsLabel.text = reasons
        self._ui.reasonsLabel.visible = bool(reasons)
        facts = verdict.facts
        self._ui.slicesFactLabel.text = slices(facts)
        self._ui.voxelsFactLabel.text = voxels(facts)
        self._ui.extentFactLabel.text = extent(facts)
        self._ui.placeFactLabel.text = place(facts)
        self._ui.contrastFactLabel.text = contrast(facts)
        time = "" if expected is None else time_needed(expected, device)
        self._ui.timeLabel.text = _("Time: {time}.").format(time=time)
        self._ui.timeLabel.visible = bool(time) and not verdict.refusal
