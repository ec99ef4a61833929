"""How long tests wait for what has to come."""

PATIENCE_MS = 300_000
"""Everything is drawn in software here, also by a computer that has other things to do."""
