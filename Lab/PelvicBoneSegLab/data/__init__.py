"""Labelled scans: read, checked, and brought to the spacing of the network."""
