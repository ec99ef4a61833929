"""The panel without a mouse, without good eyes, on a dark and on a fine screen."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from panel.hosts import needs_stand_in
from panel.ui_files import interactive, mnemonic, text_of, ui_files, widgets

PAGES = ("segmentPage", "correctPage", "measurePage", "exportPage")
TITLES = ("Segment", "Correct", "3D & measure", "Export")
FILES = sorted(ui_files())


@pytest.fixture(scope="module")
def files():
    return ui_files()


def test_no_name_is_used_twice(files):
    names = Counter(one.get("name") for root in files.values() for one in widgets(root))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("file", FILES)
def test_texts_can_be_translated(files, file):
    kept = [
        (widget.get("name"), one.get("name"))
        for widget in widgets(files[file])
        for one in [*widget.findall("property"), *widget.findall("attribute")]
        if one.get("name") not in ("SlicerParameterName", "styleSheet")
        and one.find("string") is not None
        and one.find("string").get("notr") == "true"
    ]
    assert kept == []


STYLED = re.compile(r"(?<![-\w])(?:color|background[-\w]*|font[-\w]*|width|height)\s*:")
"""What a style sheet may not set: the theme and the user's font do. A border it may."""


@pytest.mark.parametrize("file", FILES)
def test_no_colour_and_no_size_is_fixed(files, file):
    fixed = [
        (widget.get("name"), one.get("name"))
        for widget in widgets(files[file])
        for one in widget.findall("property")
        if one.get("name") in ("palette", "maximumSize")
        or (one.get("name") == "styleSheet" and STYLED.search(one.findtext("string", "")))
        or one.find(".//pixelsize") is not None
        or one.find(".//pointsize") is not None
    ]
    assert fixed == []


@pytest.mark.parametrize("file", FILES)
def test_labels_of_rows_lead_to_what_they_name(files, file):
    root = files[file]
    workable = {one.get("name") for one in interactive(root)}
    for row in _rows(root):
        label, field = row.get("0"), row.get("1")
        if label is None or field is None or label.get("class") != "QLabel":
            continue
        fields = {one.get("name") for one in field.iter("widget")} & workable
        buddy = label.findtext("property[@name='buddy']/cstring", "")
        assert not fields or buddy in fields, f"{label.get('name')} has no buddy in {fields}"


def _rows(root):
    for layout in root.iter("layout"):
        rows = defaultdict(dict)
        for item in layout.findall("item") if layout.get("class") == "QFormLayout" else ():
            content = item.find("widget")
            if content is None:
                content = item.find("layout")
            if content is not None:
                rows[item.get("row")][item.get("column")] = content
        yield from rows.values()


def _page_of(panel):
    return {type(one).UI_FILE: type(one).PAGE for one in panel.widget.panel.sections}


@pytest.mark.parametrize("page", PAGES)
def test_a_letter_with_alt_means_one_thing_on_a_page(panel, files, page):
    pages = _page_of(panel)
    letters = defaultdict(list)
    for file, root in files.items():
        if pages.get(file, page) != page:
            continue
        for widget in widgets(root):
            title = widget.findtext("attribute[@name='title']/string", "")
            letter = mnemonic(text_of(widget, "text") or title)
            if letter:
                letters[letter].append(widget.get("name"))
    assert {letter: names for letter, names in letters.items() if len(names) > 1} == {}


@pytest.mark.parametrize("file", FILES)
def test_buttons_have_a_letter(panel, files, file):
    buttons = [one for one in widgets(files[file]) if one.get("class") == "QPushButton"]
    named = [one for one in buttons if text_of(one, "text")]
    assert [one.get("name") for one in named if not mnemonic(text_of(one, "text"))] == []


@pytest.mark.parametrize("file", FILES)
def test_what_can_be_worked_explains_itself(panel, files, file):
    silent = [
        one.get("name")
        for one in interactive(files[file])
        if not panel.tip(one.get("name")) and not one.get("class").startswith("QTable")
    ]
    assert silent == []


@needs_stand_in
@pytest.mark.parametrize("file", FILES)
def test_what_can_be_worked_is_reached_by_the_keyboard(panel, files, file):
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

    def reachable(widget):
        inner = [widget, *widget.findChildren(QWidget)]
        return any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in inner)

    unreachable = [
        one.get("name")
        for one in interactive(files[file])
        if not reachable(panel.qt(one.get("name")))
    ]
    assert unreachable == []


