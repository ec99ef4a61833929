"""What the section *Model and device* does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import qt
import slicer.packaging
import slicer.util
from slicer.i18n import tr as _

from ...errors import BundleTakenError, PelvicBoneSegError
from ...segmentation.bundle import DEFAULT_BUNDLE, describe_bundle
from ...segmentation.bundle_store import (
    InstalledBundle,
    delete_bundle,
    list_bundles,
    verify_bundle,
)
from ...segmentation.model_card import card_html
from ..dependencies import ensure_packages
from ..failure import explain
from ..session import Session
from .device import choose_device, chosen_device
from .view import ModelsView

_CHECKERS = ("jsonschema", "safetensors")
"""What `requirements.txt` names that a bundle is checked with; torch is not needed for that."""

_LAST_FOLDER = "bundleFolder"


class ModelsController:
    """Chooses, installs, verifies and deletes bundles.

    Parameters
    ----------
    view
        The widgets.
    session
        Its parameters name the bundle, its settings the device.
    """

    def __init__(self, view: ModelsView, session: Session) -> None:
        self._view = view
        self._session = session

    def refresh(self) -> None:
        """Bring the widgets in line with the choice and with the disk."""
        parameters = self._session.parameters
        bundles = list_bundles()
        chosen = parameters.bundle if parameters else ""
        found = next((one for one in bundles if one.name == chosen), None)
        if parameters and found is None and chosen != DEFAULT_BUNDLE:
            self._fall_back(chosen)
            return
        self._view.show_bundles(bundles, chosen)
        self._view.show_device(chosen_device(self._session.settings))
        idle = not self._session.run_is_on
        can_choose = idle and parameters is not None
        self._view.set_enabled(
            can_choose, idle, can_choose and found is not None and not found.is_shipped
        )
        self._view.show_card(_card(found))

    def choose_bundle(self) -> None:
        """Take the bundle in the chooser: the user picked it."""
        self._view.show_status("")
        self._session.parameters.bundle = self._view.bundle

    def choose_device(self) -> None:
        """Take the device in the chooser: the user picked it."""
        choose_device(self._session.settings, self._view.device)
        self._session.notify()

    def install(self) -> None:
        """Install a bundle from a file that the user picks: *Install…* was clicked."""
        self._view.show_status("")
        settings = self._session.settings
        file = qt.QFileDialog.getOpenFileName(
            None,
            _("Install a model"),
            settings.get(_LAST_FOLDER),
            _("Model bundles (*.zip)"),
        )
        if not file:
            return
        settings.set(_LAST_FOLDER, str(Path(file).parent))
        self._try(lambda: self._install(Path(file)))

    def verify(self) -> None:
        """Check the chosen bundle: *Verify* was clicked."""
        self._try(self._verify)

    def delete(self) -> None:
        """Delete the chosen bundle: *Delete…* was clicked."""
        name = self._session.parameters.bundle
        question = _("Delete the model '{name}' from this computer? This cannot be undone.")
        if slicer.util.confirmOkCancelDisplay(question.format(name=name), _("Delete a model")):
            self._try(lambda: self._delete(name))

    def _install(self, file: Path) -> str:
        if not self._can_check():
            return _("Nothing was installed: the packages that check a model are missing.")
        try:
            bundle = self._session.logic.installBundle(file)
        except BundleTakenError as taken:
            if not _may_replace(taken):
                return _("Nothing was installed.")
            bundle = self._session.logic.installBundle(file, replace=True)
        if self._session.parameters is not None:
            self._session.parameters.bundle = bundle.name
        return _("Installed '{name}', version {version}.").format(
            name=bundle.name, version=bundle.version
        )

    def _verify(self) -> str:
        name = self._session.parameters.bundle
        if not self._can_check():
            return _("Not verified: the packages that check a model are missing.")
        verify_bundle(name)
        return _("'{name}' is as it was published: SHA-256 and description are right.").format(
            name=name
        )

    def _delete(self, name: str) -> str:
        delete_bundle(name)
        self._session.parameters.bundle = DEFAULT_BUNDLE
        return _("'{name}' was deleted.").format(name=name)

    def _can_check(self) -> bool:
        file = self._session.resources / "requirements.txt"
        wanted = slicer.packaging.load_requirements(file)
        return ensure_packages([str(one) for one in wanted if one.name in _CHECKERS])

    def _fall_back(self, lost: str) -> None:
        """Choose the product's own bundle; that refreshes all sections."""
        self._session.parameters.bundle = DEFAULT_BUNDLE
        self._view.show_status(
            _("The model '{name}' is not installed here, so '{other}' was chosen.").format(
                name=lost, other=DEFAULT_BUNDLE
            )
        )

    def _try(self, step: Callable[[], str]) -> None:
        try:
            text = step()
        except Exception as error:  # shown and logged: a click must never fail unseen
            text = explain(error)
        self._session.notify()
        self._view.show_status(text)


def _may_replace(taken: BundleTakenError) -> bool:
    text = _(
        "The model '{name}' is installed already.\n\nInstalled: version {installed}\nIn the file: "
        "version {offered} ({order})\n\nReplace the installed one?"
    ).format(
        name=taken.name,
        installed=taken.installed,
        offered=taken.offered,
        order=_order(taken.installed, taken.offered),
    )
    return slicer.util.confirmOkCancelDisplay(text, _("Replace a model"))


def _order(installed: str, offered: str) -> str:
    try:
        old, new = (tuple(map(int, version.split("."))) for version in (installed, offered))
    except ValueError:
        # The installed one is damaged and tells no version.
        return _("the installed one is damaged")
    if new == old:
        return _("the same version")
    return _("newer") if new > old else _("older")


def _card(bundle: InstalledBundle | None) -> str:
    if bundle is None:
        return ""
    try:
        return card_html(describe_bundle(bundle.name))
    except PelvicBoneSegError:
        # The chooser's tooltip and the verdict say what is wrong with it.
        return ""
