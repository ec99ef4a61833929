"""What the section *Save as training case* does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer.util
from slicer.i18n import tr as _
from slicer.i18n import translate

from ...errors import FilesExistError
from ...message import in_words
from ...scene.training_case.bones import CaseBone, bones_to_save
from ...scene.training_case.case_name import random_case_name
from ...scene.training_case.job import SavedCase
from ..failure import explain
from ..file_controller import FileController
from ..run.background_run import Timer
from ..run.readiness import Readiness
from .readiness import training_case_readiness
from .view import TrainingCaseView
from .wording import bones_text


class TrainingCaseController(FileController):
    """Saves a scan with its bones: see `FileController`. `volume` returns the scan, or None."""

    def __init__(
        self,
        view: TrainingCaseView,
        logic: Any,
        volume: Callable[[], Any | None],
        segmentation: Callable[[], Any | None],
        timer: Timer,
    ) -> None:
        super().__init__(view, logic, segmentation, timer)
        self._volume = volume
        self._named_for: Any = None
        self.offer_name()

    def refresh(self) -> None:
        """Bring the widgets in line with the choices and with what is going on."""
        volume = self._volume()
        if volume is not self._named_for and volume is not None:
            # Another scan: the name that was offered, or typed, is the last one's.
            self._named_for = volume
            self._view.set_name(random_case_name())
        bones = self._bones()
        state = self._readiness(bones)
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(self._work.is_on)
        self._view.show_bones(bones_text(bones) if bones else state.tip)

    def offer_name(self) -> None:
        """Put a new random name into the field."""
        self._view.set_name(random_case_name())

    def save(self) -> None:
        """Write the case: *Save training case* was clicked."""
        if not self._readiness(self._bones()).ready:
            return
        self._view.show_status("")
        try:
            job = self._prepared()
            if job is None:
                self._view.show_status(_("Nothing was written."))
            else:
                self._start(job)
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._view.show_status(explain(error), "error")
        self.refresh()

    def _prepared(self) -> Any | None:
        """Return a job; None where the user does not want a case to be replaced."""
        chosen = (self._volume(), self._segmentation(), self._view.folder, self._view.name)
        try:
            return self._logic.prepareTrainingCase(*chosen)
        except FilesExistError:
            question = _("There is a case '{name}' in {folder} already. Replace it?")
            text = question.format(name=self._view.name, folder=self._view.folder)
            if not slicer.util.confirmYesNoDisplay(text, windowTitle=_("Save as training case")):
                return None
        return self._logic.prepareTrainingCase(*chosen, overwrite=True)

    def _tell(self, case: SavedCase) -> None:
        text = _("Saved '{name}' in '{folder}', bones: {count}.").format(
            name=case.name, folder=case.directory.name or case.directory, count=len(case.bones)
        )
        warnings = [f"⚠ {in_words(warning, translate)}" for warning in case.warnings]
        self._view.show_status("\n".join([text, *warnings]), "done", str(case.directory))
        self.offer_name()

    def _bones(self) -> tuple[CaseBone, ...]:
        segmentation = self._segmentation()
        return () if segmentation is None else bones_to_save(segmentation)

    def _readiness(self, bones: tuple[CaseBone, ...]) -> Readiness:
        if self._work.is_on:
            return Readiness(False, _("A case is being written. Wait for its end."))
        return training_case_readiness(
            self._volume(), self._segmentation(), bones, self._view.name, self._view.folder
        )
