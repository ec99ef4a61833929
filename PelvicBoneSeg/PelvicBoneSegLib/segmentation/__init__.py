"""The network, slice by slice: no Slicer, no Qt."""
