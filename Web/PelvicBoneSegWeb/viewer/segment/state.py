"""What the page knows of the section *Segment*."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class SegmentState:
    """The form, and how the run goes.

    Attributes
    ----------
    bones, side, bundle, device
        What is chosen, as for `scene.logic.SegmentationLogic.prepare`.
    bundles
        Names of the bundles on this server.
    is_ready
        Whether *Segment* may be clicked.
    tip
        Why not, or what would be done.
    level, notes
        How the scan suits the bundle, and why: see `segmentation.suitability`.
    is_running, is_stopping
        Of the run.
    fraction
        Of the run that is done, in percent.
    stage, running_on
        What the run is at, and where.
    status, is_error
        How the last run ended.
    warnings
        What is to be read after it, one text each.
    question
        What is asked before edited segments are touched; empty while nothing is asked.
    undo_text
        What *Undo run* would take back; empty where there is nothing.
    undo_question
        What is asked before edits are taken back too; empty while nothing is asked.
    rows
        The strip: for each bone ``id``, ``name``, ``doubtful`` and ``bars``, each with ``index``,
        ``height`` in percent, ``doubtful`` and ``tip``; None where the slice lacks the bone.
    has_report
        Whether there was a run that can be accounted for.
    place
        Bone and slice in words, of the bar that was clicked last.
    """

    bones: list[str] = field(default_factory=list)
    side: str = "both"
    bundle: str = ""
    device: str = "auto"
    bundles: list[str] = field(default_factory=list)
    is_ready: bool = False
    tip: str = ""
    level: str = ""
    notes: list[str] = field(default_factory=list)
    is_running: bool = False
    is_stopping: bool = False
    fraction: float = 0.0
    stage: str = ""
    running_on: str = ""
    status: str = ""
    is_error: bool = False
    warnings: list[str] = field(default_factory=list)
    question: str = ""
    undo_text: str = ""
    undo_question: str = ""
    rows: list = field(default_factory=list)
    has_report: bool = False
    place: str = ""
