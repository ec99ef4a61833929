"""Slicer's segment editor inside the panel."""

from __future__ import annotations

from typing import Any

import slicer

from ...scene.review.editor_node import editor_node, find_editor_node, selected_segment

UNDO_STATES = 10
"""As in the Segment Editor module."""


class EmbeddedEditor:
    """A qMRMLSegmentEditorWidget that is told what to edit and when to keep still.

    An effect that stays active over a node that goes would crash Slicer. What is done here on
    leaving, closing and removing follows SegmentEditor.py.

    Parameters
    ----------
    layout
        Where the widget goes.
    """

    def __init__(self, layout: Any) -> None:
        widget = self._widget = slicer.qMRMLSegmentEditorWidget()
        widget.segmentationNodeSelectorVisible = False
        widget.sourceVolumeNodeSelectorVisible = False
        # The user's slice views stay as they are.
        widget.autoShowSourceVolumeNode = False
        widget.maximumNumberOfUndoStates = UNDO_STATES
        layout.addWidget(widget)
        self._in_use = False

    def edit(self, segmentation_node: Any, volume_node: Any | None, locked: bool) -> None:
        """Come to the front with these nodes; locked while a run is on."""
        scene = segmentation_node.GetScene()
        wanted = selected_segment(scene, segmentation_node)
        node = editor_node(scene)
        # The parameter node first: the scene would fill it with the first nodes it finds.
        self._widget.setMRMLSegmentEditorNode(node)
        self._widget.setMRMLScene(scene)
        if node.GetSegmentationNode() is not segmentation_node:
            self._widget.setSegmentationNode(segmentation_node)
            # The widget has chosen the first segment.
            if wanted is not None:
                node.SetSelectedSegmentID(wanted)
        if node.GetSourceVolumeNode() is not volume_node:
            self._widget.setSourceVolumeNode(volume_node)
        if selected_segment(scene, segmentation_node) is None:
            self._widget.setActiveEffect(None)
            _select_first(node, segmentation_node)
        if self._widget.readOnly != locked:
            self._widget.readOnly = locked
        if not self._in_use:
            self._in_use = True
            # Effects would write into the wrong slice of a light box.
            self._widget.turnOffLightboxes()
            self._widget.installKeyboardShortcuts()
            self._widget.updateWidgetFromMRML()

    def rest(self) -> None:
        """Let go of views and keys: another page or module comes to the front."""
        if self._in_use:
            self._in_use = False
            self._widget.setActiveEffect(None)
            self._widget.uninstallKeyboardShortcuts()
            self._widget.removeViewObservations()

    def activate(self, effect: str) -> None:
        """Take up an effect by its name in Slicer."""
        self._widget.setActiveEffectByName(effect)

    def scene_closing(self) -> None:
        """Let go of all nodes."""
        self.rest()
        self._widget.setSegmentationNode(None)

    def node_removed(self, node: Any) -> None:
        """Let go of a node that is leaving the scene."""
        editor = find_editor_node(node.GetScene())
        if editor is None:
            return
        if node is editor.GetSegmentationNode():
            self._widget.setActiveEffect(None)
            self._widget.setSegmentationNode(None)
        elif node is editor.GetSourceVolumeNode():
            self._widget.setActiveEffect(None)
            self._widget.setSourceVolumeNode(None)
        elif node is editor:
            self._widget.setActiveEffect(None)
            self._widget.setMRMLSegmentEditorNode(None)

    def before_writing(self, segmentation_node: Any | None) -> None:
        """Let *Undo* lead back to the segments as they are now."""
        self._widget.setActiveEffect(None)
        editor = find_editor_node(slicer.mrmlScene)
        edited = editor.GetSegmentationNode() if editor is not None else None
        if edited is not None and edited is segmentation_node:
            self._widget.saveStateForUndo()

    def after_writing(self) -> None:
        """Show what was written."""
        self._widget.updateWidgetFromMRML()

    def shut_down(self) -> None:
        """Let go of everything for good."""
        self.rest()
        self._widget.setMRMLSegmentEditorNode(None)
        self._widget.deleteLater()


def _select_first(editor: Any, segmentation_node: Any) -> None:
    segment_ids = segmentation_node.GetSegmentation().GetSegmentIDs()
    if segment_ids:
        editor.SetSelectedSegmentID(segment_ids[0])
