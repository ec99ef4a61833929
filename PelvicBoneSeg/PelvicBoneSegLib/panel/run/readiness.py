"""Whether a run can start, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _
from slicer.i18n import translate

from ...anatomy import BONES
from ...message import in_words
from ...segmentation.suitability import Verdict
from ..choices import SideChoice, bone_label, chosen_bones, have_sides


@dataclass(frozen=True)
class Readiness:
    """Whether *Segment* may be clicked, with the reason or the promise for its tooltip."""

    ready: bool
    tip: str


def readiness(parameters: Any | None, verdict: Verdict | None) -> Readiness:
    """Judge the choices.

    Parameters
    ----------
    parameters
        The module's parameter node; None while there is no scene.
    verdict
        Of the bundle on the volume; None where there is no volume.
    """
    if parameters is None:
        return Readiness(False, _("There is no scene."))
    volume = parameters.inputVolume
    if volume is None:
        return Readiness(
            False,
            _("Choose a volume. To load one, use File › Add Data or the module Sample Data."),
        )
    name = volume.GetName()
    if volume.GetImageData() is None:
        return Readiness(
            False,
            _("The volume '{name}' holds no image. Load it again or choose another.").format(
                name=name
            ),
        )
    bones = chosen_bones(parameters)
    if not bones:
        return Readiness(False, _("Choose at least one bone."))
    if verdict is not None and verdict.refusal:
        return Readiness(False, in_words(verdict.refusal, translate))
    everything = len(bones) == len(BONES)
    what = _("all bones") if everything else ", ".join(bone_label(bone) for bone in bones)
    if have_sides(bones) and parameters.side is not SideChoice.BOTH:
        what = f"{what}, {parameters.side.label().lower()},"
    return Readiness(True, _("Ready to segment: {what} in '{name}'.").format(what=what, name=name))
