"""What segments can be exported as."""

from __future__ import annotations

STL, OBJ, PLY, GLTF = "stl", "obj", "ply", "gltf"
SURFACES = (STL, OBJ, PLY, GLTF)
"""Formats of surfaces."""

NIFTI, NRRD = "nifti", "nrrd"
LABEL_MAPS = (NIFTI, NRRD)
"""Formats of voxels."""

DICOM_SEG = "dicom_seg"
FORMATS = (*SURFACES, *LABEL_MAPS, DICOM_SEG)

MERGEABLE = (STL, OBJ, PLY)
"""Formats with a file for each bone, or one for all. The others hold all bones in one."""

WITH_COORDINATES = (STL, OBJ, PLY)
"""Formats that may be in LPS or RAS. glTF has axes of its own; NIfTI, NRRD and DICOM say in their
headers which way their axes point."""
