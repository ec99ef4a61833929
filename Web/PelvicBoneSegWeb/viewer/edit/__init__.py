"""The section *Edit*: trame-slicer's segment editor."""
