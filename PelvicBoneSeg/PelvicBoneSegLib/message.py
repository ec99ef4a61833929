"""Texts that the user reads: English here, in the user's language where there is a translation.

The library knows no Slicer. A module that writes texts has a marker, ``_ = templates(__name__)``. A
text in a call of it is found by Slicer's tool for translators, as in Slicer's own code; `Message`
keeps it apart from the values that stand in it, and is the English text, a `str` like any other.
What shows it in Slicer asks for `in_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any

Translate = Callable[[str, str], str]
"""``slicer.i18n.translate``: context and English text to text."""


class Template(str):
    """An English text with ``{names}`` in it, and where it was written."""

    context: str


class Message(str):
    """A text made of a template and values.

    Parameters
    ----------
    template
        What `templates` marked.
    values
        Numbers and texts for the names in it; a text may be a `Message` itself.
    """

    template: Template
    values: dict[str, Any]

    def __new__(cls, template: Template, /, **values: Any) -> Message:
        """Fill the values in."""
        message = super().__new__(cls, template.format(**values))
        message.template = template
        message.values = values
        return message

    def in_words(self, translate: Translate) -> str:
        """Return the text in the user's language; in English where the translation is unfit."""
        values = {name: in_words(value, translate) for name, value in self.values.items()}
        translated = translate(self.template.context, str(self.template))
        if _names(translated) != _names(self.template):
            translated = str(self.template)
        return translated.format(**values)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` makes the message of again. Values become numbers or texts."""
        return {
            "template": str(self.template),
            "context": self.template.context,
            "values": {name: _to_json(value) for name, value in self.values.items()},
        }


def templates(module: str) -> Callable[[str], Template]:
    """Return the marker ``_`` of a module, given its ``__name__``.

    Slicer names the texts of a file by its folder and its name (slicer/i18n.py, getContext).
    """
    context = ".".join(module.split(".")[-2:])

    def mark(text: str) -> Template:
        template = Template(text)
        template.context = context
        return template

    return mark


def joined(texts: Sequence[str], separator: str = ", ") -> str:
    """Return texts as one, of which each is still translated; "" where there is none."""
    names = [f"text{number}" for number in range(len(texts))]
    template = Template(separator.join(f"{{{name}}}" for name in names))
    template.context = ""
    return Message(template, **dict(zip(names, texts, strict=True)))


def in_words(text: Any, translate: Translate) -> Any:
    """Return a message in the user's language, and anything else as it is."""
    return text.in_words(translate) if isinstance(text, Message) else text


def from_json(described: Mapping[str, Any] | str) -> str:
    """Make a message again; a plain text stays one."""
    if isinstance(described, str):
        return described
    template = Template(described["template"])
    template.context = str(described["context"])
    values = {
        name: from_json(value) if isinstance(value, Mapping) else value
        for name, value in described["values"].items()
    }
    return Message(template, **values)


def to_json(text: str) -> dict[str, Any] | str:
    """Return what `from_json` makes a text of again, whether it is a `Message` or not."""
    return text.to_json() if isinstance(text, Message) else text


def _to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    return value if isinstance(value, (bool, int, float)) else str(value)


def _names(text: str) -> set[str | None]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}
    except ValueError:  # a brace was lost
        return {""}
