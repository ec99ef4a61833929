"""What can happen to the process that works beside the window."""

from __future__ import annotations

from ..message import Message, templates
from .base import PelvicBoneSegError

_ = templates(__name__)


class WorkerError(PelvicBoneSegError):
    """Base of what can go wrong with the process that does the work.

    Attributes
    ----------
    details
        For the log: what the process printed last, or where in the code it failed.
    """

    def __init__(self, text: str, details: str = "", /, **values: object) -> None:
        super().__init__(text, **values)
        self.details = details


class WorkerNotStartedError(WorkerError):
    """The process could not be started."""

    def __init__(self, program: str) -> None:
        super().__init__(
            _(
                "The process that segments could not be started: {program}. Check that the "
                "file is there and may be run, or install Slicer again."
            ),
            program=program,
        )


class WorkerDiedError(WorkerError):
    """The process ended in the middle of its work."""

    def __init__(self, how: str, lacks_memory: bool, details: str) -> None:
        advice = (
            Message(
                _(
                    "Most likely the computer's memory was too small: close other programs, or "
                    "crop the scan."
                )
            )
            if lacks_memory
            else Message(_("Start it again; if this happens once more, report it with the log."))
        )
        super().__init__(
            _(
                "The process that segments ended before its work was done ({how}). Nothing was "
                "changed. {advice}"
            ),
            details,
            how=how,
            advice=advice,
        )


class WorkerFailedError(WorkerError):
    """An error that nobody foresaw, inside the process."""

    def __init__(self, cause: str, details: str) -> None:
        super().__init__(
            _(
                "Something unforeseen happened: {cause}. Nothing was changed. Try again; if it "
                "stays, report it with the log."
            ),
            details,
            cause=cause,
        )


class WorkerProtocolError(WorkerError):
    """Bytes between the two processes that are no message of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            _(
                "The process that segments and the panel do not understand each other: "
                "{reason}. Restart Slicer; if it stays, install the extension again."
            ),
            reason=reason,
        )
