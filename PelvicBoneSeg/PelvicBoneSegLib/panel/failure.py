"""What the user reads of a failure; the log has the rest."""

from __future__ import annotations

import logging
import traceback

from slicer.i18n import tr as _
from slicer.i18n import translate

from ..errors import OutOfMemoryError, PelvicBoneSegError, WorkerError
from ..message import in_words
from ..segmentation.memory import is_out_of_memory


def explain(error: Exception) -> str:
    """Log an error and return a message that says what to do next."""
    if is_out_of_memory(error):
        logging.error("PelvicBoneSeg failed", exc_info=error)
        return in_words(OutOfMemoryError().message, translate)
    if isinstance(error, PelvicBoneSegError):
        logging.warning("PelvicBoneSeg: %s", error)
        return in_words(error.message, translate)
    logging.error("PelvicBoneSeg failed", exc_info=error)
    return _(
        "Something unforeseen happened: {cause}. Nothing was changed. Try again; if it "
        "stays, report it with the error log (menu View, Error Log)."
    ).format(cause=f"{type(error).__name__}: {error}")


def details(error: Exception) -> str:
    """Return where in the code it failed and, of a child process, what that said last."""
    parts = ["".join(traceback.format_exception(error)).strip()]
    if isinstance(error, WorkerError) and error.details:
        parts.append(error.details.strip())
    return "\n".join(parts)
