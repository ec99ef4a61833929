"""How long a run will take still, told from how it went so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from slicer.i18n import tr as _

BASIS = 0.1
"""How much of the work has to be seen before anything is said."""

TRUST = 0.3
"""Weight of the latest estimate of the end against those before it."""


class TimeLeft:
    """Follows the progress of one run.

    The first report above 0 is where the measuring starts: before it the network was loaded, and
    the first batch of slices takes longer than the others.

    Parameters
    ----------
    clock
        Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, float] | None = None
        self._end: float | None = None

    def update(self, fraction: float) -> float | None:
        """Take the fraction done, 0–1.

        Returns
        -------
        Seconds; None while there is nothing to tell them from.
        """
        now = self._clock()
        if self._first is None:
            self._first = (now, fraction) if fraction > 0 else None
            return None
        start, done_before = self._first
        done = fraction - done_before
        if done < BASIS:
            return None
        end = now + (now - start) * (1 - fraction) / done
        self._end = end if self._end is None else self._end + TRUST * (end - self._end)
        return max(0.0, self._end - now)


def time_left_text(seconds: float) -> str:
    """Put a time into words, more roughly the longer it is."""
    if seconds >= 90:
        return _("about {minutes} min left").format(minutes=round(seconds / 60))
    if seconds >= 10:
        return _("about {seconds} s left").format(seconds=5 * round(seconds / 5))
    return _("about {seconds} s left").format(seconds=max(1, round(seconds)))
