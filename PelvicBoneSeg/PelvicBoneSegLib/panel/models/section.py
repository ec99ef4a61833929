"""The section *Model and device*."""

from __future__ import annotations

from typing import Any

from ..section import Section
from ..session import Session
from .controller import ModelsController
from .view import ModelsView


class ModelsSection(Section):
    """Which network, its card, and on which device."""

    UI_FILE = "Models.ui"
    PAGE = "segmentPage"

    def __init__(self, ui: Any, session: Session) -> None:
        super().__init__(ui, session)
        self.controller = ModelsController(ModelsView(ui), session)
        ui.bundleComboBox.connect("activated(int)", self.controller.choose_bundle)
        ui.deviceComboBox.connect("activated(int)", self.controller.choose_device)
        ui.installBundleButton.connect("clicked()", self.controller.install)
        ui.verifyBundleButton.connect("clicked()", self.controller.verify)
        ui.deleteBundleButton.connect("clicked()", self.controller.delete)

    def refresh(self) -> None:
        """Follow the choice, and bundles that came or went on the disk."""
        self.controller.refresh()
