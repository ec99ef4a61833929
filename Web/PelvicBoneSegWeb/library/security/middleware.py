"""What every request goes through."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from PelvicBoneSegLib.errors import (
    InputError,
    PelvicBoneSegError,
    UnknownBoneError,
    UnknownSideError,
)

from ..errors import ForeignOriginError, LibraryError, NoAccessError
from .access import Access, Visitor

VISITOR: web.RequestKey[Visitor] = web.RequestKey("VISITOR", Visitor)
"""Where a request keeps its `Visitor`."""

TOKEN = "token"

_BEARER = "Bearer "
_SAFE_METHODS = ("GET", "HEAD")
_BAD_REQUEST, _UNREADABLE = 400, 422
_COOKIE_SECONDS = 30 * 24 * 3600


def told_errors() -> Middleware:
    """Return the middleware that turns exceptions into answers with cause and next step."""

    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except PelvicBoneSegError as error:
            return _told(request, error, _status_of(error))
        except web.HTTPException:
            raise
        except Exception:  # logged whole; the visitor learns nothing of the inside
            logging.getLogger(__name__).exception("%s %s", request.method, request.path)
            unforeseen = LibraryError(
                "Something unforeseen happened on the server. Try again; if it stays, report it "
                "with the server's log."
            )
            return _told(request, unforeseen, unforeseen.status)

    return tell


def checked_access(access: Access) -> Middleware:
    """Return the middleware that lets nobody in without a token or its cookie."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and TOKEN in request.query:
            return _with_cookie(request, access)
        visitor = _bearer(request, access)
        if visitor is None:
            visitor = access.visitor(request.cookies.get(access.cookie, ""))
            if visitor is None:
                raise NoAccessError
            _check_origin(request)
        request[VISITOR] = visitor
        return await handler(request)

    return check


def visitor_of(request: web.Request) -> Visitor:
    """Return who asks."""
    return request[VISITOR]


def _with_cookie(request: web.Request, access: Access) -> web.Response:
    owner = access.owner_of(request.query[TOKEN])
    if owner is None:
        raise NoAccessError
    query = {key: value for key, value in request.query.items() if key != TOKEN}
    # A path of two slashes would lead to another host.
    clean = request.rel_url.with_path("/" + request.path.lstrip("/")).with_query(query)
    answer = web.Response(status=303, headers={"Location": str(clean)})
    known = access.visitor(request.cookies.get(access.cookie, ""))
    if known is None or known.owner != owner:
        answer.set_cookie(
            access.cookie,
            access.new_cookie(owner),
            max_age=_COOKIE_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
    return answer


def _bearer(request: web.Request, access: Access) -> Visitor | None:
    """Return who a program is that brings its token in a header, which no foreign page can."""
    said = request.headers.get("Authorization", "")
    owner = access.owner_of(said[len(_BEARER) :]) if said.startswith(_BEARER) else None
    return None if owner is None else Visitor(owner, "program")


def _check_origin(request: web.Request) -> None:
    """Refuse what a foreign page has a browser send with our cookie.

    SameSite alone does not do: to it, all ports of a host are the same site.
    """
    is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method in _SAFE_METHODS and not is_socket:
        return
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        raise ForeignOriginError


def _status_of(error: PelvicBoneSegError) -> int:
    if isinstance(error, LibraryError):
        return error.status
    if isinstance(error, (UnknownBoneError, UnknownSideError)):
        return _BAD_REQUEST
    return _UNREADABLE if isinstance(error, InputError) else 500


def _told(request: web.Request, error: PelvicBoneSegError, status: int) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):  # somebody looks at it
        return web.Response(text=str(error.message), status=status)
    told = {"error": type(error).__name__, "message": str(error.message)}
    return web.json_response(told, status=status)
