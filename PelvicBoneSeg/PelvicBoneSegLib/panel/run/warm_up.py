"""Having the worker ready before *Segment* is clicked."""

from __future__ import annotations

from ..dependencies import Dependencies
from ..session import Session
from .run_choices import run_choices


class WarmUp:
    """Has the worker load the chosen network while the user still looks at the scan.

    Parameters
    ----------
    session
        Whose worker it is.
    dependencies
        The worker can load nothing without them.
    """

    def __init__(self, session: Session, dependencies: Dependencies) -> None:
        self._session = session
        self._dependencies = dependencies
        self._in_view = False
        self._network: tuple[str, str] | None = None

    def set_in_view(self, in_view: bool) -> None:
        """Begin when the user opens the module; another module's user needs no network."""
        self._in_view = in_view
        self._network = None
        self.refresh()

    def refresh(self) -> None:
        """Load the network where another one than before was chosen."""
        session = self._session
        if not self._in_view or session.parameters is None or session.worker.running:
            return
        choices = run_choices(session)
        network = choices.bundle, choices.device
        if network != self._network:
            self._network = network
            if self._dependencies.installed:
                session.worker.warm_up(*network)
