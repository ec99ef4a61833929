"""The stand-in's parameter node wrapper does what Slicer's does, and refuses what it refuses."""

from __future__ import annotations

import enum
import gc
import weakref
from types import SimpleNamespace
from typing import Annotated

import ctk
import pytest
import qt
import slicer
import vtk
from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper


class Colour(enum.Enum):
    RED = 1
    BLUE = 2

    def label(self):
        return self.name.title()


@parameterNodeWrapper
class Parameters:
    volume: slicer.vtkMRMLScalarVolumeNode
    colour: Colour = Colour.BLUE
    ticked: bool = True
    number: int
    factor: Annotated[float, WithinRange(0, 1)] = 0.5
    free: float = 2.0
    text: str = "default"
    word: Annotated[str, Choice(["one", "two"]), Default("two")]


@pytest.fixture
def node(scene):
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def parameters(node, qapp):
    return Parameters(node)


def texts(node) -> dict[str, str]:
    names = node.GetParameterNames()
    return {name: node.GetParameter(name) for name in names}


def test_defaults_are_written_where_nothing_is(node, parameters):
    assert texts(node) == {
        "volume": "", "colour": "BLUE", "ticked": "True", "number": "0", "factor": "0.5",
        "free": "2.0", "text": "default", "word": "two",
    }  # fmt: skip


def test_what_is_there_is_kept(node):
    node.SetParameter("ticked", "False")
    node.SetParameter("factor", "0.25")
    parameters = Parameters(node)
    assert parameters.ticked is False and parameters.factor == 0.25


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("factor", 1.01, ValueError),
        ("factor", "0.5", TypeError),
        ("factor", None, ValueError),
        ("ticked", 1, TypeError),
        ("number", 1.0, TypeError),
        ("text", 5, TypeError),
        ("word", "three", ValueError),
        ("colour", "RED", TypeError),
        ("colour", None, ValueError),
    ],
)
def test_a_value_that_does_not_fit_raises_and_changes_nothing(node, parameters, name, value, error):
    before = texts(node)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert texts(node) == before


def test_a_node_of_another_class_is_refused(scene, parameters):
    model = scene.AddNewNodeByClass("vtkMRMLModelNode")
    with pytest.raises(TypeError):
        parameters.volume = model
    assert parameters.volume is None


def test_an_int_is_a_float_too(parameters):
    parameters.factor = 1
    assert parameters.factor == 1.0 and isinstance(parameters.factor, float)


def test_an_unknown_annotation_or_type_is_refused():
    with pytest.raises(TypeError, match="annotation"):

        @parameterNodeWrapper
        class Unknown:
            number: Annotated[int, "mm"]

    with pytest.raises(TypeError, match="serializer"):

        @parameterNodeWrapper
        class Listed:
            numbers: list[int]


def test_a_reserved_name_is_refused():
    with pytest.raises(ValueError, match="reserved name 'getValue'"):

        @parameterNodeWrapper
        class Reserved:
            number: int

            def getValue(self):
                pass


def test_values_are_cached_until_the_node_tells_of_a_change(node, parameters):
    assert parameters.isCached("text")
    with slicer.util.NodeModify(node):
        node.SetParameter("text", "new")
        assert parameters.text == "default"
    assert parameters.text == "new"


def test_an_observer_sees_the_new_value(parameters):
    seen = []
    parameters.AddObserver(
        vtk.vtkCommand.ModifiedEvent, lambda caller, event: seen.append(parameters.text)
    )
    parameters.text = "new"
    assert seen == ["new"]


def test_an_enum_name_of_another_version_raises(node):
    node.SetParameter("colour", "GREEN")
    with pytest.raises(ValueError, match="'GREEN' is no name"):
        Parameters(node)


def test_a_closed_scene_leaves_the_defaults(scene, node, parameters):
    node.SetSingletonTag("Tests")
    parameters.text = "new"
    scene.Clear(False)
    assert parameters.text == "default"


@pytest.fixture
def gui(qapp):
    widgets = {
        "colour": qt.QComboBox(), "ticked": qt.QCheckBox("x"), "number": qt.QSpinBox(),
        "factor": ctk.ctkSliderWidget(), "free": qt.QDoubleSpinBox(), "text": qt.QLineEdit(),
        "word": qt.QComboBox(), "volume": slicer.qMRMLNodeComboBox(),
    }  # fmt: skip
    widgets["volume"].setMRMLScene(slicer.mrmlScene)
    return widgets


def shown(gui) -> dict:
    return {
        "colour": gui["colour"].currentText, "ticked": gui["ticked"].checked,
        "number": gui["number"].value, "factor": gui["factor"].value, "free": gui["free"].value,
        "text": gui["text"].text, "word": gui["word"].currentText,
    }  # fmt: skip


def test_widgets_show_the_values_and_their_bounds(scene, parameters, gui):
    parameters.connectParametersToGui(gui)
    assert shown(gui) == {
        "colour": "Blue", "ticked": True, "number": 0, "factor": 0.5, "free": 2.0,
        "text": "default", "word": "two",
    }  # fmt: skip
    assert (gui["factor"].minimum, gui["factor"].maximum) == (0, 1)
    assert gui["volume"].nodeTypes == ["vtkMRMLScalarVolumeNode"]


def test_widgets_and_node_follow_each_other(scene, node, parameters, gui):
    tag = parameters.connectParametersToGui(gui)
    gui["colour"].currentIndex = 0
    gui["ticked"].click()
    gui["number"].value = 7
    gui["text"].text = "typed"
    assert (parameters.colour, parameters.ticked) == (Colour.RED, False)
    assert (parameters.number, parameters.text) == (7, "typed")
    node.SetParameter("factor", "0.75")
    assert gui["factor"].value == 0.75

    parameters.disconnectGui(tag)
    gui["text"].text = "after"
    parameters.number = 8
    assert parameters.text == "typed" and gui["number"].value == 7


def test_connect_gui_finds_widgets_by_their_property_and_gives_no_tag(parameters):
    line, other = qt.QLineEdit(), qt.QLineEdit()
    line.setProperty("SlicerParameterName", "text")
    assert parameters.connectGui(SimpleNamespace(line=line, other=other)) is None
    assert (line.text, other.text) == ("default", "")


@pytest.mark.parametrize(
    ("name", "widget"),
    [("text", "QCheckBox"), ("ticked", "QLineEdit"), ("factor", "QSpinBox"), ("text", "QComboBox")],
)
def test_a_widget_of_the_wrong_kind_is_refused(parameters, name, widget):
    with pytest.raises(RuntimeError):
        parameters.connectParametersToGui({name: getattr(qt, widget)()})


def test_a_slider_needs_bounds(parameters):
    with pytest.raises(RuntimeError, match="bounds"):
        parameters.connectParametersToGui({"free": ctk.ctkSliderWidget()})


def test_an_unknown_name_is_refused_before_anything_is_connected(parameters):
    line = qt.QLineEdit()
    with pytest.raises(ValueError, match="made_up"):
        parameters.connectParametersToGui({"text": line, "made_up": qt.QLineEdit()})
    assert line.text == ""


def test_a_wrapper_that_was_never_connected_leaves_no_observer(node):
    parameters = Parameters(node)
    gone = weakref.ref(parameters)
    del parameters
    gc.collect()
    assert gone() is None
    assert not node.HasObserver(vtk.vtkCommand.ModifiedEvent)
