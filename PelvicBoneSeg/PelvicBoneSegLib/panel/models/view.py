"""The widgets of the section *Model and device*."""

from __future__ import annotations

from typing import Any

import qt
from slicer.i18n import tr as _
from slicer.i18n import translate

from ...message import in_words
from ...segmentation.bundle_store import InstalledBundle
from ..choices import DeviceChoice


class ModelsView:
    """Fills the choosers and the card of Models.ui. Nothing is known here of what they do."""

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self._bundles: tuple[InstalledBundle, ...] = ()
        self._card = ""
        for choice in DeviceChoice:
            ui.deviceComboBox.addItem(choice.label())
        self.show_status("")

    @property
    def bundle(self) -> str:
        """Name of the bundle in the chooser."""
        return self._bundles[self._ui.bundleComboBox.currentIndex].name

    @property
    def device(self) -> DeviceChoice:
        """The device in the chooser."""
        return list(DeviceChoice)[self._ui.deviceComboBox.currentIndex]

    def show_bundles(self, bundles: tuple[InstalledBundle, ...], chosen: str) -> None:
        """Fill the chooser, and show the chosen one in it."""
        combo = self._ui.bundleComboBox
        if bundles != self._bundles:
            self._bundles = bundles
            combo.clear()
            for index, bundle in enumerate(bundles):
                combo.addItem(_item_text(bundle))
                combo.setItemData(index, _item_tip(bundle), qt.Qt.ToolTipRole)
        names = [bundle.name for bundle in bundles]
        combo.currentIndex = names.index(chosen) if chosen in names else -1

    def show_device(self, choice: DeviceChoice) -> None:
        """Show the chosen device in its chooser."""
        self._ui.deviceComboBox.currentIndex = list(DeviceChoice).index(choice)

    def set_enabled(self, choosing: bool, changing: bool, deleting: bool) -> None:
        """Allow to choose, to install and verify, and to delete."""
        self._ui.bundleComboBox.enabled = choosing
        self._ui.deviceComboBox.enabled = changing
        self._ui.installBundleButton.enabled = changing
        self._ui.verifyBundleButton.enabled = choosing
        self._ui.deleteBundleButton.enabled = deleting
        self._ui.deleteBundleButton.toolTip = (
            _("Delete the chosen model from this computer.")
            if deleting or not choosing
            else _("This model comes with the extension and cannot be deleted.")
        )

    def show_card(self, html: str) -> None:
        """Show a model card. It stays scrolled where it is while it stays the same."""
        if html != self._card:
            self._card = html
            self._ui.modelCardBrowser.html = html

    def show_status(self, text: str) -> None:
        """Say what came of a click; nothing takes the line away."""
        self._ui.modelsStatusLabel.text = text
        self._ui.modelsStatusLabel.visible = bool(text)
        if text:
            self._ui.modelsButton.collapsed = False


def _item_text(bundle: InstalledBundle) -> str:
    if bundle.fault:
        return _("{name} (cannot be used)").format(name=bundle.name)
    return _("{name}, version {version}").format(name=bundle.name, version=bundle.version)


def _item_tip(bundle: InstalledBundle) -> str:
    if bundle.fault:
        return in_words(bundle.fault, translate)
    origin = _("Comes with the extension") if bundle.is_shipped else _("Installed by you")
    return _("{origin}, {size} MB, in {folder}").format(
        origin=origin, size=f"{bundle.size_bytes / 1e6:.1f}", folder=bundle.path
    )
