"""The bars of the strip of slices."""

from __future__ import annotations

from typing import Any

import qt

from ...scene.review.bone_row import is_doubtful

SURE = (42, 120, 190)
DOUBTFUL = (213, 94, 0)
"""Blue, and Okabe and Ito's vermillion (Color Universal Design, 2008): every kind of colour vision
tells them apart, and both stand out from the light and from the dark theme."""

LOWEST = 0.5
"""Confidence of the shortest bar: what wins among several classes is seldom below."""

_SHORTEST = 0.2
"""Height of the shortest bar, in rows."""


def bar(confidence: float, height: int) -> Any:
    """Return a QBrush that fills a cell from below, the higher, the surer.

    Parameters
    ----------
    confidence
        Mean probability, 0–1.
    height
        Of the cell, in pixels.
    """
    part = min(max((confidence - LOWEST) / (1 - LOWEST), 0.0), 1.0)
    top = (1 - _SHORTEST) * (1 - part)
    gradient = qt.QLinearGradient(0, 0, 0, height)
    if top > 0:
        clear = qt.QColor(0, 0, 0, 0)
        gradient.setColorAt(0, clear)
        gradient.setColorAt(top * 0.999, clear)
    colour = qt.QColor(*(DOUBTFUL if is_doubtful(confidence) else SURE))
    gradient.setColorAt(top, colour)
    gradient.setColorAt(1, colour)
    return qt.QBrush(gradient)
