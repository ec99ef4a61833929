"""Slicer's segment editor, on PySide6 and real MRML.

What the editor does to a segmentation is done by Slicer's own vtkSlicerSegmentEditorLogic: masks,
undo, the current segment. This stands for the Qt around it (qMRMLSegmentEditorWidget.cxx). In place
of a mouse in a slice view, tests call `_stroke`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from vtkmodules.util.numpy_support import vtk_to_numpy

from .mrml_widget import qMRMLWidget, setting, while_alive
from .widgets_segments_table import qMRMLSegmentsTableView

EFFECTS = (
    "Threshold", "Paint", "Draw", "Erase", "Level tracing", "Grow from seeds",
    "Fill between slices", "Margin", "Hollow", "Smoothing", "Scissors", "Islands",
    "Logical operators", "Mask volume",
)  # fmt: skip
"""qMRMLSegmentEditorWidget.cxx, EffectNameOrder."""


class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.cxx."""

    segmentationNodeSelectorVisible = setting("segmentationNodeSelectorVisible", bool)
    sourceVolumeNodeSelectorVisible = setting("sourceVolumeNodeSelectorVisible", bool)
    autoShowSourceVolumeNode = setting("autoShowSourceVolumeNode", bool)
    maximumNumberOfUndoStates = setting("maximumNumberOfUndoStates", int)
    readOnly = setting("readOnly", bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: dict[str, Any] = {
            "segmentationNodeSelectorVisible": True,
            "sourceVolumeNodeSelectorVisible": True,
            "autoShowSourceVolumeNode": True,
            "maximumNumberOfUndoStates": 5,
            "readOnly": False,
        }
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        event = slicer.vtkSlicerSegmentEditorLogic.SegmentationHistoryChangedEvent
        self._logic.AddObserver(event, while_alive(self._update_undo))
        self._node: Any = None
        self._tag = 0
        self._active = ""
        self._segmentation: Any = None
        self._shortcuts = False
        self._views_observed = False
        self._faults: list[str] = []
        """What would have crashed Slicer."""
        self._build()

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        super().setMRMLScene(scene)
        self._logic.SetMRMLScene(scene)
        scene.AddObserver(scene.EndCloseEvent, while_alive(self.updateWidgetFromMRML))
        scene.AddObserver(scene.NodeRemovedEvent, while_alive(self._check_nodes))
        self.updateWidgetFromMRML()

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        if node is self._node:
            return
        if self._node is not None:
            self._node.RemoveObserver(self._tag)
        self._node = node
        self._logic.SetSegmentEditorNode(node)
        if node is not None:
            event = vtk.vtkCommand.ModifiedEvent
            self._tag = node.AddObserver(event, while_alive(self.updateWidgetFromMRML))
            self.updateWidgetFromMRML()

    def setSegmentationNode(self, node: Any) -> None:
        if self._logic.GetSegmentationNode() is node:
            return
        self._logic.SetSegmentationNode(node)
        self.setActiveEffect(None)

    def setSourceVolumeNode(self, node: Any) -> None:
        self._logic.SetSourceVolumeNode(node)

    def setActiveEffect(self, effect: None) -> None:
        if effect is not None:
            raise TypeError("the stand-in has effects by their name only")
        self.setActiveEffectByName("")

    def setActiveEffectByName(self, name: str) -> None:
        if self._node is not None:
            self._node.SetActiveEffectName(name if name in EFFECTS else "")

    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()

    def installKeyboardShortcuts(self) -> None:
        self._shortcuts = True

    def uninstallKeyboardShortcuts(self) -> None:
        self._shortcuts = False

    def removeViewObservations(self) -> None:
        self._views_observed = False

    def turnOffLightboxes(self) -> bool:
        return False

    def updateWidgetFromMRML(self) -> None:
        scene = self._scene
        if scene is None or scene.IsClosing() or scene.IsBatchProcessing() or self._node is None:
            return
        self._update_segmentation()
        self._update_effect()
        selected = self._node.GetSelectedSegmentID()
        self._table.setSelectedSegmentIDs([selected] if selected else [])
        self._update_undo()

    # --- for tests -----------------------------------------------------------------------------

    def _stroke(self, mask: np.ndarray, erase: bool = False) -> None:
        """Do what Paint or Erase does at the end of a stroke over these voxels (K, J, I)."""
        assert self._views_observed, "no effect is active"
        logic = self._logic
        logic.SaveStateForUndo()
        logic.UpdateReferenceGeometryImage()
        logic.ResetModifierLabelmapToDefault()
        modifier = logic.GetModifierLabelmap()
        scalars = vtk_to_numpy(modifier.GetPointData().GetScalars())
        scalars.reshape(modifier.GetDimensions()[::-1])[...] = mask
        modifier.Modified()
        mode = logic.ModificationModeRemove if erase else logic.ModificationModeAdd
        segment_id = self._node.GetSelectedSegmentID()
        logic.ModifySegmentByLabelmap(self._segmentation, segment_id, modifier, mode, True, False)

    # --- inside --------------------------------------------------------------------------------

    def _build(self) -> None:
        self._selectors = [QLabel("Segmentation:", self), QLabel("Source volume:", self)]
        self._table = qMRMLSegmentsTableView(self)
        self._table.selectionMode = 1  # QAbstractItemView::SingleSelection
        self._table.opacityColumnVisible = False
        self._table.selectionChanged.connect(self._onSelection)
        self._effects = QGroupBox("Effects", self)
        grid = QGridLayout(self._effects)
        self._buttons: dict[str, QToolButton] = {}
        for place, name in enumerate(("", *EFFECTS)):
            button = self._buttons[name] = QToolButton(self._effects)
            button.setText(name[:2] or "↖")
            button.setToolTip(name or "No editing")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, name=name: self.setActiveEffectByName(name))
            grid.addWidget(button, place // 2, place % 2)
        self._options = QLabel(self)
        self._undo, self._redo = QToolButton(self), QToolButton(self)
        for button, text in ((self._undo, "Undo"), (self._redo, "Redo")):
            button.setText(text)
        self._undo.clicked.connect(self._logic.Undo)
        self._redo.clicked.connect(self._logic.Redo)
        below = QHBoxLayout()
        below.addWidget(self._effects)
        below.addWidget(self._options, 1, Qt.AlignmentFlag.AlignTop)
        last = QHBoxLayout()
        last.addWidget(self._undo)
        last.addWidget(self._redo)
        last.addStretch(1)
        layout = QVBoxLayout(self)
        for widget in (*self._selectors, self._table):
            layout.addWidget(widget)
        layout.addLayout(below)
        layout.addLayout(last)
        self._refresh()

    def _refresh(self) -> None:
        """Follow a property."""
        shown = ("segmentationNodeSelectorVisible", "sourceVolumeNodeSelectorVisible")
        for label, name in zip(self._selectors, shown, strict=True):
            label.setVisible(self._settings[name])
        self._logic.SetMaximumNumberOfUndoStates(self._settings["maximumNumberOfUndoStates"])
        if self._settings["readOnly"]:
            self.setActiveEffect(None)
        self.updateWidgetFromMRML()

    def _update_segmentation(self) -> None:
        node = self._logic.GetSegmentationNode()
        if node is self._segmentation:
            return
        self._segmentation = node
        blocked = self._table.blockSignals(True)
        self._table.setSegmentationNode(node)
        self._table.blockSignals(blocked)
        if node is not None:
            role = node.GetReferenceImageGeometryReferenceRole()
            self._logic.SetSourceVolumeNode(node.GetNodeReference(role))
            node.CreateDefaultDisplayNodes()
            segment_ids = node.GetSegmentation().GetSegmentIDs()
            if segment_ids:
                self._table.setSelectedSegmentIDs([segment_ids[0]])

    def _update_effect(self) -> None:
        possible = self._node.GetSourceVolumeNode() is not None and not self._settings["readOnly"]
        self._effects.setEnabled(self._segmentation is not None and possible)
        name = self._node.GetActiveEffectName() or ""
        if name != self._active:
            self._active = name
            self._views_observed = bool(name)
        self._options.setText(name)
        for effect, button in self._buttons.items():
            button.setChecked(effect == name)

    def _update_undo(self) -> None:
        self._undo.setEnabled(self._logic.CanUndo() and not self._settings["readOnly"])
        self._redo.setEnabled(self._logic.CanRedo() and not self._settings["readOnly"])

    def _onSelection(self) -> None:
        if self._node is None:
            return
        selected = self._table.selectedSegmentIDs()
        if (selected[0] if selected else "") == (self._node.GetSelectedSegmentID() or ""):
            return
        self._node.SetSelectedSegmentID(selected[0] if selected else None)
        self.updateWidgetFromMRML()

    def _check_nodes(self) -> None:
        """Notice a node that left the scene while an effect still heard the slice views."""
        for node in (self._segmentation, self._node):
            if self._views_observed and node is not None and node.GetScene() is None:
                self._faults.append(f"{node.GetName()} left under the effect {self._active}")
