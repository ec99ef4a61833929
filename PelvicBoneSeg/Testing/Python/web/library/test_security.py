"""Who gets in, from which page, and what comes with every answer."""

from __future__ import annotations

import asyncio

import pytest
from yarl import URL

from PelvicBoneSegWeb.library.errors import TokenError
from PelvicBoneSegWeb.library.security.access import Access, read_tokens
from web.library.browser import TOKEN, TOKENS, serving, visiting

UPLOAD = f"/api/uploads/{'0' * 32}"


def run(data, visit, token=TOKEN):
    async def go():
        async with serving(data) as server, visiting(server, token) as browser:
            return await visit(browser)

    return asyncio.run(go())


def test_a_token_is_made_where_none_is_given():
    (first,), (second,) = read_tokens([]).values(), read_tokens([]).values()
    assert first != second
    assert len(first) >= 43


def test_tokens_may_have_owners():
    assert read_tokens(["anna=" + "a" * 16, "b" * 16]) == {"anna": "a" * 16, "user": "b" * 16}


@pytest.mark.parametrize(
    "given",
    [["short"], ["a b=" + "x" * 20], ["x" * 20, "y" * 20], ["ä" * 20], ["../x=" + "x" * 20]],
)
def test_tokens_that_are_none_are_refused(given):
    with pytest.raises(TokenError):
        read_tokens(given)


def test_a_cookie_is_good_for_its_token_alone():
    access = Access(TOKENS)
    cookie = access.new_cookie("anna")
    assert access.visitor(cookie).owner == "anna"
    assert access.visitor(cookie.replace("anna", "bert")) is None
    assert access.visitor(cookie[:-1] + ("0" if cookie[-1] != "0" else "1")) is None
    assert Access({"anna": "another-token-0123456789"}).visitor(cookie) is None
    for text in ("", "anna", "anna..", "anna." + "f" * 32 + ".", "ä.ö.ü"):
        assert access.visitor(text) is None


def test_nobody_gets_in_without_a_token(data):
    async def visit(browser):
        answers = [await browser.ask("GET", path) for path in ("/", "/api/scans", "/view/1/")]
        answers.append(await browser.ask("GET", "/api/scans?token=wrong"))
        answers.append(await browser.ask("POST", UPLOAD, data=b"x"))
        answers.append(
            await browser.ask("GET", "/api/scans", headers={"Authorization": "Bearer wrong"})
        )
        return answers

    for status, told in run(data, visit, token=None):
        assert status == 401
        assert told["error"] == "NoAccessError"


def test_the_token_leaves_the_address_and_becomes_a_cookie(data):
    async def visit(browser):
        path = f"/api/scans?search=t1&token={TOKEN}"
        async with browser.session.get(path, allow_redirects=False) as answer:
            return answer.status, answer.headers

    status, headers = run(data, visit, token=None)
    assert status == 303
    assert headers["Location"] == "/api/scans?search=t1"
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert TOKEN not in cookie


def test_the_redirection_stays_on_this_server(data):
    async def visit(browser):
        path = f"//elsewhere.example/x?token={TOKEN}"
        url = f"{browser.origin}{path}"
        async with browser.session.get(url, allow_redirects=False) as answer:
            return answer.headers["Location"]

    assert run(data, visit, token=None) == "/elsewhere.example/x"


def test_a_session_is_kept_and_two_browsers_have_two(data):
    async def go():
        cookies = []
        async with serving(data) as server:
            for _ in range(2):
                async with visiting(server) as browser:
                    first = [one.value for one in browser.session.cookie_jar]
                    await browser.ask("GET", f"/api/session?token={TOKEN}")
                    assert [one.value for one in browser.session.cookie_jar] == first
                    cookies += first
        return cookies

    first, second = asyncio.run(go())
    assert first != second


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example",
        "http://[",
    ],
)
def test_other_pages_cannot_ask_in_the_visitors_name(data, origin):
    async def visit(browser):
        headers = {"Origin": origin}
        socket = {"Upgrade": "websocket", "Connection": "Upgrade"}
        return [
            await browser.ask("POST", UPLOAD, data=b"x", headers=headers),
            await browser.ask("DELETE", f"/api/scans/{'0' * 32}", headers=headers),
            await browser.ask("GET", "/view/1/", headers={**headers, **socket}),
        ]

    for status, told in run(data, visit):
        assert (status, told["error"]) == (403, "ForeignOriginError")


def test_a_request_with_a_cookie_and_no_origin_changes_nothing(data):
    async def visit(browser):
        async with browser.session.post(UPLOAD, data=b"x") as answer:
            return answer.status

    assert run(data, visit) == 403


