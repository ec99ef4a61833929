"""What the section *Segment* does: one run at a time, MRML in the server's loop only."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from slicer import vtkMRMLSliceNode
from trame_server import Server
from trame_slicer.app.logic.base_logic import BaseLogic

from PelvicBoneSegLib.anatomy import BONES, segments_for
from PelvicBoneSegLib.errors import BundleNotFoundError, Cancelled, NoBoneError, PelvicBoneSegError
from PelvicBoneSegLib.scene.rerun import RerunMode, edited_segments
from PelvicBoneSegLib.scene.review.bone_row import bone_rows
from PelvicBoneSegLib.scene.review.slice_jump import bone_centre, jump_to
from PelvicBoneSegLib.scene.scan_facts import facts_of
from PelvicBoneSegLib.scene.view_centre import centre_on
from PelvicBoneSegLib.segmentation.bundle import DEFAULT_BUNDLE, describe_bundle
from PelvicBoneSegLib.segmentation.bundle_store import list_bundles
from PelvicBoneSegLib.segmentation.suitability import Verdict, judge
from PelvicBoneSegLib.worker.messages import Failed, Progress, RunningOn

from ..session import Session
from ..worker_client import Said, Waiting
from .choices import DEVICE_TITLES, what_is_wanted
from .run import Choices, Outcome, Run, Written
from .state import SegmentState
from .strip import describe, strip_rows


class SegmentLogic(BaseLogic[SegmentState]):
    """The section's state machine: idle, asking, running, stopping.

    Attributes
    ----------
    last
        The latest run that ended well.
    bundles
        Names of those that may be chosen: what the page says of them can be set by hand.
    """

    def __init__(self, server: Server, session: Session) -> None:
        super().__init__(server, session.slicer_app, SegmentState)
        self._session = session
        self._run: Run | None = None
        self.last: Written | None = None
        self.data.bones = [BONES[0]]
        self.data.bundle = DEFAULT_BUNDLE
        self.bundles = tuple(one.name for one in list_bundles() if not one.fault)
        self.data.bundles = list(self.bundles)
        session.volume_opened.connect(self._judge)
        session.segmentation_changed.connect(self.refresh_strip)
        session.segments_written.connect(self.refresh_strip)
        chosen = [self.name.bones, self.name.side, self.name.bundle, self.name.device]
        self.bind_changes(dict.fromkeys(chosen, self._judge))

    # --- what the user does --------------------------------------------------------------------

    def segment(self) -> None:
        """Start a run, or ask first what becomes of edits."""
        if not self.data.is_ready or self._run is not None:
            return
        edited = self._edited()
        if edited:
            self.data.question = f"Edited since the last run: {', '.join(edited)}."
        else:
            self._start(RerunMode.REPLACE)

    def answer(self, rerun: str) -> None:
        """Start the run: what becomes of edits was said."""
        mode = RerunMode(rerun)
        if self.data.question and self._run is None:
            self.data.question = ""
            self._start(mode)

    def cancel(self) -> None:
        """Stop the run, or do not even start it."""
        self.data.question = ""
        if self._run is not None and not self.data.is_stopping:
            self.data.is_stopping = True
            self.data.stage = "Stopping after the current batch of slices"
            self._run.cancel()

    def undo(self) -> None:
        """Take the last run back, or ask first where edits go with it."""
        logic = self._session.logic
        if logic.undo_loses_edits and not self.data.undo_question:
            self.data.undo_question = (
                f"{logic.undo_description}: changed since the run. Undoing the run takes these "
                "changes back too."
            )
        else:
            self._undo()

    def keep(self) -> None:
        """Leave the last run as it is: its edits would go too."""
        self.data.undo_question = ""

    def _undo(self) -> None:
        self.data.undo_question = ""
        try:
            node = self._session.logic.undo()
        except PelvicBoneSegError as error:
            self._tell(error.message, is_error=True)
            return
        self._session.set_segmentation(node)
        self._session.segments_written.emit()
        self._tell("The last run was taken back.")
        self.data.warnings = []

    def jump(self, segment_id: str, index: int) -> None:
        """Bring the slice views to a bone in a slice of the strip."""
        node = self._session.segmentation
        rows = {} if node is None else {one.segment_id: one for one in bone_rows(node)}
        if segment_id not in rows:
            return
        centre = bone_centre(node, segment_id, int(index))
        if centre is None:
            self.data.place = f"{rows[segment_id].name} is no longer in slice {int(index) + 1}."
            return
        jump_to(self.scene, centre)
        self.data.place = describe(rows[segment_id], int(index))

    def refresh_strip(self) -> None:
        """Bring strip and undo in line with the scene."""
        self.data.rows = strip_rows(self._session.segmentation)
        self.data.undo_text = self._session.logic.undo_description or ""
        self.data.undo_question = ""

    # --- how a run goes ------------------------------------------------------------------------

    def _start(self, rerun: RerunMode) -> None:
        try:
            run = Run(self._session, self._choices(), rerun, self._hear, self._end)
            run.start()
        except PelvicBoneSegError as error:
            self._tell(error.message, is_error=True)
            return
        self._run = run
        self._tell("")
        self.data.warnings = []
        self.data.fraction = 0.0
        self.data.stage = "Starting"
        self.data.running_on = ""
        self.data.is_running, self.data.is_stopping = True, False

    def _hear(self, message: Said) -> None:
        with self.state:
            if isinstance(message, Waiting) and message.ahead:
                self.data.stage = f"Waiting: {message.ahead} before you"
            elif isinstance(message, RunningOn):
                self.data.running_on = DEVICE_TITLES.get(message.device, message.device)
            elif isinstance(message, Progress) and not self.data.is_stopping:
                self.data.fraction = round(100 * message.fraction, 1)
                self.data.stage = message.stage

    def _end(self, outcome: Outcome) -> None:
        with self.state:
            self._run = None
            self.data.is_running = self.data.is_stopping = False
            if isinstance(outcome, Written):
                self._show(outcome)
            elif isinstance(outcome.error, Cancelled):
                self._tell("Cancelled. Nothing was changed.")
            else:
                self._fail(outcome)

    def _show(self, written: Written) -> None:
        self.last = written
        self.data.has_report = True
        self.data.warnings = list(map(str, self._session.logic.warnings))
        found = [one for one in written.result.segments if one.voxels]
        if not found:
            self._tell("No bone was found. Nothing was changed.")
            return
        is_first = self._session.segmentation is None
        self._session.set_segmentation(written.node)
        self._session.segments_written.emit()
        self._look_at(found[0].definition.id, is_first)
        bones = " · ".join(f"{one.definition.name} {one.volume_ml:.0f} ml" for one in found)
        self._tell(f"Done in {written.seconds:.1f} s. {bones}")

    def _look_at(self, segment_id: str, is_first: bool) -> None:
        """Turn the 3D views to the bones, and after the first run the slices too."""
        node = self._session.segmentation
        with suppress(NoBoneError):
            centre_on(node)
        if is_first:
            # The slices alone: the scan stays where it is in the views.
            centre = node.GetSegmentCenterRAS(segment_id)
            vtkMRMLSliceNode.JumpAllSlices(self.scene, *centre, vtkMRMLSliceNode.OffsetJumpSlice)

    def _fail(self, failed: Failed) -> None:
        if isinstance(failed.error, PelvicBoneSegError):
            self._tell(failed.error.message, is_error=True)
            return
        logging.error("The run could not be written", exc_info=failed.error)
        self._tell(
            "Something unexpected went wrong; nothing was changed. Try again, and if it comes "
            "again, report it with the server's log.",
            is_error=True,
        )

    # --- what is possible ----------------------------------------------------------------------

    def _judge(self, *_: Any) -> None:
        if self._session.volume is None:
            self.data.is_ready, self.data.tip = False, "There is no scan."
            return
        if not self.data.bones:
            self.data.is_ready, self.data.tip = False, "Choose at least one bone."
            return
        verdict = self._verdict()
        self.data.level = verdict.level.value
        self.data.notes = [str(one.text) for one in verdict.reasons]
        self.data.is_ready = not verdict.refusal
        wanted = what_is_wanted(self.data.bones, self.data.side)
        self.data.tip = str(verdict.refusal) or f"Ready to segment: {wanted}."

    def _verdict(self) -> Verdict:
        try:
            description: Any = describe_bundle(self._choices().bundle)
        except PelvicBoneSegError as error:
            description = error
        return judge(facts_of(self._session.volume), description, self.data.bones)

    def _choices(self) -> Choices:
        """Return what is chosen; `Bundle.load` takes paths too, which nobody may send from a page.

        Raises
        ------
        BundleNotFoundError
            The bundle is not installed.
        """
        if self.data.bundle not in self.bundles:
            raise BundleNotFoundError(self.data.bundle, self.bundles)
        bones = tuple(one for one in BONES if one in self.data.bones)
        return Choices(bones, self.data.side, self.data.bundle, self.data.device)

    def _edited(self) -> tuple[str, ...]:
        node = self._session.segmentation
        if node is None:
            return ()
        choices = self._choices()
        return edited_segments(node, segments_for(choices.bones, choices.side))

    def _tell(self, text: str, is_error: bool = False) -> None:
        self.data.status, self.data.is_error = str(text), is_error
