"""Every text that the user reads can be translated, and Slicer's tool finds it.

Slicer collects the texts with Utilities/Scripts/lupdate_preprocess.py, which looks for `_("…")` by
a regular expression, so that a call has to be written as it expects.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3]
SHOWN = [PACKAGE / "PelvicBoneSeg.py", *sorted((PACKAGE / "PelvicBoneSegLib/panel").rglob("*.py"))]

MARKER = "_ = templates(__name__)"

MARKED = [
    path
    for path in sorted((PACKAGE / "PelvicBoneSegLib").rglob("*.py"))
    if MARKER in path.read_text(encoding="utf-8")
]
"""Library files whose texts the panel translates."""

PROPERTIES = {
    "text",
    "toolTip",
    "title",
    "placeholderText",
    "windowTitle",
    "statusTip",
    "whatsThis",
}
PROPERTIES |= {"specialValueText", "noneDisplay", "accessibleName", "accessibleDescription"}
METHODS = {"addItem", "addTab", "addRow", "addAction", "addButton", "setItemText", "setTabText"}
METHODS |= {f"set{name[0].upper()}{name[1:]}" for name in PROPERTIES} | {"setInformativeText"}
DISPLAYS = re.compile(r"(info|warning|error|confirm\w+)Display|messageBox|showStatusMessage")
OURS = re.compile(r"(show_|tell$|_tell$|fail$)\w*")
"""Views' and controllers' own methods that show a text."""

CALL = [
    re.compile(r'[^_]_\((\s*?".+?"\s*?)\)', re.DOTALL),
    re.compile(r"[^_]_\((\s*?'.+?'\s*?)\)", re.DOTALL),
]
"""What lupdate_preprocess.py, transform_translate_function, looks for."""


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in paths]


def is_words(node: ast.AST) -> bool:
    """Whether an expression is a literal, or has one, that somebody would read."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[A-Za-z]{2}", node.value))
    if isinstance(node, ast.JoinedStr):
        return any(map(is_words, node.values))
    if isinstance(node, ast.BinOp):
        return is_words(node.left) or is_words(node.right)
    if isinstance(node, ast.IfExp):
        return is_words(node.body) or is_words(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and is_words(node.func.value)
    return False


def shown_expressions(tree: ast.AST):
    """What is given to a widget or a dialog to show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in PROPERTIES:
                    yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in METHODS or DISPLAYS.fullmatch(name):
                yield from node.args
            elif OURS.fullmatch(name):
                yield from node.args[:1]


def translated(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]


@pytest.mark.parametrize("path", named(SHOWN))
def test_what_is_shown_goes_through_the_translation(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = [
        f"{one.lineno}: {ast.unparse(one)}" for one in shown_expressions(tree) if is_words(one)
    ]
    assert plain == []


@pytest.mark.parametrize("path", named([*SHOWN, *MARKED]))
def test_slicers_tool_finds_each_text(path):
    source = path.read_text(encoding="utf-8")
    calls = translated(ast.parse(source))
    for call in calls:
        (argument,) = call.args
        assert isinstance(argument, ast.Constant), f"{call.lineno}: not one literal text"
    found = [ast.literal_eval(f"({match})") for one in CALL for match in one.findall(source)]
    assert sorted(found) == sorted(call.args[0].value for call in calls)


@pytest.mark.parametrize("path", named([*SHOWN, *MARKED]))
def test_the_translation_is_not_hidden_by_a_variable(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    hidden = [one.name for one in functions if stores_underscore(one) and translated(one)]
    assert hidden == []


def stores_underscore(tree: ast.AST) -> bool:
    names = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == "_"]
    return any(isinstance(one.ctx, ast.Store) for one in names)


@pytest.mark.parametrize(
    "path", named([one for one in MARKED if "errors" in (one.stem, one.parent.name)])
)
def test_every_error_can_be_translated(path):
    plain = [
        f"{call.lineno}: {ast.unparse(text)}"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
        for text in call.args[:1]
        if is_words(text)
    ]
    assert plain == []


@pytest.mark.parametrize(
    "line",
    [
        'label.text = "Ready"',
        'label.toolTip = f"{name} is ready"',
        'label.text = "Ready" if ready else ""',
        'label.setText("Ready: {name}".format(name=name))',
        'slicer.util.errorDisplay("Not ready")',
        'self._view.show_status("Ready")',
    ],
)
def test_a_plain_text_is_noticed(line):
    assert any(map(is_words, shown_expressions(ast.parse(line))))


@pytest.mark.parametrize("line", ['label.text = ""', 'label.text = "–"', 'label.text = _("Ready")'])
def test_nothing_else_is_taken_for_one(line):
    assert not any(map(is_words, shown_expressions(ast.parse(line))))
