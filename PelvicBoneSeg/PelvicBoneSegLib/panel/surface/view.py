"""The widgets of the section *3D*: what each state looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..run.view import show_fraction, show_message


class SurfaceView:
    """Shows things. Knows nothing of surfaces.

    Parameters
    ----------
    ui
        The named widgets of Surface.ui, as `slicer.util.childWidgetVariables` gives them.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self._bones: tuple[str, ...] = ()
        self._standing = ""
        self.show_progress(None)
        self.show_status("")
        self.show_volumes("", "")

    def set_ready(self, ready: bool, tip: str) -> None:
        """Enable *Make isotropic* or not; the tip says what it will do, or why it cannot."""
        self._ui.isotropicButton.enabled = ready
        self._ui.isotropicButton.toolTip = tip

    def set_running(self, running: bool, stopping: bool = False) -> None:
        """Offer *Cancel* while slices are interpolated."""
        self._ui.cancelIsotropicButton.visible = running
        self._ui.cancelIsotropicButton.enabled = running and not stopping

    def set_segmentation(self, chosen: bool) -> None:
        """Enable what needs a segmentation, or say that it does."""
        self._ui.surfaceEmptyLabel.visible = not chosen
        for widget in (
            self._ui.smoothingLabel,
            self._ui.smoothingSlider,
            self._ui.centreLabel,
            self._ui.centreComboBox,
            self._ui.centreButton,
        ):
            widget.enabled = chosen

    def set_bones(self, names: Sequence[str]) -> None:
        """Offer these after the first entry, which stands for all of them."""
        if tuple(names) == self._bones:
            return
        self._bones = tuple(names)
        box = self._ui.centreComboBox
        while box.count > 1:
            box.removeItem(box.count - 1)
        box.addItems(list(names))

    @property
    def bone(self) -> int | None:
        """The number of the bone to put into the middle; None for all."""
        index = self._ui.centreComboBox.currentIndex
        return index - 1 if index > 0 else None

    def show_progress(self, fraction: float | None, stage: str = "") -> None:
        """Show the fraction done, 0–1, and the stage; None hides the bar."""
        show_fraction(self._ui.surfaceProgressBar, fraction, stage)

    def show_status(self, text: str, kind: str = "info") -> None:
        """Show one message: kind is ``"info"``, ``"done"`` or ``"error"``."""
        if not text and self._standing:
            text, kind = self._standing, "warning"
        show_message(self._ui.surfaceStatusLabel, text, kind)

    def show_standing(self, warning: str) -> None:
        """Show a warning wherever there is no other message, as long as it holds."""
        if warning != self._standing:
            self._standing = warning
            # What was told before is no longer so.
            self.show_status("")

    def show_volumes(self, table: str, warning: str) -> None:
        """Show the volumes, in Qt's HTML, and a warning; empty texts hide them."""
        self._ui.volumesLabel.text = table
        self._ui.volumesLabel.visible = bool(table)
        show_message(self._ui.volumeWarningLabel, warning, "warning")
