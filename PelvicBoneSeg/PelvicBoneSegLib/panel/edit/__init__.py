"""The section *Edit*."""
