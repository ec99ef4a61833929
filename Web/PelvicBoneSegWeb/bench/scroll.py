"""Slices that pass while the wheel turns."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from .processes import processor_seconds
from .tab import Picture, Tab

NOTCHES_A_SECOND = 30
SECONDS = 5.0
LIMIT = 15
"""Pictures a second."""

_NOTCH = 120
"""Of a wheel, in the browser's units."""

_TURN_AFTER = 15
"""Notches in one direction, single ones before in the other: no view reaches its end."""

_SINGLE = 8
_REST_S = 0.5


@dataclass(frozen=True)
class Scroll:
    """How one view follows the wheel.

    Attributes
    ----------
    notches
        That the wheel was really turned by, a second.
    pictures
        Of the view, unlike the one before, a second.
    others
        Of other views, a second.
    answer_s
        From a single notch to its picture, median.
    processor_s
        Of the viewer's processor time for each of these pictures, all else that it did included.
    """

    notches: float
    pictures: float
    others: float
    answer_s: float
    processor_s: float


def scroll(tab: Tab, view: Picture, viewer: int) -> Scroll:
    """Turn the wheel over a view.

    Parameters
    ----------
    view
        Any picture of it.
    viewer
        Number of the process that draws it.
    """
    tab.page.mouse.move(view.x, view.y)
    answers = [_answer(tab, view) for _ in range(_SINGLE)]
    processor, start = processor_seconds([viewer]), time.time()
    count = int(SECONDS * NOTCHES_A_SECOND)
    tab.turn_wheel(view, _NOTCH, NOTCHES_A_SECOND, count, _TURN_AFTER)
    seconds = time.time() - start
    processor = processor_seconds([viewer]) - processor
    came = [one for one in tab.pictures(start) if one.at < start + seconds]
    own = [one for one in came if _is_of(one, view)]
    changes = _changes(own)
    return Scroll(
        notches=count / seconds,
        pictures=changes / seconds,
        others=(len(came) - len(own)) / seconds,
        answer_s=statistics.median(answers),
        processor_s=processor / max(changes, 1),
    )


def _answer(tab: Tab, view: Picture) -> float:
    time.sleep(_REST_S)
    before = [one for one in tab.pictures() if _is_of(one, view)][-1]
    start = time.time()
    tab.page.mouse.wheel(0, -_NOTCH)
    return (
        tab.wait_for(lambda one: _is_of(one, view) and one.digest != before.digest, start).at
        - start
    )


def _is_of(picture: Picture, view: Picture) -> bool:
    return (picture.x, picture.y) == (view.x, view.y)


def _changes(pictures: list[Picture]) -> int:
    return sum(a.digest != b.digest for a, b in zip(pictures, pictures[1:], strict=False))
