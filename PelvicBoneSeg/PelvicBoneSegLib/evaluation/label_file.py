"""Label maps from the disk: NIfTI, NRRD, MetaImage, .seg.nrrd, or a folder with a mask a bone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputNotFoundError, UnreadableImageError
from ..segmentation.image_file import read_image_file
from ..segmentation.reader import stem_of
from .bone_names import structure_of_name, structure_of_terminology
from .errors import NotLabelsError, UnknownLabelsError
from .label_map import LabelMap
from .label_scheme import DEFAULT_SCHEME, LabelScheme
from .structure import Structure

IMAGE_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
SEG_NRRD_SUFFIX = ".seg.nrrd"


def read_label_map(path: Path | str, scheme: LabelScheme | None = None) -> LabelMap:
    """Read bones.

    Parameters
    ----------
    path
        A label map (NIfTI, NRRD, MetaImage), a ``.seg.nrrd`` whose segments are known by name or
        SNOMED CT code, or a folder with a mask file a bone, as TotalSegmentator writes it.
    scheme
        The meaning of label values; "pelvicboneseg" if not given. Of segments and named masks it
        decides only those that it names; label values mean nothing there.

    Raises
    ------
    InputError
        Each subclass is one thing that can be wrong with the file.
    """
    path = Path(path)
    scheme = scheme or LabelScheme.load(DEFAULT_SCHEME)
    if not path.exists():
        raise InputNotFoundError(path)
    if path.is_dir():
        return _read_masks(path, scheme)
    if path.name.lower().endswith(SEG_NRRD_SUFFIX):
        return _read_segments(path, scheme)
    return _read_labels(path, scheme)


def is_image_name(name: str) -> bool:
    """Tell by its name whether a file may be a label map."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def _read_labels(path: Path, scheme: LabelScheme) -> LabelMap:
    labels, ijk_to_lps = _whole_numbers(path)
    found = [int(value) for value in np.unique(labels) if value != 0]
    if not scheme.values or (found and not set(found) & set(scheme.values)):
        raise UnknownLabelsError(path, map(str, found), scheme.name)
    return LabelMap.from_labels(labels, scheme.values, ijk_to_lps)


def _read_masks(folder: Path, scheme: LabelScheme) -> LabelMap:
    masks: dict[Structure, np.ndarray] = {}
    matrices: list[np.ndarray] = []
    files = sorted(path for path in folder.iterdir() if is_image_name(path.name))
    for path in files:
        structure = scheme.names.get(stem_of(path)) or structure_of_name(stem_of(path))
        if structure is None:
            continue
        labels, ijk_to_lps = _whole_numbers(path)
        matrices.append(ijk_to_lps)
        mask = labels != 0
        before = masks.get(structure, mask)
        if before.shape != mask.shape or not np.allclose(ijk_to_lps, matrices[0]):
            raise NotLabelsError(folder, "its masks are on different grids")
        masks[structure] = before | mask
    if not masks:
        raise UnknownLabelsError(folder, (path.name for path in files), "names of files")
    if len({mask.shape for mask in masks.values()}) > 1:
        raise NotLabelsError(folder, "its masks are on different grids")
    return LabelMap.from_masks(masks, matrices[0])


def _read_segments(path: Path, scheme: LabelScheme) -> LabelMap:
    import nrrd
    import slicerio

    try:
        segmentation = slicerio.read_segmentation(str(path))
    except (OSError, ValueError, nrrd.NRRDError, zlib.error, struct.error) as error:
        raise UnreadableImageError(path, "it is no whole segmentation of Slicer") from error
    # Without its layer axis where no segments overlap: a single layer then.
    layers = segmentation["voxels"].transpose()
    layers = layers[..., np.newaxis] if layers.ndim == 3 else layers
    masks: dict[Structure, np.ndarray] = {}
    for index, segment in enumerate(segmentation["segments"]):
        structure = _structure_of_segment(segment, scheme.names)
        if structure is not None:
            # Slicer before 4.11 gave each segment a layer of its own and said neither.
            layer, value = segment.get("layer", index), segment.get("labelValue", 1)
            mask = layers[..., layer] == value
            masks[structure] = masks.get(structure, False) | mask
    if not masks:
        names = [segment.get("name", segment["id"]) for segment in segmentation["segments"]]
        raise UnknownLabelsError(path, names or ["no segments"], "names of segments")
    return LabelMap.from_masks(masks, segmentation["ijkToLPS"])


def _structure_of_segment(
    segment: Mapping[str, Any], names: Mapping[str, Structure]
) -> Structure | None:
    name, identifier = segment.get("name", ""), segment["id"]
    return (
        names.get(name)
        or names.get(identifier)
        or structure_of_name(name)
        or structure_of_name(identifier)
        or structure_of_terminology(segment.get("terminology", {}))
    )


def _whole_numbers(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        labels, ijk_to_lps = read_image_file(path)
    except OSError as error:
        raise UnreadableImageError(path, error.strerror or str(error)) from error
    if labels.dtype.kind != "f":
        return labels, ijk_to_lps
    whole = np.rint(labels)
    if not np.array_equal(whole, labels):
        raise NotLabelsError(path, "its voxels are not whole numbers")
    return whole.astype(np.int64), ijk_to_lps
