"""The section *Export*."""
