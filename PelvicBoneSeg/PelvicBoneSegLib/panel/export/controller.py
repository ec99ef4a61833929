"""What the section *Export* does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import slicer.util
from slicer.i18n import tr as _
from slicer.i18n import translate

from ...errors import FilesExistError
from ...message import in_words
from ...scene.export.dicom_seg import DicomSegJob
from ...scene.export.job import ExportResult
from ...scene.isotropic_copy import find_isotropic
from ..failure import explain
from ..file_controller import FileController
from ..run.background_run import Timer
from ..run.readiness import Readiness
from .readiness import export_readiness, shown_names
from .view import ExportView
from .wording import advice, check_line, some_names


class ExportController(FileController):
    """Writes the chosen segmentation as the user wants it: see `FileController`."""

    def __init__(
        self,
        view: ExportView,
        logic: Any,
        segmentation: Callable[[], Any | None],
        timer: Timer,
    ) -> None:
        super().__init__(view, logic, segmentation, timer)
        self._parameters: Any = None
        self._started = 0.0

    def set_parameters(self, parameters: Any | None) -> None:
        """Work with this parameter node from now on; None while a scene is closed."""
        self._parameters = parameters
        self.refresh()

    def refresh(self) -> None:
        """Bring the widgets in line with the choices and with what is going on."""
        state = self._readiness()
        self._view.set_ready(state.ready, state.tip)
        self._view.set_running(self._work.is_on, self._work.is_stopping)
        self._view.show_segments(self._segments_text(state))
        if self._parameters is not None:
            self._view.set_format(self._parameters.exportFormat)

    def export(self) -> None:
        """Write the files: *Export* was clicked."""
        if not self._readiness().ready:
            return
        self._view.show_status("")
        self._view.show_checks("")
        try:
            job = self._prepared()
            if job is None:
                self._view.show_status(_("Nothing was written."))
                return
            self._started = time.perf_counter()
            if isinstance(job, DicomSegJob):
                self._end(job.run())
            else:
                self._start(job)
        except Exception as error:  # shown and logged: a click must never fail unseen
            self._view.show_status(explain(error), "error")
        finally:
            self.refresh()

    def cancel(self) -> None:
        """Stop the export: *Cancel* was clicked."""
        self._work.cancel()
        self._view.show_status(_("Stopping…"))
        self.refresh()

    def _prepared(self) -> Any | None:
        """Return a job; None where the user does not want files to be replaced."""
        chosen = self._parameters
        arguments = {
            "segmentationNode": self._segmentation(),
            "directory": self._view.folder,
            "format": chosen.exportFormat.value,
            "coordinates": chosen.exportCoordinates.value,
            "merged": chosen.exportMerged,
        }
        try:
            return self._logic.prepareExport(**arguments)
        except FilesExistError as error:
            question = _("These files are in {folder} already:\n\n{names}\n\nReplace them?")
            text = question.format(folder=self._view.folder, names="\n".join(error.names))
            if not slicer.util.confirmYesNoDisplay(text, windowTitle=_("Export")):
                return None
        return self._logic.prepareExport(**arguments, overwrite=True)

    def _tell(self, result: ExportResult) -> None:
        seconds = time.perf_counter() - self._started
        folder = result.files[0].parent
        text = _("Files written into '{folder}': {count} ({seconds:.1f} s).").format(
            folder=folder.name or folder, count=len(result.files), seconds=seconds
        )
        self._view.show_status(text, "done", "\n".join(map(str, result.files)))
        lines = [check_line(check) for check in result.checks]
        lines += [f"⚠ {in_words(warning, translate)}" for warning in result.warnings]
        self._view.show_checks("\n".join(filter(None, (*lines, advice(result.checks)))))

    def _segments_text(self, state: Readiness) -> str:
        if not state.ready:
            return state.tip
        node = self._segmentation()
        text = _("Visible segments: {names}").format(names=some_names(shown_names(node)))
        isotropic = find_isotropic(node)
        if isotropic is None:
            return text
        hint = _("These are on the thick slices. To export '{name}', choose it under Result.")
        return f"{text}\n{hint.format(name=isotropic.GetName())}"

    def _readiness(self) -> Readiness:
        if self._work.is_stopping:
            return Readiness(False, _("The last export is still stopping."))
        if self._work.is_on:
            return Readiness(False, _("Files are being written. Cancel, or wait for the end."))
        return export_readiness(self._parameters, self._segmentation(), self._view.folder)
