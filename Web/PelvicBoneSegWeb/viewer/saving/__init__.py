"""Segments kept in the library, from where the scan was opened."""
