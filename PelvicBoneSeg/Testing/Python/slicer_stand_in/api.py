"""What Slicer's and CTK's widgets have, each with the header that declares it.

Paths starting with Libs/MRML, Modules and Base are in the repository Slicer/Slicer, those starting
with Libs/Widgets in commontk/CTK. PythonQt shows properties as attributes, and public slots,
Q_INVOKABLE methods and signals as methods. What a class inherits from Qt is looked up in Qt itself.
"""

from __future__ import annotations

from dataclasses import dataclass

PROPERTY, SLOT, SIGNAL, INVOKABLE = "property", "slot", "signal", "invokable"


@dataclass(frozen=True)
class Member:
    """One member of a widget class as its header declares it."""

    kind: str
    declaration: str
    header: str


def _members(header: str, **declarations: tuple[str, str]) -> dict[str, Member]:
    return {
        name: Member(kind, declaration, header)
        for name, (kind, declaration) in declarations.items()
    }


WIDGETS: dict[str, dict[str, Member]] = {
    "qMRMLWidget": _members(
        "Libs/MRML/Widgets/qMRMLWidget.h",
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const"),
        setMRMLScene=(SLOT, "virtual void setMRMLScene(vtkMRMLScene* newScene)"),
        mrmlSceneChanged=(SIGNAL, "mrmlSceneChanged(vtkMRMLScene*)"),
    ),
    "qMRMLNodeComboBox": _members(
        "Libs/MRML/Widgets/qMRMLNodeComboBox.h",
        nodeTypes=(PROPERTY, "Q_PROPERTY(QStringList nodeTypes ...)"),
        showHidden=(PROPERTY, "Q_PROPERTY(bool showHidden ...)"),
        showChildNodeTypes=(PROPERTY, "Q_PROPERTY(bool showChildNodeTypes ...)"),
        noneEnabled=(PROPERTY, "Q_PROPERTY(bool noneEnabled ...)"),
        addEnabled=(PROPERTY, "Q_PROPERTY(bool addEnabled ...)"),
        removeEnabled=(PROPERTY, "Q_PROPERTY(bool removeEnabled ...)"),
        renameEnabled=(PROPERTY, "Q_PROPERTY(bool renameEnabled ...)"),
        noneDisplay=(PROPERTY, "Q_PROPERTY(QString noneDisplay ...)"),
        mrmlScene=(INVOKABLE, "Q_INVOKABLE vtkMRMLScene* mrmlScene() const"),
        currentNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLNode* currentNode() const"),
        setMRMLScene=(SLOT, "virtual void setMRMLScene(vtkMRMLScene* scene)"),
        setCurrentNode=(SLOT, "void setCurrentNode(vtkMRMLNode* node)"),
        currentNodeChanged=(SIGNAL, "currentNodeChanged(vtkMRMLNode*)"),
    ),
    "ctkCollapsibleButton": _members(
        "Libs/Widgets/ctkCollapsibleButton.h",
        collapsed=(PROPERTY, "Q_PROPERTY(bool collapsed ... NOTIFY contentsCollapsed)"),
        contentsCollapsed=(SIGNAL, "contentsCollapsed(bool)"),
    ),
    "qMRMLTableView": _members(
        "Libs/MRML/Widgets/qMRMLTableView.h",
        mrmlTableNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLTableNode* mrmlTableNode() const"),
        setMRMLTableNode=(SLOT, "void setMRMLTableNode(vtkMRMLTableNode* tableNode)"),
    ),
    "qMRMLSegmentationShow3DButton": _members(
        "Modules/Loadable/Segmentations/Widgets/qMRMLSegmentationShow3DButton.h",
        segmentationNode=(INVOKABLE, "Q_INVOKABLE vtkMRMLSegmentationNode* segmentationNode()"),
        setSegmentationNode=(SLOT, "void setSegmentationNode(vtkMRMLSegmentationNode* node)"),
    ),
}

QT_BASE = {
    "qMRMLWidget": "QWidget",  # class qMRMLWidget : public QWidget
    "qMRMLNodeComboBox": "QWidget",  # class qMRMLNodeComboBox : public QWidget, no QComboBox
    "qMRMLTableView": "QTableView",  # class qMRMLTableView : public QTableView
    "ctkCollapsibleButton": "QAbstractButton",  # class ctkCollapsibleButton : QAbstractButton
    # class qMRMLSegmentationShow3DButton : public ctkMenuButton : public QPushButton
    "qMRMLSegmentationShow3DButton": "QPushButton",
}
"""The nearest Qt class that each inherits, by these headers and Libs/Widgets/ctkMenuButton.h."""

APPLICATION_SIGNALS = {"startupCompleted()"}
"""Base/QTGUI/qSlicerApplication.h, inherited from Base/QTCore/qSlicerCoreApplication.h."""
