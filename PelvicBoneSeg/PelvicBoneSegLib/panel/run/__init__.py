"""The section *Segment*: one run at a time."""
