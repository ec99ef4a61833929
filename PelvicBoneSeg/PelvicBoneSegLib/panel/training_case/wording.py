"""What the user reads of a training case."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from ...scene.training_case.bones import CaseBone, Status


def status_label(status: Status) -> str:
    """Return what the user reads of a segment's status, as in Slicer's table of segments."""
    return {
        Status.NOT_STARTED: _("not started"),
        Status.IN_PROGRESS: _("in progress"),
        Status.COMPLETED: _("completed"),
        Status.FLAGGED: _("flagged"),
    }[status]


def bones_text(bones: Sequence[CaseBone]) -> str:
    """List the bones that would be saved, with their status, and what to think of before."""
    lines = [
        ("" if bone.status is Status.COMPLETED else "⚠ ")
        + _("{name}: {status}").format(name=bone.name, status=status_label(bone.status))
        for bone in bones
    ]
    if any(bone.status is not Status.COMPLETED for bone in bones):
        lines.append(
            _(
                "Bones that are not completed are saved too, and the case says so. Under Correct, "
                "mark as completed what is right, and delete what is not."
            )
        )
    return "\n".join(lines)
