"""Whether a comparison can start, and if not, why."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ..run.readiness import Readiness


def comparison_readiness(parameters: Any | None) -> Readiness:
    """Judge the choices.

    Parameters
    ----------
    parameters
        The module's parameter node; None while there is no scene.
    """
    if parameters is None:
        return Readiness(False, _("There is no scene."))
    segmentation, reference = parameters.segmentation, parameters.reference
    if segmentation is None:
        return Readiness(False, _("Choose the segmentation to compare, under Result."))
    if reference is None:
        return Readiness(False, _("Choose a reference, such as a segmentation made by hand."))
    if reference is segmentation:
        return Readiness(
            False, _("The reference is the segmentation under Result. Choose another.")
        )
    for node in (segmentation, reference):
        if not node.GetSegmentation().GetNumberOfSegments():
            return Readiness(
                False,
                _("'{name}' has no segments. Choose another.").format(name=node.GetName()),
            )
    return Readiness(
        True,
        _("Ready to compare '{segmentation}' with '{reference}'.").format(
            segmentation=segmentation.GetName(), reference=reference.GetName()
        ),
    )
