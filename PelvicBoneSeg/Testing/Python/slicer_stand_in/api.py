"""What Slicer's and CTK's widgets have, each with file and line of its declaration.

Paths starting with Libs/MRML, Modules and Base are in the repository Slicer/Slicer, those starting
with Libs/Widgets in commontk/CTK, each read at the commit that stands beside it. PythonQt shows
properties as attributes, and public slots, Q_INVOKABLE methods and signals as methods. What a class
inherits from Qt is looked up in Qt itself; what it inherits from a class of Slicer or CTK is
written here with that class's header (`_members(...) | _members(...)`).
"""

from __future__ import annotations

from dataclasses import dataclass

PROPERTY, SLOT, SIGNAL, INVOKABLE = "property", "slot", "signal", "invokable"

SLICER_CORE = "slicer-core 5.12.4"
"""In place of a commit, for the Python files that this package of PyPI has."""


@dataclass(frozen=True)
class Member:
    """One member of a widget class as its header declares it.

    `source` is the header's path and the line of the declaration there, `commit` begins the hash of
    the version that was read (or is `SLICER_CORE`).
    """

    kind: str
    declaration: str
    source: str
    commit: str


def _members(header: str, commit: str, **declarations: tuple[str, str, int]) -> dict[str, Member]:
    """Members declared in one header: kind, declaration, line."""
    return {
        name: Member(kind, declaration, f"{header}:{line}", commit)
        for name, (kind, declaration, line) in declarations.items()
    }


