"""The section *Measure*: a table of the bones."""
