"""Complete bones of other bodies, which say where one of a scan may be."""

from .atlas import Atlas, Bounds

__all__ = ["Atlas", "Bounds"]
