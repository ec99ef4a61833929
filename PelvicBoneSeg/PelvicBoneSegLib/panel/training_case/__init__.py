"""The section *Save as training case*."""