@needs_stand_in
@pytest.mark.parametrize("title", TITLES)
def test_the_tab_key_goes_down_the_page(a_volume, panel, title):
    panel.resize(400, 3000)
    panel.go_to(title)
    for root in ui_files().values():
        for one in widgets(root):
            if one.get("class") == "ctkCollapsibleButton":
                panel.wrapped(one.get("name")).collapsed = False
    panel.screenshot(f"open_{title.split()[0].lower()}")
    order = _focus_order(panel)
    jumps = [
        f"{before.objectName()} → {after.objectName()}"
        for before, after in zip(order, order[1:], strict=False)
        if _is_above(panel.window, after, before)
    ]
    assert len(order) >= 2 and jumps == []


def _focus_order(panel):
    """The named widgets in the order of the tab key, the header first."""
    from PySide6.QtCore import Qt

    names = {one.get("name") for root in ui_files().values() for one in interactive(root)}
    order, widget = [], panel.window.nextInFocusChain()
    while widget is not panel.window:
        named = widget
        while named is not None and named.objectName() not in names:
            named = named.parentWidget()
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        if named is not None and takes_focus and named not in order:
            order.append(named)
        widget = widget.nextInFocusChain()
    return order


def _is_above(window, one, other):
    """Whether one widget lies wholly above another, or left of it in the same row."""
    first = one.rect().translated(one.mapTo(window, one.rect().topLeft()))
    second = other.rect().translated(other.mapTo(window, other.rect().topLeft()))
    if first.bottom() < second.top():
        return True
    same_row = first.top() <= second.bottom() and second.top() <= first.bottom()
    return same_row and first.right() < second.left()


DARK = {
    "Window": "#323232", "WindowText": "#ffffff", "Base": "#1e1e1e", "AlternateBase": "#323232",
    "Text": "#ffffff", "Button": "#323232", "ButtonText": "#ffffff", "Light": "#828284",
    "Midlight": "#5a5a5b", "Dark": "#232323", "Mid": "#2b2b2b", "Shadow": "#141414",
    "Highlight": "#3ca4ff", "HighlightedText": "#ffffff", "Link": "#3ca4ff",
}  # fmt: skip
DARK_DISABLED = {"WindowText": "#6d6d6d", "Text": "#6d6d6d", "ButtonText": "#b4b4b4"}
"""Base/QTGUI/qSlicerDarkStyle.cxx, standardPalette (read at 32b54ce3)."""

TEXT_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""


@needs_stand_in
@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_are_readable_in_both_themes(a_volume, panel, qapp, theme, title):
    before = qapp.palette()
    if theme == "dark":
        qapp.setPalette(_dark(before))
    try:
        panel.go_to(title)
        panel.widget.panel.refresh()
        panel.screenshot(f"{theme}_{title.split()[0].lower()}")
        faint = {
            label.objectName(): contrast
            for label in _labels(panel.window)
            if (contrast := _contrast(*_colours(label))) < TEXT_CONTRAST
        }
    finally:
        qapp.setPalette(before)
    assert faint == {}


def _dark(palette):
    from PySide6.QtGui import QColor, QPalette

    dark = QPalette(palette)
    for role, colour in DARK.items():
        dark.setColor(QPalette.ColorRole[role], QColor(colour))
    for role, colour in DARK_DISABLED.items():
        dark.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[role], QColor(colour))
    return dark


def _labels(window):
    from PySide6.QtWidgets import QLabel

    labels = window.findChildren(QLabel)
    return [one for one in labels if one.isVisible() and one.isEnabled() and one.text()]


def _colours(label):
    from PySide6.QtGui import QColor, QPalette

    palette = label.palette()
    style = label.styleSheet()
    text = re.search(r"(?<![-\w])color:\s*(#\w+)", style)
    ground = re.search(r"background(?:-color)?:\s*(#\w+)", style)
    return (
        QColor(text.group(1)) if text else palette.color(QPalette.ColorRole.WindowText),
        QColor(ground.group(1)) if ground else palette.color(QPalette.ColorRole.Window),
    )


def _contrast(one, other):
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue, _ = colour.getRgbF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


@needs_stand_in
@pytest.mark.parametrize("title", TITLES)
def test_a_fine_screen_gets_a_fine_picture(a_volume, panel, title):
    panel.go_to(title)
    path = panel.fine_screenshot(f"fine_{title.split()[0].lower()}")
    from PySide6.QtGui import QImage

    assert QImage(str(path)).width() == 2 * panel.window.width()