def test_a_host_without_a_name_is_not_the_origin_without_one(data):
    async def visit(browser):
        async with browser.session.post(UPLOAD, data=b"x", headers={"Host": ""}) as answer:
            return answer.status

    assert run(data, visit) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_ports_and_sites_may_only_link_to_the_library(data, site):
    async def visit(browser):
        headers = {"Sec-Fetch-Site": site}
        paths = ("/", "/view/1/", "/api/scans", "/open/x")
        return [(await browser.ask("GET", path, headers=headers))[0] for path in paths]

    assert run(data, visit) == [200, 403, 403, 403]


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_and_the_address_line_lead_everywhere(data, site):
    async def visit(browser):
        return await browser.ask("GET", "/view/1/", headers={"Sec-Fetch-Site": site})

    assert run(data, visit)[0] == 200


def test_a_link_on_a_foreign_page_with_the_token_leads_on_by_a_page_of_ours(data):
    """A redirection would go on without the cookie, which is for our own pages alone."""

    async def visit(browser):
        path = f"/?search=%22%3E%3Cscript%3E&token={TOKEN}"
        async with browser.session.get(path, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            return answer.status, answer.headers["Set-Cookie"], await answer.text()

    status, cookie, text = run(data, visit, token=None)
    assert status == 200
    assert "SameSite=Strict" in cookie
    assert 'content="0; url=/?search=' in text
    assert TOKEN not in text and "<script>" not in text


@pytest.mark.parametrize(
    ("said", "is_secure"), [({}, False), ({"X-Forwarded-Proto": "https"}, True)]
)
def test_behind_https_the_cookie_is_never_sent_without(data, said, is_secure):
    async def visit(browser):
        path = f"/?token={TOKEN}"
        async with browser.session.get(path, headers=said, allow_redirects=False) as answer:
            return answer.headers["Set-Cookie"]

    assert ("; Secure" in run(data, visit, token=None)) == is_secure


def test_the_files_of_the_page_are_for_everybody_and_nothing_else_is(data):
    async def visit(browser):
        found = []
        for path in ("library.css", "../pages.py", "..%2fpages.py", "%2e%2e/%2e%2e/api/scans"):
            url = URL(f"{browser.origin}/static/library/{path}", encoded=True)
            found.append((await browser.ask("GET", url))[0])
        return found

    status, *others = run(data, visit, token=None)
    assert status == 200
    assert set(others) <= {401, 404}


def test_the_log_does_not_quote_a_request_that_is_not_http(data, caplog):
    async def visit(browser):
        reader, writer = await asyncio.open_connection(browser.server.host, browser.server.port)
        writer.write(f"GET / HTTP/1.1\nHost: x\nAuthorization: Bearer {TOKEN}\n\n".encode())
        answer = await reader.readline()
        writer.close()
        return answer

    assert b"400" in run(data, visit, token=None)
    assert "it is not HTTP (400)" in caplog.text
    assert TOKEN not in caplog.text


def test_a_program_brings_its_token_in_a_header(data):
    async def visit(browser):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with browser.session.delete(f"/api/scans/{'0' * 32}", headers=headers) as answer:
            return answer.status

    assert run(data, visit, token=None) == 404


def test_every_answer_has_the_headers(data):
    async def visit(browser):
        found = {}
        for path in ("/api/scans", "/nowhere", "/boom", "/view/1/"):
            async with browser.session.get(path) as answer:
                found[path] = answer.status, answer.headers
        return found

    found = run(data, visit)
    assert [status for status, _ in found.values()] == [200, 404, 500, 200]
    for _, headers in found.values():
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "aiohttp" not in headers["Server"]
    assert "unsafe" not in found["/api/scans"][1]["Content-Security-Policy"]
    # trame's client needs more, and gets no more than that, whatever the proxied answer says.
    assert "'unsafe-eval'" in found["/view/1/"][1]["Content-Security-Policy"]
    assert "*" not in found["/view/1/"][1]["Content-Security-Policy"]


def test_an_unforeseen_error_tells_nothing_of_the_inside(data, caplog):
    status, told = run(data, lambda browser: browser.ask("GET", "/boom"))
    assert status == 500
    assert "inside" not in str(told)
    assert "the inside of the server" in caplog.text


def test_who_looks_at_an_error_reads_words(data):
    async def visit(browser):
        return await browser.ask("GET", "/", headers={"Accept": "text/html,*/*"})

    status, text = run(data, visit, token=None)
    assert status == 401
    assert b"<p>This page is for those who have its token." in text
    assert b"Back to the library" not in text


def test_what_an_error_quotes_is_text_and_no_html(data):
    async def visit(browser):
        headers = {"Accept": "text/html"}
        path = "/api/scans?sort=%3Cimg%20src=x%3E"
        return await browser.ask("GET", path, headers=headers)

    status, text = run(data, visit)
    assert status == 400
    assert b"&lt;img" in text and b"<img" not in text
    assert b"Back to the library" in text
