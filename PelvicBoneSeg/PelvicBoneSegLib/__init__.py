"""PelvicBoneSeg: from a pelvic MR to editable 3D bones."""

__version__ = "0.1.0"
