"""What a click on *Segment* asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..choices import chosen_bones
from ..models.device import chosen_device
from ..session import Session


@dataclass(frozen=True)
class RunChoices:
    """All that a run depends on, read at one moment.

    Attributes
    ----------
    volume, segmentation
        The nodes; the segmentation is None for a new one.
    bones, side, bundle, device
        As for `scene.logic.SegmentationLogic.prepare`.
    """

    volume: Any
    segmentation: Any | None
    bones: tuple[str, ...]
    side: str
    bundle: str
    device: str


def run_choices(session: Session) -> RunChoices:
    """Read the choices that are shown."""
    parameters = session.parameters
    return RunChoices(
        volume=parameters.inputVolume,
        segmentation=parameters.segmentation,
        bones=chosen_bones(parameters),
        side=parameters.side.value,
        bundle=parameters.bundle,
        device=chosen_device(session.settings).value,
    )
