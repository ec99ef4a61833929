"""The section *Segment*: a choice of bones goes in, segments come out."""
