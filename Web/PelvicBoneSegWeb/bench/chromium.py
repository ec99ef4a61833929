"""Chromium as it is found on this machine, and how tests and benchmarks start it."""

from __future__ import annotations

import shutil

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
"""None where it is not installed."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Pages are drawn by the processor, as the views are, and nothing else uses it or the network."""
