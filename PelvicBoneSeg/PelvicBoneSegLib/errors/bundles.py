"""What can be wrong with a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..message import templates
from .base import EXIT_BUNDLE, PelvicBoneSegError

_ = templates(__name__)


class BundleError(PelvicBoneSegError):
    """Base of what can be wrong with a model bundle."""

    exit_code = EXIT_BUNDLE


class BundleNotFoundError(BundleError):
    """No such bundle, or a file of it is missing."""

    def __init__(self, name: Path | str, known: Iterable[str]) -> None:
        super().__init__(
            _(
                "There is no complete model bundle {name} (bundle.json and "
                "weights.safetensors). Installed bundles: {known}."
            ),
            name=name,
            known=", ".join(known) or "none",
        )


class BundleInvalidError(BundleError):
    """`bundle.json` breaks the schema, or the weights do not fit it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            _("The model bundle {path} is not valid: {reason}. Install it again from its source."),
            path=path,
            reason=reason,
        )


class BundleDigestError(BundleError):
    """The weights are not the bytes that `bundle.json` was written for."""

    def __init__(self, path: Path | str, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            _(
                "The weights in {path} were changed or damaged: SHA-256 should be {expected} "
                "but is {found}. Install the bundle again from its source."
            ),
            path=path,
            expected=expected,
            found=found,
        )


class BundleArchiveError(BundleError):
    """A file that is no zip of a bundle, or one that is not safe to unpack."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "{path} is no model bundle: {reason}. Nothing was installed. Choose a zip file "
                "that holds bundle.json and weights.safetensors and nothing else, or fetch it "
                "again."
            ),
            path=path,
            reason=reason,
        )


class BundleTakenError(BundleError):
    """A bundle of that name is installed already."""

    def __init__(self, name: str, installed: str, offered: str) -> None:
        self.name, self.installed, self.offered = name, installed, offered
        super().__init__(
            _(
                "The model bundle '{name}' is installed already, as version {installed}; the "
                "file holds version {offered}. Nothing was changed. Say that it may be "
                "replaced, or delete the installed one first."
            ),
            name=name,
            installed=installed,
            offered=offered,
        )


class BundleShippedError(BundleError):
    """A bundle that comes with the product, which stays as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "The model bundle '{name}' comes with the product and cannot be replaced or "
                "deleted. Give the other one another name in its bundle.json."
            ),
            name=name,
        )
