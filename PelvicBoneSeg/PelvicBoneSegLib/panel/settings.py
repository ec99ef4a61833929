"""What the user chose once for all scenes: paths, the device."""

from __future__ import annotations

import qt

_GROUP = "PelvicBoneSeg"


class Settings:
    """Text values in Slicer's user settings."""

    def get(self, key: str, default: str = "") -> str:
        """Return the value of a key, or the default where it was never set."""
        value = qt.QSettings().value(f"{_GROUP}/{key}")
        return default if value is None else str(value)

    def set(self, key: str, value: str) -> None:
        """Keep a value."""
        qt.QSettings().setValue(f"{_GROUP}/{key}", value)
