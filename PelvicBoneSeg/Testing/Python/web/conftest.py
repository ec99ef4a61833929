"""A real browser."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.bench.chromium import FLAGS, PROGRAM


# Not for longer than a file: while it is open, no other test can run a loop of its own.
@pytest.fixture(scope="module")
def a_browser():
    if PROGRAM is None:
        pytest.skip("needs Chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield browser
        browser.close()
