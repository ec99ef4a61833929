"""Pages that are made here and not read from a file: they have one text each."""

from __future__ import annotations

from html import escape

from aiohttp import web

_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>PelvicBoneSeg</title>
    <link rel="stylesheet" href="/static/library/library.css">
    <script src="/static/library/theme.js"></script>
    {head}
  </head>
  <body>
    <main class="told">
      <h1>PelvicBoneSeg</h1>
      {body}
    </main>
  </body>
</html>
"""

_BACK = """<p><a class="button main" href="/">Back to the library</a></p>"""


def error_page(message: str, status: int, has_access: bool) -> web.Response:
    """Return what somebody reads who looks at an error.

    Parameters
    ----------
    message
        Cause and next step.
    has_access
        Whether the visitor may go on to the library.
    """
    # Lone surrogates of a request's JSON cannot be sent.
    text = escape(message.encode("utf-8", "replace").decode())
    body = f"<p>{text}</p>\n      {_BACK if has_access else ''}"
    page = _PAGE.format(head="", body=body)
    return web.Response(text=page, content_type="text/html", status=status)


def onward_page(address: str) -> web.Response:
    """Return a page that leads on by itself.

    To a browser, where it leads is asked for by our own page then, while a redirection belongs to
    the page that the link was on: it would not send the cookie.
    """
    target = escape(address)
    head = f'<meta http-equiv="refresh" content="0; url={target}">'
    page = _PAGE.format(head=head, body=f'<p><a href="{target}">Go on</a></p>')
    return web.Response(text=page, content_type="text/html")
