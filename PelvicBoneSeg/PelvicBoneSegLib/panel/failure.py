"""What the user reads of a failure; the log has the rest."""

from __future__ import annotations

import logging

from slicer.i18n import tr as _

from ..errors import PelvicBoneSegError


def explain(error: Exception) -> str:
    """Log an error and return a message that says what to do next."""
    if isinstance(error, PelvicBoneSegError):
        logging.warning("PelvicBoneSeg: %s", error)
        return str(error)
    logging.error("PelvicBoneSeg failed", exc_info=error)
    return _(
        "Something unforeseen happened: {cause}. Nothing was changed. Try again; if it "
        "stays, report it with the error log (menu View, Error Log)."
    ).format(cause=f"{type(error).__name__}: {error}")
