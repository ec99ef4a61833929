"""What the log does not keep of strangers' requests."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError

_LOGGER = "aiohttp.server"


class NoForeignText(logging.Filter):
    """Makes one line of what aiohttp says of a request that is not HTTP.

    It would quote the request, which may hold a token, with a trace of forty lines.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, changed where need be."""
        cause = record.exc_info[1] if record.exc_info else None
        if isinstance(cause, HttpProcessingError):
            record.msg, record.args = "A request was refused: it is not HTTP (%s).", (cause.code,)
            record.exc_info = record.exc_text = None
        return True


def keep_foreign_text_out() -> None:
    """Have the server's log say nothing that strangers wrote. A second call changes nothing."""
    logger = logging.getLogger(_LOGGER)
    if not any(isinstance(one, NoForeignText) for one in logger.filters):
        logger.addFilter(NoForeignText())
