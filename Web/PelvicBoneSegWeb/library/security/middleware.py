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
from .html import error_page, onward_page

VISITOR: web.RequestKey[Visitor] = web.RequestKey("VISITOR", Visitor)
"""Where a request keeps its `Visitor`."""

TOKEN = "token"

STATIC_PREFIX = "/static/library/"
"""Files of the program itself, which everybody may have: pages for strangers need them too."""

_BEARER = "Bearer "
_SAFE_METHODS = ("GET", "HEAD")
_FOREIGN_SITES = ("cross-site", "same-site")
_LIBRARY_PAGE = "/"
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
        if request.path.startswith(STATIC_PREFIX):
            return await handler(request)
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
    clean = str(request.rel_url.with_path("/" + request.path.lstrip("/")).with_query(query))
    if _is_of_foreign_page(request):
        answer = onward_page(clean)
    else:
        answer = web.Response(status=303, headers={"Location": clean})
    known = access.visitor(request.cookies.get(access.cookie, ""))
    if known is None or known.owner != owner:
        answer.set_cookie(
            access.cookie,
            access.new_cookie(owner),
            max_age=_COOKIE_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=_is_https(request),
        )
    return answer


def _is_https(request: web.Request) -> bool:
    # Who lies about this to us has a cookie that his own browser sends less often.
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"


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
        # To ask for a viewer or the sample starts something. A link to the library is harmless.
        is_ours = request.path == _LIBRARY_PAGE or not _is_of_foreign_page(request)
    else:
        is_ours = _host_of(request.headers.get("Origin", "")) == request.host
    if not is_ours:
        raise ForeignOriginError


def _is_of_foreign_page(request: web.Request) -> bool:
    """Tell by what browsers say of https and of this computer, https://www.w3.org/TR/fetch-metadata."""
    return request.headers.get("Sec-Fetch-Site") in _FOREIGN_SITES


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:  # no address at all
        return None


def _status_of(error: PelvicBoneSegError) -> int:
    if isinstance(error, LibraryError):
        return error.status
    if isinstance(error, (UnknownBoneError, UnknownSideError)):
        return _BAD_REQUEST
    return _UNREADABLE if isinstance(error, InputError) else 500


def _told(request: web.Request, error: PelvicBoneSegError, status: int) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):  # somebody looks at it
        return error_page(str(error.message), status, has_access=VISITOR in request)
    told = {"error": type(error).__name__, "message": str(error.message)}
    return web.json_response(told, status=status)
