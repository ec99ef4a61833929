"""Where to compute: a choice for this computer, whatever the scene."""

from __future__ import annotations

from slicer.i18n import tr as _

from ..choices import DeviceChoice
from ..settings import Settings

_CHOSEN = "device"
_TAKEN_BY_AUTO = "deviceOfAutomatic"


def chosen_device(settings: Settings) -> DeviceChoice:
    """Return what the user chose."""
    return _choice(settings.get(_CHOSEN)) or DeviceChoice.AUTO


def choose_device(settings: Settings, choice: DeviceChoice) -> None:
    """Remember what the user chose."""
    settings.set(_CHOSEN, choice.value)


def remembered_device(settings: Settings) -> DeviceChoice | None:
    """Return the device behind the choice: for *Automatic* what it took last, None until known.

    PyTorch would know, but is not imported for it: that takes seconds.
    """
    choice = chosen_device(settings)
    return _choice(settings.get(_TAKEN_BY_AUTO)) if choice is DeviceChoice.AUTO else choice


def remember_device(settings: Settings, device: str) -> None:
    """Note where a run computed, ``"cpu"``, ``"cuda"`` or ``"mps"``."""
    if chosen_device(settings) is DeviceChoice.AUTO:
        settings.set(_TAKEN_BY_AUTO, device)


def device_in_words(choice: DeviceChoice) -> str:
    """Return a device as it stands in a sentence."""
    return {
        DeviceChoice.AUTO: _("the fastest device"),
        DeviceChoice.CPU: _("the processor (CPU)"),
        DeviceChoice.CUDA: _("the NVIDIA graphics card (CUDA)"),
        DeviceChoice.MPS: _("the Apple graphics (MPS)"),
    }[choice]


def _choice(value: str) -> DeviceChoice | None:
    return next((one for one in DeviceChoice if one.value == value), None)
