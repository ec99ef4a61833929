"""Work of the UI thread in small pieces, between which the window answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import qt


class Steps:
    """Goes through one generator at a time, a step at each turn of the event loop."""

    def __init__(self) -> None:
        self._steps: Generator[Any, None, Any] | None = None
        self._finished: Callable[[Any], None] = lambda result: None
        self._failed: Callable[[Exception], None] = lambda error: None
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._next)

    @property
    def busy(self) -> bool:
        """Whether there are steps left."""
        return self._steps is not None

    def start(
        self,
        steps: Generator[Any, None, Any],
        finished: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Begin.

        Parameters
        ----------
        steps
            What it yields does not matter.
        finished, failed
            Called once, at the end: with what the generator returned, or with what it raised.
        """
        self._steps, self._finished, self._failed = steps, finished, failed
        self._timer.start(0)

    def stop(self) -> None:
        """Give the rest up. Nothing is called any more."""
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()
            self._steps = None

    def shut_down(self) -> None:
        """Stop for good."""
        self.stop()
        self._timer.disconnect("timeout()", self._next)

    def _next(self) -> None:
        if self._steps is None:
            return
        try:
            next(self._steps)
        except StopIteration as end:
            self.stop()
            self._finished(end.value)
        except Exception as error:  # handed over whole: it is shown and logged
            self.stop()
            self._failed(error)
