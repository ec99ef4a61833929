"""How far a segmentation is."""

from __future__ import annotations

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"

STATUSES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)

UNFINISHED = (QUEUED, RUNNING)
"""What a server that starts again takes up again."""
