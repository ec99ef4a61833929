"""How the scan and the bones are shown: window and level, opacities, crosshair, layout."""
