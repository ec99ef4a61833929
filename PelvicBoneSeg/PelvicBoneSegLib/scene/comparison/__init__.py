"""Two segmentations of the scene, side by side."""
