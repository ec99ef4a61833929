"""What can go wrong with viewers. One exception for one cause, with the next step."""

from __future__ import annotations

from ..library.errors import LibraryError


class ViewerNotStartedError(LibraryError):
    """The viewer's process ended before it showed anything."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            "The viewer could not be started. Open the scan again; if it comes again, look into "
            "the server's log."
        )


class TooManyViewersError(LibraryError):
    """As many viewers are open as this computer may have."""

    status = 503

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} scans are open on this server, which is as many as it allows. Close a tab "
            "with a scan, wait a minute, and try again."
        )


class ViewerGoneError(LibraryError):
    """There is no viewer at this address, or it is somebody else's."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "This viewer is no longer open: nobody had looked into it for a while, or the server "
            "was started again. Open the scan again from the library."
        )


class NotSavedError(LibraryError):
    """What a viewer handed over could not be stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The segments were not saved in the library: {reason}. Save again; if it does not "
            "help, download them as .seg.nrrd."
        )
