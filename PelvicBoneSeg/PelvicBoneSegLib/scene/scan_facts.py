"""What a volume node shows at a glance. Nothing is copied, nothing heavy is imported."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import InputError, NonLinearTransformError
from ..segmentation.facts import Placement, ScanFacts
from ..segmentation.volume import check_geometry, check_shape, check_values
from ..segmentation.weighting import weighting
from .matrices import RAS_TO_LPS, ijk_to_ras
from .volume_node import ijk_to_world_lps, voxels_of

AIR_HU = -900.0
"""No MR has values below this over more than some noise; air in CT has −1000."""

_AIR_SHARE = 0.02
_SAMPLES = 20_000

# DICOM tags as ctkDICOMDatabase takes them.
_SERIES_DESCRIPTION = "0008,103E"
_MODALITY = "0008,0060"
_SCANNING_SEQUENCE = "0018,0020"
_REPETITION_TIME = "0018,0080"
_ECHO_TIME = "0018,0081"
_FIELD_STRENGTH = "0018,0087"

# DICOMPlugin.mapSOPClassUIDToDICOMQuantityAndUnits: what Slicer notes of voxels loaded from DICOM.
_QUANTITIES = {"110852": "MR", "112031": "CT"}


def facts_of(volume_node: Any) -> ScanFacts:
    """Look at a volume node.

    Parameters
    ----------
    volume_node
        Any node, or None: what makes it useless is among the `faults`.

    Returns
    -------
    Modality and sequence come from the subject hierarchy and Slicer's DICOM database; they are None
    where these know nothing of the scan.
    """
    try:
        voxels = voxels_of(volume_node)
        check_shape(voxels.shape)
    except InputError as error:
        return ScanFacts((error,))
    faults: list[InputError] = []
    placement, matrix = _place(volume_node, faults)
    geometry: np.ndarray | None = matrix
    try:
        check_geometry(matrix, voxels.shape)
    except InputError as error:
        faults.append(error)
        geometry = None
    sample = voxels.reshape(-1)[:: max(1, voxels.size // _SAMPLES)]
    if not np.isfinite(sample).all() or sample.min() == sample.max():
        # Only what looks bad in a few voxels is worth the time to look at all.
        try:
            check_values(voxels)
        except InputError as error:
            faults.append(error)
    tag = _dicom_reader(volume_node)
    series = tag(_SERIES_DESCRIPTION)
    times = _number(tag(_REPETITION_TIME)), _number(tag(_ECHO_TIME))
    shape = voxels.shape
    return ScanFacts(
        faults=tuple(faults),
        shape=(shape[0], shape[1], shape[2]),
        ijk_to_lps=geometry,
        placement=placement,
        modality=_modality(volume_node) or tag(_MODALITY),
        looks_like_ct=bool(np.mean(sample < AIR_HU) > _AIR_SHARE),
        series=series,
        weighting=weighting(series, tag(_SCANNING_SEQUENCE), *times),
        field_strength_t=_number(tag(_FIELD_STRENGTH)),
    )


def _place(volume_node: Any, faults: list[InputError]) -> tuple[Placement, np.ndarray]:
    """Return what moves the scan, and its matrix; a warp is a fault and is left out of it."""
    try:
        matrix = ijk_to_world_lps(volume_node)
    except NonLinearTransformError as error:
        faults.append(error)
        return Placement.WARPED, RAS_TO_LPS @ ijk_to_ras(volume_node)
    parent = volume_node.GetParentTransformNode()
    return Placement.NONE if parent is None else Placement.LINEAR, matrix


def _modality(volume_node: Any) -> str | None:
    noted = _noted_modality(volume_node)
    if noted:
        return noted
    quantity = volume_node.GetVoxelValueQuantity()
    return _QUANTITIES.get(quantity.GetCodeValue()) if quantity else None


def _noted_modality(volume_node: Any) -> str | None:
    """Return what the subject hierarchy, which is saved with the scene, knows of the series."""
    import slicer

    scene = volume_node.GetScene()
    if scene is None:
        return None
    # Not GetSubjectHierarchyNode, which adds one to a scene that has none.
    hierarchy = scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = hierarchy.GetItemByDataNode(volume_node) if hierarchy else 0
    if not item:
        return None
    name = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMSeriesModalityAttributeName()
    return hierarchy.GetItemAttribute(item, name) or None


def _dicom_reader(volume_node: Any) -> Any:
    """Return a function that gives a tag's value in the scan's first file, or None."""
    import slicer

    uids = (volume_node.GetAttribute("DICOM.instanceUIDs") or "").split()
    # Slicer's module DICOM sets it, and its database may be closed.
    database = getattr(slicer, "dicomDatabase", None)
    if not uids or database is None or not database.isOpen:
        return lambda tag: None
    return lambda tag: database.instanceValue(uids[0], tag).strip() or None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
