"""Names for patients that tell nobody who they are."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode

from .errors import PseudonymError

_ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,24}")
_LETTERS = 8
"""40 bits: among a thousand patients, two have one name with a chance of 1 in two million."""


def pseudonym_of(patient: str, secret: bytes) -> str:
    """Return the same name for the same patient, which the key of the library keeps secret.

    Parameters
    ----------
    patient
        Whatever tells patients apart in the file.
    secret
        Without it, nobody can try patient numbers until one fits.
    """
    digest = hmac.new(secret, patient.encode("utf-8", "replace"), hashlib.sha256).digest()
    return _name(digest)


def random_pseudonym() -> str:
    """Return a name for a patient of whom nothing is known."""
    return _name(secrets.token_bytes(16))


def checked_pseudonym(text: str) -> str:
    """Return a visitor's own pseudonym; "" where none was given.

    Raises
    ------
    PseudonymError
        It has other characters, or too many.
    """
    text = text.strip()
    if text and not _ALLOWED.fullmatch(text):
        raise PseudonymError
    return text


def _name(digest: bytes) -> str:
    return f"P-{b32encode(digest).decode()[:_LETTERS]}"
