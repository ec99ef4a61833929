"""What was asked for cannot be done, or the user called it off."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..message import Message, templates
from .base import EXIT_CANCELLED, PelvicBoneSegError

_ = templates(__name__)


class UnknownBoneError(PelvicBoneSegError):
    """No bone was chosen, or a bone that the product or the bundle does not know."""

    def __init__(self, bone: str, known: Iterable[str]) -> None:
        problem = (
            Message(_("Unknown bone: {bone}."), bone=bone)
            if bone
            else Message(_("No bone was chosen."))
        )
        super().__init__(
            _("{problem} Choose from: {known}."), problem=problem, known=", ".join(known)
        )


class UnknownSideError(PelvicBoneSegError):
    """A side that does not exist."""

    def __init__(self, side: str, known: Iterable[str]) -> None:
        super().__init__(
            _("Unknown side: {side}. Choose from: {known}."), side=side, known=", ".join(known)
        )


class UnknownFormatError(PelvicBoneSegError):
    """An output format that we do not write."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            _("Unknown output format: {name}. Choose from: {known}."),
            name=name,
            known=", ".join(known),
        )


class DeviceUnavailableError(PelvicBoneSegError):
    """The chosen device is not there."""

    def __init__(self, device: str) -> None:
        super().__init__(
            _(
                "The device '{device}' is not available to PyTorch on this computer. Choose "
                "'auto' or 'cpu'."
            ),
            device=device,
        )


class OutOfMemoryError(PelvicBoneSegError):
    """The scan, or even one slice in the network, does not fit into the computer's memory."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This computer's memory is too small for the scan. Close other programs, or "
                "crop the scan."
            )
        )


class DependencyMissingError(PelvicBoneSegError):
    """A Python package that the work needs cannot be imported."""

    def __init__(self, package: str, install: str) -> None:
        super().__init__(
            _("The Python package '{package}' is missing. Install it with: {install}"),
            package=package,
            install=install,
        )


class OutputNotWritableError(PelvicBoneSegError):
    """The results could not be stored."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            _(
                "Cannot write to {path}: {reason}. Nothing was left there. Choose a folder "
                "that you may write to and that has free space."
            ),
            path=path,
            reason=reason,
        )


class AddressInUseError(PelvicBoneSegError):
    """A server cannot listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            _("Cannot listen at {host}, port {port}: {reason}. Choose another --host or --port."),
            host=host,
            port=port,
            reason=reason,
        )


class InputInTheWayError(PelvicBoneSegError):
    """The scan is the file that a result would be written to."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _(
                "The results would replace the scan itself: it is also {path}. Choose another "
                "folder for the results."
            ),
            path=path,
        )


class Cancelled(PelvicBoneSegError):
    """The user stopped the run."""

    exit_code = EXIT_CANCELLED

    def __init__(self) -> None:
        super().__init__(_("Cancelled. Nothing was changed."))
