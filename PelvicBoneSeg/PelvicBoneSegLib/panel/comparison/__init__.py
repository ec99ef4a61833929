"""The section *Compare with…*."""
