"""The stand-in has what Slicer has, and nothing else."""

from __future__ import annotations

import re
import sys

import pytest
import qt
import shiboken6
import slicer
from PySide6.QtCore import QObject

from slicer_stand_in import api, application, python_api
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
        assert_source_is_named(member)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (python_api.APPLICATION, application.Application),
        (python_api.MODULE_MANAGER, application.ModuleManager),
        (python_api.MODULE, application.ScriptedModule),
        (python_api.PACKAGING, application.Packaging),
    ],
)
def test_every_name_of_slicers_own_objects_names_its_source(names, kind):
    given = {one for one in dir(kind) if not one.startswith("_")} - {"signals"}
    given |= {"path"} if kind is application.ScriptedModule else set()
    given -= {"installed", "constraints", "present", "absent", "failing"}  # for tests
    assert given == set(names)
    for name in (*names.values(), *getattr(kind, "signals", {}).values()):
        assert_source_is_named(name)


def assert_source_is_named(name):
    assert name.declaration
    if name.source == python_api.QT:
        return
    place = r"(Base|Libs|Modules|PythonQt)/[\w/]+\.(h:[1-9]\d*|cpp:[1-9]\d*|py:[1-9]\d*|py::\w+)"
    assert re.fullmatch(place, name.source), name
    assert name.commit == api.SLICER_CORE or re.fullmatch(r"[0-9a-f]{8}", name.commit), name


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


def test_a_slot_gets_no_more_arguments_than_it_has_parameters(qapp):
    box, heard = qt.QSpinBox(), []
    assert box.valueChanged.connect(lambda: heard.append("none")) is True
    assert box.connect("valueChanged(int)", lambda value, more="default": heard.append(value))
    assert box.connect("valueChanged(int)", lambda *all_of_it: heard.append(all_of_it))
    box.value = 3
    assert heard == ["none", 3, (3,)]


def test_objects_in_signals_are_shown_as_python_qt_shows_them(qapp):
    group, heard = qt.QButtonGroup(), []
    button = qt.QRadioButton("Left")
    group.addButton(button)
    group.connect("buttonClicked(QAbstractButton*)", heard.append)
    button.click()
    assert heard == [button] and heard[0].text == "Left"


def test_a_slot_is_disconnected_through_any_wrapper_of_its_sender(qapp):
    outer, clicks = qt.QWidget(), []
    button = qt.QPushButton("x", outer)
    button.connect("clicked()", clicks.append)
    (again,) = outer.findChildren(qt.QPushButton)
    again.connect("clicked()", print)
    assert again.disconnect("clicked()", clicks.append) is True
    assert again.disconnect("clicked()", clicks.append) is False
    button.click()
    assert clicks == []


def test_a_slot_keeps_its_object_alive(qapp):
    class Listener:
        heard = 0

        def listen(self):
            Listener.heard += 1

    button = qt.QPushButton("x")
    button.connect("clicked()", Listener().listen)
    button.click()
    assert Listener.heard == 1


def test_a_property_refuses_what_it_cannot_take(qapp):
    button = qt.QPushButton("x")
    for name, value in [("enabled", None), ("checkable", "yes"), ("text", 5), ("text", None)]:
        with pytest.raises(AttributeError, match=f"'{name}' of type .* does not accept {value!r}"):
            setattr(button, name, value)
    assert (button.enabled, button.checkable, button.text) == (True, False, "x")


def test_a_destroyed_object_is_false_and_refused(qapp):
    label = qt.QLabel("x")
    assert label
    shiboken6.delete(unwrap(label))
    assert not label
    for use in (lambda: label.text, lambda: label.show(), lambda: setattr(label, "text", "y")):
        with pytest.raises(ValueError, match="destroyed QLabel"):
            use()


def test_bytes_of_a_process_come_through_data(qapp):
    process = qt.QProcess()
    process.start(sys.executable, ["-c", "print('done', end='')"])
    assert process.waitForFinished()
    output = process.readAllStandardOutput()
    assert output and output.data() == b"done" and output.size() == 4
    with pytest.raises(TypeError):
        bytes(output)
    with pytest.raises(AttributeError):
        output.decode()
