"""The stand-in has what Slicer has, and nothing else."""

from __future__ import annotations

import pytest
import qt
import slicer
from PySide6.QtCore import QObject

from slicer_stand_in import api
from slicer_stand_in.python_qt import find_class, unwrap
from slicer_stand_in.widgets import WIDGETS

UI = """<ui version="4.0"><class>Form</class>
 <widget class="qMRMLWidget" name="Form"><layout class="QVBoxLayout" name="layout"><item>
  <widget class="{widget}" name="child"><property name="{name}">{value}</property></widget>
 </item></layout></widget>
 <connections><connection><sender>Form</sender><signal>{signal}</signal>
  <receiver>child</receiver><slot>{slot}</slot></connection></connections></ui>"""

SCENE_CHANGED = "mrmlSceneChanged(vtkMRMLScene*)"


@pytest.fixture
def load(tmp_path, qapp):
    def load(widget, name, value, signal=SCENE_CHANGED, slot="setMRMLScene(vtkMRMLScene*)"):
        path = tmp_path / "form.ui"
        path.write_text(UI.format(widget=widget, name=name, value=value, signal=signal, slot=slot))
        return slicer.util.loadUI(str(path))

    return load


@pytest.mark.parametrize("name", sorted(WIDGETS))
def test_every_member_of_a_widget_names_its_source(name):
    base = find_class(api.QT_BASE[name])
    own = {one for one in dir(WIDGETS[name]) if not one.startswith("_")} - set(dir(base))
    assert own == set(api.WIDGETS[name])
    for member in api.WIDGETS[name].values():
        assert member.header.endswith(".h") and member.declaration


def test_properties_are_attributes_as_in_python_qt(qapp):
    label = qt.QLabel("text")
    label.wordWrap = True
    assert label.text == "text" and unwrap(label).wordWrap()
    with pytest.raises(TypeError):
        label.text()


def test_unknown_attributes_are_refused(qapp):
    label = qt.QLabel()
    with pytest.raises(AttributeError):
        label.caption  # noqa: B018
    with pytest.raises(AttributeError, match="no new attributes"):
        label.caption = "x"


def test_a_node_combo_box_is_no_combo_box(qapp):
    box = slicer.qMRMLNodeComboBox()
    assert isinstance(box, qt.QWidget) and not isinstance(box, qt.QComboBox)
    with pytest.raises(AttributeError):
        box.currentIndex  # noqa: B018


def test_what_the_stand_in_keeps_for_itself_is_hidden(qapp):
    box = slicer.qMRMLNodeComboBox()
    for name in ("_refresh", "_nodes", "setCurrentNodeIndex"):
        with pytest.raises(AttributeError):
            getattr(box, name)


def test_a_signal_is_connected_by_its_signature(qapp):
    button, clicks = qt.QPushButton("x"), []
    button.connect("clicked()", lambda: clicks.append("none"))
    button.connect("clicked(bool)", lambda checked: clicks.append(checked))
    button.clicked.connect(lambda: clicks.append("either"))
    button.click()
    assert clicks == ["none", False, "either"]
    with pytest.raises(AttributeError, match="pressed"):
        button.connect("pressed(bool)", print)


def test_a_disconnected_slot_is_not_called(qapp):
    button, clicks = qt.QPushButton("x"), []
    button.connect("clicked()", clicks.clear)
    button.disconnect("clicked()", clicks.clear)
    clicks.append("kept")
    button.click()
    assert clicks == ["kept"]


@pytest.mark.parametrize(
    "form",
    [
        ("qMRMLNodeComboBox", "nodeType", "<string>vtkMRMLNode</string>"),
        ("QLabel", "caption", "<string>x</string>"),
        ("qMRMLNodeComboBox", "noneEnabled", "<bool>true</bool>", "sceneChanged()"),
        ("qMRMLNodeComboBox", "noneEnabled", "<bool>true</bool>", SCENE_CHANGED, "setScene()"),
    ],
)
def test_a_form_with_something_unknown_is_refused(load, form):
    with pytest.raises(AttributeError):
        load(*form)


def test_a_form_is_connected_as_it_says(load, scene):
    form = load("qMRMLNodeComboBox", "noneEnabled", "<bool>true</bool>")
    child = slicer.util.childWidgetVariables(form).child
    assert not child.enabled
    form.setMRMLScene(scene)
    assert child.mrmlScene() is scene and child.enabled


def test_only_modules_of_slicer_are_there(qapp):
    import ctk

    with pytest.raises(AttributeError):
        ctk.ctkMadeUp  # noqa: B018
    with pytest.raises(AttributeError):
        qt.QMadeUp  # noqa: B018
    with pytest.raises(AttributeError):
        slicer.app.connect("madeUp()", print)
    assert issubclass(unwrap(qt.QTimer), QObject)
