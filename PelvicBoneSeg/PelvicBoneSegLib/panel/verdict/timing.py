"""How long runs took on this computer, and how long the next one will take."""

from __future__ import annotations

import math

from ...errors import PelvicBoneSegError
from ...segmentation.bundle import describe_bundle
from ...segmentation.facts import ScanFacts
from ...segmentation.result import SegmentationResult
from ...segmentation.run_estimate import Estimate, count_slices, estimate
from ...segmentation.volume import Volume
from ..models.device import remember_device, remembered_device
from ..settings import Settings


def remember_run(settings: Settings, volume: Volume, result: SegmentationResult) -> None:
    """Note how fast a run was and where it computed.

    Parameters
    ----------
    settings
        Of the user: times are those of this computer.
    volume, result
        The scan, and what the run gave. Loading the network is no part of its timings.
    """
    remember_device(settings, result.device)
    name, _, version = result.bundle.rpartition(" ")
    try:
        planes = describe_bundle(name)["planes"]
    except PelvicBoneSegError:
        # Deleted or damaged during the run: it will not be run again.
        return
    slices = count_slices(volume.axes, volume.voxels.shape, planes)
    seconds = sum(result.timings.values()) / slices
    settings.set(_key(name, version, result.device), f"{seconds:.6f}")


def expected_time(settings: Settings, facts: ScanFacts, bundle: str) -> Estimate | None:
    """Return how long a run will take on the chosen device; None where it cannot be run.

    Parameters
    ----------
    settings
        As in `remember_run`.
    facts
        The scan.
    bundle
        Name of the bundle.
    """
    if facts.axes is None or facts.shape is None:
        return None
    try:
        description = describe_bundle(bundle)
    except PelvicBoneSegError:
        # The verdict says why.
        return None
    slices = count_slices(facts.axes, facts.shape, description["planes"])
    device = remembered_device(settings)
    if device is None:
        return estimate(slices, None, None)
    key = _key(description["name"], description["version"], device.value)
    return estimate(slices, device.value, _positive(settings.get(key)))


def _key(name: str, version: str, device: str) -> str:
    return f"secondsPerSlice/{name}/{version}/{device}"


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
