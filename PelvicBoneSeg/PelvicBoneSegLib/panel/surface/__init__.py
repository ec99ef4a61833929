"""The section *3D*: smooth, isotropic, in the middle of the view."""
