"""Pages that hold all they need: style and pictures are inside, nothing is fetched."""

from __future__ import annotations

import base64
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .report_names import bone_colour

NOTHING = "–"
"""Shown where a value is undefined."""


def render_page(template: str, **content: Any) -> str:
    """Fill a template of `templates/`.

    Parameters
    ----------
    template
        File name.
    content
        What it names. Text is escaped; SVG has to be given as `markupsafe.Markup`.

    Returns
    -------
    HTML.
    """
    return _environment().get_template(template).render(**content)


def svg(text: str) -> Markup:
    """Mark a figure of our own as safe to be put into a page."""
    return Markup(text)


def png(picture: bytes) -> str:
    """Return a picture as the address under which a page holds it."""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def number(value: float | None, digits: int = 3, sign: bool = False) -> str:
    """Write a number as it is typeset, with a real minus; a dash where there is none."""
    if value is None or value != value:
        return NOTHING
    return f"{value:{'+' if sign else ''}.{digits}f}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Write a p value as journals do."""
    if value is None:
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("PelvicBoneSegLab.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, p_value=p_value, png=png, colour=bone_colour)
    return environment
