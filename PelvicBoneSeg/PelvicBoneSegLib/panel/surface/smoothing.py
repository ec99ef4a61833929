"""The slider *Smoothing*: surfaces are made anew when it has come to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from ...scene.isotropic_copy import find_isotropic
from ...scene.surface_settings import get_smoothing
from ..failure import explain
from ..session import Session
from .smoothing_run import SmoothingRun
from .view import SurfaceView

DEBOUNCE_MS = 250
"""The slider has rested so long before surfaces are made."""


class Smoothing:
    """Brings the surfaces of a segmentation, and of its isotropic one, in line with the slider.

    Parameters
    ----------
    view
        The widgets.
    session
        Its worker makes surfaces; its parameters have the smoothing that is wanted.
    done
        Called when surfaces were made, or could not be.
    """

    def __init__(self, view: SurfaceView, session: Session, done: Callable[[], None]) -> None:
        self._view = view
        self._session = session
        self._done = done
        self._node: Any = None
        self._run: SmoothingRun | None = None
        self._rest = qt.QTimer()
        self._rest.setSingleShot(True)
        self._rest.connect("timeout()", self._start)

    @property
    def running(self) -> bool:
        """Whether surfaces are being made, or will be in a moment."""
        return self._run is not None or bool(self._rest.active)

    def take(self, node: Any | None) -> None:
        """Work with another segmentation. Its smoothing is shown, and not changed."""
        self._node = node
        self._show_present()

    def follow(self) -> None:
        """Make surfaces in a moment where the slider says something else than they have."""
        if self._run is None and self._wanted() is not None:
            self._rest.start(DEBOUNCE_MS)

    def stop(self) -> None:
        """Give up what is going on."""
        self._rest.stop()
        if self._run is not None:
            self._run.stop()
            self._run = None

    def shut_down(self) -> None:
        """Stop for good."""
        self.stop()
        self._node = None
        self._rest.disconnect("timeout()", self._start)

    def _wanted(self) -> float | None:
        """Return the smoothing that is chosen where the surfaces have another one."""
        if self._node is None:
            return None
        chosen = self._session.parameters.smoothing
        present = get_smoothing(self._node)
        return None if present is None or abs(present - chosen) < 1e-6 else chosen

    def _start(self) -> None:
        smoothing = self._wanted()
        if smoothing is None:
            return
        if self._session.run_is_on or self._session.worker.running:
            self._rest.start(DEBOUNCE_MS)
            return
        nodes = [one for one in (find_isotropic(self._node), self._node) if one is not None]
        run = SmoothingRun(self._session.worker, nodes, smoothing, self._ended)
        self._run = run
        self._view.show_status(_("Making surfaces…"))
        try:
            run.start()
        except Exception as error:  # shown and logged: nobody above could
            self._ended(error)
        self._session.notify()

    def _ended(self, error: Exception | None) -> None:
        self._run = None
        if error is None:
            self._view.show_status("")
        else:
            # Else it would be tried for ever.
            self._show_present()
            self._view.show_status(explain(error), "error")
        self._done()
        self._session.notify()

    def _show_present(self) -> None:
        present = get_smoothing(self._node) if self._node is not None else None
        if present is not None:
            self._session.parameters.smoothing = present
