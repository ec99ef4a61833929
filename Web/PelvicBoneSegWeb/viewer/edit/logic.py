"""trame-slicer's segment editor on the session's segmentation."""

from __future__ import annotations

from trame_server import Server
from trame_slicer.app.logic.segmentation import SegmentEditLogic, SegmentEditorLogic
from trame_slicer.segmentation import (
    SegmentationEffectErase,
    SegmentationEffectNoTool,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
)

from ..display.drawing import draw_models_in_slices
from ..session import Session
from .panel import EditPanel

_EFFECTS = {
    "paint": SegmentationEffectPaint,
    "erase": SegmentationEffectErase,
    "scissors": SegmentationEffectScissors,
    "none": SegmentationEffectNoTool,
}
"""Those that keys choose."""


class _NameLogic(SegmentEditLogic):
    """Names and colours of segments; a segment is never without a name."""

    def _save_segment_values(self) -> None:
        if self.data.segment_state.name.strip():
            super()._save_segment_values()
        else:
            self.set_active_segment_id(self.data.segment_state.segment_id)


class EditLogic(SegmentEditorLogic):
    """Edits what the session works on, and shows it in slices and in 3D."""

    def __init__(self, server: Server, session: Session) -> None:
        super().__init__(server, session.slicer_app)
        self._session = session
        self._edit_segment_logic = _NameLogic(server, session.slicer_app)
        display = self.data.segment_display
        display.border_thickness.min_value, display.border_thickness.max_value = 0, 8
        display.border_thickness.step = display.border_thickness.value = 1
        display.opacity_2d.step = display.opacity_3d.step = 0.01
        display.opacity_3d.value = 1
        # Before there is a segmentation: else the editor would take its surfaces away.
        self.segmentation_editor.set_surface_representation_enabled(True)
        self.segmentation_editor.active_effect_name_changed.connect(self._follow_tool)
        session.segmentation_changed.connect(self._open)
        session.segments_written.connect(self._open)

    def set_ui(self, ui: EditPanel) -> None:
        """Do what the panel's controls say."""
        super().set_ui(ui)
        ui.edit_ui.cancel_clicked.connect(self._forget_changes)

    def choose(self, effect: str) -> None:
        """Choose a tool by its name in `_EFFECTS`."""
        if self._session.segmentation is not None:
            self.segmentation_editor.set_active_effect_type(_EFFECTS[effect])

    def undo(self) -> None:
        """Take the last edit back."""
        self._on_undo_clicked()

    def redo(self) -> None:
        """Do again what was taken back."""
        self._on_redo_clicked()

    def _follow_tool(self, effect: str) -> None:
        draw_models_in_slices(effect != SegmentationEffectNoTool.get_effect_name())

    def _forget_changes(self) -> None:
        """Show name and colour as they are; else the next change would bring a cancelled one."""
        self._edit_segment_logic.set_active_segment_id(self.segmentation_editor.active_segment_id)

    def _open(self) -> None:
        """Edit the session's segmentation: it is another, or a run wrote into it."""
        node = self._session.segmentation
        if node is None:
            self.segmentation_editor.clear()
            return
        self.segmentation_editor.set_active_segmentation(node, self._session.volume)
        self.data.segment_display.show_3d = True
        self._on_segment_display_changed(self.data.segment_display)
