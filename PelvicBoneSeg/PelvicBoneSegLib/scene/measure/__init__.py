"""Bones of the scene measured: volume, surface, extent, femoral head."""