WIDGETS: dict[str, dict[str, Member]] = {
    "qMRMLWidget": _members(
        "Libs/MRML/Widgets/qMRMLWidget.h",
        "11ac5870",
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const", 45),
        setMRMLScene=(SLOT, "virtual void setMRMLScene(vtkMRMLScene* newScene)", 60),
        mrmlSceneChanged=(SIGNAL, "mrmlSceneChanged(vtkMRMLScene*)", 66),
    ),
    "qMRMLNodeComboBox": _members(
        "Libs/MRML/Widgets/qMRMLNodeComboBox.h",
        "06536db4",
        nodeTypes=(PROPERTY, "Q_PROPERTY(QStringList nodeTypes ...)", 61),
        showHidden=(PROPERTY, "Q_PROPERTY(bool showHidden ...)", 62),
        showChildNodeTypes=(PROPERTY, "Q_PROPERTY(bool showChildNodeTypes ...)", 63),
        noneEnabled=(PROPERTY, "Q_PROPERTY(bool noneEnabled ...)", 73),
        addEnabled=(PROPERTY, "Q_PROPERTY(bool addEnabled ...)", 74),
        removeEnabled=(PROPERTY, "Q_PROPERTY(bool removeEnabled ...)", 75),
        renameEnabled=(PROPERTY, "Q_PROPERTY(bool renameEnabled ...)", 77),
        noneDisplay=(PROPERTY, "Q_PROPERTY(QString noneDisplay ...)", 91),
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const", 106),
        currentNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLNode* currentNode() const", 173),
        setMRMLScene=(SLOT, "virtual void setMRMLScene(vtkMRMLScene* scene)", 272),
        setCurrentNode=(SLOT, "void setCurrentNode(vtkMRMLNode* node)", 275),
        currentNodeChanged=(SIGNAL, "currentNodeChanged(vtkMRMLNode*)", 325),
    ),
    "ctkCollapsibleButton": _members(
        "Libs/Widgets/ctkCollapsibleButton.h",
        "4ce14f71",
        collapsed=(PROPERTY, "Q_PROPERTY(bool collapsed ... NOTIFY contentsCollapsed)", 48),
        contentsCollapsed=(SIGNAL, "contentsCollapsed(bool)", 151),
    ),
    "ctkSliderWidget": _members(
        "Libs/Widgets/ctkSliderWidget.h",
        "099a88bb",
        decimals=(PROPERTY, "Q_PROPERTY(int decimals ...)", 45),
        singleStep=(PROPERTY, "Q_PROPERTY(double singleStep ...)", 46),
        minimum=(PROPERTY, "Q_PROPERTY(double minimum ...)", 48),
        maximum=(PROPERTY, "Q_PROPERTY(double maximum ...)", 49),
        value=(PROPERTY, "Q_PROPERTY(double value ...)", 50),
        valueChanged=(SIGNAL, "valueChanged(double)", 220),
    ),
    "ctkDirectoryButton": _members(
        "Libs/Widgets/ctkDirectoryButton.h",
        "15d73a95",
        directory=(PROPERTY, "Q_PROPERTY(QString directory ... NOTIFY directoryChanged)", 57),
        caption=(PROPERTY, "Q_PROPERTY(QString caption ...)", 61),
        browse=(SLOT, "QString browse()", 167),
        directoryChanged=(SIGNAL, "directoryChanged(QString)", 174),
    ),
    "qSlicerScriptedLoadableModuleWidget": _members(
        "Base/QTGUI/qSlicerAbstractModuleWidget.h",
        "bdce19a0",
        isEntered=(PROPERTY, "Q_PROPERTY(bool isEntered READ isEntered)", 43),
        enter=(INVOKABLE, "Q_INVOKABLE virtual void enter()", 56),
        exit=(INVOKABLE, "Q_INVOKABLE virtual void exit()", 57),
    )
    | _members(
        "Base/QTGUI/qSlicerScriptedLoadableModuleWidget.h",
        "bdce19a0",
        self=(INVOKABLE, "Q_INVOKABLE PyObject* self() const", 51),
    )
    | _members(
        "Base/Python/slicer/util.py",  # called there; declared in a header newer than was read
        SLICER_CORE,
        reload=(INVOKABLE, "widget.parent.reload()", 1752),
    ),
    "qMRMLTableView": _members(
        "Libs/MRML/Widgets/qMRMLTableView.h",
        "11a1fae3",
        mrmlTableNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLTableNode* mrmlTableNode() const", 58),
        setMRMLTableNode=(SLOT, "void setMRMLTableNode(vtkMRMLTableNode* tableNode)", 78),
    ),
    "qMRMLSegmentationShow3DButton": _members(
        "Modules/Loadable/Segmentations/Widgets/qMRMLSegmentationShow3DButton.h",
        "25ff1d74",
        segmentationNode=(
            INVOKABLE,
            "Q_INVOKABLE vtkMRMLSegmentationNode* segmentationNode() const",
            43,
        ),
        setSegmentationNode=(
            SLOT,
            "Q_INVOKABLE void setSegmentationNode(vtkMRMLSegmentationNode* node)",
            49,
        ),
    ),
    "qMRMLSegmentsTableView": _members(
        "Libs/MRML/Widgets/qMRMLWidget.h",
        "11ac5870",
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const", 45),
        mrmlSceneChanged=(SIGNAL, "mrmlSceneChanged(vtkMRMLScene*)", 66),
    )
    | _members(
        "Modules/Loadable/Segmentations/Widgets/qMRMLSegmentsTableView.h",
        "0000c519",
        selectionMode=(PROPERTY, "Q_PROPERTY(int selectionMode ...)", 56),
        headerVisible=(PROPERTY, "Q_PROPERTY(bool headerVisible ...)", 57),
        opacityColumnVisible=(PROPERTY, "Q_PROPERTY(bool opacityColumnVisible ...)", 60),
        statusColumnVisible=(PROPERTY, "Q_PROPERTY(bool statusColumnVisible ...)", 61),
        segmentationNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLNode* segmentationNode()", 80),
        selectedSegmentIDs=(INVOKABLE, "Q_INVOKABLE QStringList selectedSegmentIDs()", 89),
        setSelectedSegmentIDs=(
            INVOKABLE,
            "Q_INVOKABLE void setSelectedSegmentIDs(QStringList segmentIDs)",
            91,
        ),
        setSegmentationNode=(SLOT, "void setSegmentationNode(vtkMRMLNode* node)", 150),
        setMRMLScene=(SLOT, "void setMRMLScene(vtkMRMLScene* newScene) override", 152),
        selectionChanged=(SIGNAL, "selectionChanged(QItemSelection,QItemSelection)", 213),
    ),
    "qMRMLSegmentEditorWidget": _members(
        "Libs/MRML/Widgets/qMRMLWidget.h",
        "11ac5870",
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const", 45),
        mrmlSceneChanged=(SIGNAL, "mrmlSceneChanged(vtkMRMLScene*)", 66),
    )
    | _members(
        # Read in the fork Revvity/Slicer, which has a newer version of this file.
        "Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.h",
        "145eb5b6",
        segmentationNodeSelectorVisible=(
            PROPERTY,
            "Q_PROPERTY(bool segmentationNodeSelectorVisible ...)",
            68,
        ),
        sourceVolumeNodeSelectorVisible=(
            PROPERTY,
            "Q_PROPERTY(bool sourceVolumeNodeSelectorVisible ...)",
            69,
        ),
        autoShowSourceVolumeNode=(PROPERTY, "Q_PROPERTY(bool autoShowSourceVolumeNode ...)", 74),
        maximumNumberOfUndoStates=(PROPERTY, "Q_PROPERTY(int maximumNumberOfUndoStates ...)", 79),
        readOnly=(PROPERTY, "Q_PROPERTY(bool readOnly ...)", 80),
        setActiveEffect=(
            INVOKABLE,
            "Q_INVOKABLE void setActiveEffect(qSlicerSegmentEditorAbstractEffect* effect)",
            127,
        ),
        removeViewObservations=(INVOKABLE, "Q_INVOKABLE void removeViewObservations()", 171),
        setMRMLScene=(SLOT, "void setMRMLScene(vtkMRMLScene* newScene) override", 281),
        setMRMLSegmentEditorNode=(
            SLOT,
            "void setMRMLSegmentEditorNode(vtkMRMLSegmentEditorNode* newSegmentEditorNode)",
            284,
        ),
        updateWidgetFromMRML=(SLOT, "virtual void updateWidgetFromMRML()", 287),
        setSegmentationNode=(SLOT, "void setSegmentationNode(vtkMRMLNode* node)", 290),
        setSourceVolumeNode=(SLOT, "void setSourceVolumeNode(vtkMRMLNode* node)", 296),
        setActiveEffectByName=(SLOT, "void setActiveEffectByName(QString effectName)", 317),
        saveStateForUndo=(SLOT, "void saveStateForUndo()", 321),
        installKeyboardShortcuts=(
            SLOT,
            "void installKeyboardShortcuts(QWidget* parent = nullptr)",
            385,
        ),
        uninstallKeyboardShortcuts=(SLOT, "void uninstallKeyboardShortcuts()", 388),
        turnOffLightboxes=(SLOT, "bool turnOffLightboxes()", 393),
    ),
}

