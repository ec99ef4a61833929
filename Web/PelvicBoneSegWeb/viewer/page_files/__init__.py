"""What the browser gets besides trame's own files: a style sheet and a script, both from here."""

from __future__ import annotations

from pathlib import Path

_URL = "pelvicboneseg_viewer"

serve = {_URL: str(Path(__file__).parent.resolve())}
scripts = [f"{_URL}/page.js"]
styles = [f"{_URL}/page.css"]
