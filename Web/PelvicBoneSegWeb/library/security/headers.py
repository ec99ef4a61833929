"""What a browser may do with our answers.

The headers are those of https://owasp.org/www-project-secure-headers/.
"""

from __future__ import annotations

from aiohttp import web

_POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "script-src": "'self'",
    "style-src": "'self'",
    "trusted-types": "'none'",
}
"""With trusted types, no script of ours can make HTML of a text, even by mistake."""

# trame's page has a base element, its client compiles templates in the browser, and Vuetify writes
# style elements.
_VIEWER = {
    "default-src": "'none'",
    "base-uri": "'self'",
    "connect-src": "'self'",
    "font-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' blob: data:",
    "object-src": "'none'",
    "script-src": "'self' 'unsafe-eval' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self' blob:",
}

VIEWER_PREFIX = "/view/"

_ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def add_headers(request: web.BaseRequest, answer: web.StreamResponse) -> None:
    """Add the headers to any answer, errors included; a signal of `aiohttp.web.Application`."""
    is_viewer = request.path.startswith(VIEWER_PREFIX)
    policy = _VIEWER if is_viewer else _POLICY
    text = "; ".join(f"{name} {value}" for name, value in policy.items())
    # A proxied answer may bring headers of its own, which do not count.
    answer.headers["Content-Security-Policy"] = text
    answer.headers.update(_ALWAYS)
    answer.headers["Server"] = "PelvicBoneSeg"
    # Scans have no place in a cache on the disk of a browser that others use.
    answer.headers.setdefault("Cache-Control", "no-store")
