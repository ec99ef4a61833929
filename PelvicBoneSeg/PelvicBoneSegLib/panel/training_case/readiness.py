"""Whether a training case can be saved, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slicer.i18n import tr as _

from ...scene.training_case.bones import CaseBone
from ..run.readiness import Readiness


def training_case_readiness(
    volume: Any | None, segmentation: Any | None, bones: Sequence[CaseBone], name: str, folder: str
) -> Readiness:
    """Judge the choices.

    Parameters
    ----------
    volume, segmentation
        The chosen nodes, or None.
    bones
        What would be saved.
    name, folder
        The case's name and the dataset folder.
    """
    if volume is None:
        return Readiness(False, _("Choose the volume that the segmentation belongs to."))
    if segmentation is None:
        return Readiness(False, _("Choose a segmentation under Result, or segment a scan first."))
    if not bones:
        return Readiness(
            False,
            _("'{name}' has no bone to train with. Name one, such as 'Left femur'.").format(
                name=segmentation.GetName()
            ),
        )
    if not name:
        return Readiness(False, _("Give the case a name that tells nothing of the patient."))
    return Readiness(
        True,
        _("Save the scan and {count} bones as '{name}' in {folder}.").format(
            count=len(bones), name=name, folder=folder
        ),
    )
