"""The section *Review*."""
