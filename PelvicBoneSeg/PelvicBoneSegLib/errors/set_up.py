"""What can go wrong while Slicer is made ready."""

from __future__ import annotations

from collections.abc import Iterable

from ..message import templates
from .base import PelvicBoneSegError

_ = templates(__name__)


class PyTorchExtensionMissingError(PelvicBoneSegError):
    """PyTorch is not there, and neither is the extension that installs it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "PyTorch is needed, and Slicer's PyTorch extension installs it. Install the "
                "extension 'PyTorch' from the Extensions Manager, restart Slicer and try again."
            )
        )


class PyTorchTooOldError(PelvicBoneSegError):
    """The installed PyTorch is older than what the product was tested with."""

    def __init__(self, needed: str) -> None:
        super().__init__(
            _(
                "The installed PyTorch is too old: {needed} is needed. Uninstall it in the "
                "module 'PyTorch Utils', restart Slicer and try again."
            ),
            needed=needed,
        )


class InstallationFailedError(PelvicBoneSegError):
    """Python packages could not be installed into Slicer."""

    def __init__(self, packages: Iterable[str]) -> None:
        super().__init__(
            _(
                "These Python packages could not be installed: {packages}. Check the network "
                "connection and any proxy, restart Slicer and try again."
            ),
            packages=", ".join(packages),
        )


class SampleDownloadError(PelvicBoneSegError):
    """The public sample did not arrive, or is not what was asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _(
                "The sample could not be fetched from the NCI Imaging Data Commons: {reason}. "
                "Nothing was loaded. Check the network connection and any proxy and try again, "
                "or use the pelvic phantom, which needs no network."
            ),
            reason=reason,
        )
