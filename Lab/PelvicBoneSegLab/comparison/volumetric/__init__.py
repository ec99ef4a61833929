"""An anisotropic 3D network, trained and measured beside those that work slice by slice."""