QT_BASE = {
    "qMRMLSegmentsTableView": "QWidget",  # qMRMLSegmentsTableView.h:50, public qMRMLWidget
    "qMRMLSegmentEditorWidget": "QWidget",  # qMRMLSegmentEditorWidget.h:64, public qMRMLWidget
    "ctkDirectoryButton": "QWidget",  # ctkDirectoryButton.h:43
    "ctkSliderWidget": "QWidget",  # class ctkSliderWidget : public QWidget
    "qMRMLWidget": "QWidget",  # qMRMLWidget.h:35, public QWidget
    "qMRMLNodeComboBox": "QWidget",  # qMRMLNodeComboBox.h:56, public QWidget, no QComboBox
    # qSlicerAbstractModuleWidget.h:39, public qSlicerWidget, which is a QWidget
    "qSlicerScriptedLoadableModuleWidget": "QWidget",
    "qMRMLTableView": "QTableView",  # qMRMLTableView.h:42, public QTableView
    "ctkCollapsibleButton": "QAbstractButton",  # ctkCollapsibleButton.h:45
    # qMRMLSegmentationShow3DButton.h:29, public ctkMenuButton, which is a QPushButton
    "qMRMLSegmentationShow3DButton": "QPushButton",
}
"""The nearest Qt class that each inherits."""
