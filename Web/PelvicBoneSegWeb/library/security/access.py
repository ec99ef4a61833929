"""Tokens and the signed cookie that stands for one.

A token is an account: whoever has it sees its library. The address that is printed carries it; the
first request with it gets a cookie, so that the token stays in no address line and no referrer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import TokenError
from ..folder import is_id, new_id

DEFAULT_OWNER = "user"

_OWNER = re.compile(r"[A-Za-z0-9_-]{1,32}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Visitor:
    """Who asks.

    Attributes
    ----------
    owner
        Whose library is shown.
    session
        One browser: its scene and its place in the queue.
    """

    owner: str
    session: str

    @property
    def user(self) -> str:
        """Whom the queue is fair to."""
        return f"{self.owner}/{self.session}"


def read_tokens(given: Iterable[str]) -> dict[str, str]:
    """Return the token of each owner.

    Parameters
    ----------
    given
        ``TOKEN``, or ``OWNER=TOKEN`` where several people have a library each. None makes one of
        256 random bits.

    Raises
    ------
    TokenError
        One is too short to be secret, has characters that an address cannot have, or is double.
    """
    tokens: dict[str, str] = {}
    for one in given:
        owner, _, token = one.rpartition("=")
        owner = owner or DEFAULT_OWNER
        if not _TOKEN.fullmatch(token):
            raise TokenError("it must have 16 to 128 letters, digits, '-' and '_'")
        if not _OWNER.fullmatch(owner):
            raise TokenError("an owner's name has 1 to 32 letters, digits, '-' and '_'")
        if owner in tokens or token in tokens.values():
            raise TokenError(f"'{owner}' or the token is given twice")
        tokens[owner] = token
    return tokens or {DEFAULT_OWNER: secrets.token_urlsafe(_TOKEN_BYTES)}


class Access:
    """Knows visitors by what they bring.

    Parameters
    ----------
    tokens
        By owner.
    """

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = dict(tokens)
        # Cookies do not tell ports apart: two servers on one computer must not take each other's.
        digest = hashlib.sha256("\n".join(sorted(self._tokens.values())).encode()).hexdigest()
        self.cookie = f"pelvicboneseg-{digest[:8]}"

    def owner_of(self, token: str) -> str | None:
        """Return whose token it is. How long it takes tells nothing about the tokens."""
        found = None
        for owner, known in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode("utf-8", "replace")):
                found = owner
        return found

    def new_cookie(self, owner: str) -> str:
        """Return the cookie of a browser that has not been here."""
        return self._signed(owner, new_id())

    def visitor(self, cookie: str) -> Visitor | None:
        """Return who has a cookie; None where it is not ours, or its token is no longer."""
        owner, _, rest = cookie.partition(".")
        session = rest.partition(".")[0]
        if owner not in self._tokens or not is_id(session):
            return None
        right = self._signed(owner, session)
        if not hmac.compare_digest(right.encode(), cookie.encode("utf-8", "replace")):
            return None
        return Visitor(owner, session)

    def _signed(self, owner: str, session: str) -> str:
        text = f"{owner}.{session}"
        key = b"cookie " + self._tokens[owner].encode()
        return f"{text}.{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
