"""Pelvic MR phantoms of known truth, from the LLP26 shape model: see README.md."""
