"""MRML: a volume node in, segments out."""
