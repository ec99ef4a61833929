"""The volume of each bone as voxels, on thin slices and as surface."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass
from typing import Any

from ...scene.isotropic_copy import find_isotropic
from ...scene.surface_settings import SurfaceVolume, surface_volume


@dataclass(frozen=True)
class BoneVolumes:
    """One bone.

    Attributes
    ----------
    name
        What the user reads.
    voxels_ml
        Its voxels.
    thin_ml
        Its voxels in the isotropic segmentation; None where they are not there, or outdated.
    surface_ml
        The surface that is shown: the isotropic one's where there is one that is up to date.
    surface_change
        How far that surface is off the voxels that it was made of, as a part of them; negative
        where it has less.
    outdated
        Whether the bone was changed since the isotropic segmentation was made.
    """

    name: str
    voxels_ml: float
    thin_ml: float | None
    surface_ml: float
    surface_change: float
    outdated: bool


def volume_steps(
    segmentation_node: Any, outdated: Collection[str]
) -> Generator[None, None, tuple[BoneVolumes, ...]]:
    """Measure all segments that have a surface, a segment a step.

    Parameters
    ----------
    segmentation_node
        A vtkMRMLSegmentationNode.
    outdated
        Its segments that were changed since it was made isotropic. With one of them, the surfaces
        shown are its own.
    """
    isotropic = find_isotropic(segmentation_node)
    found = []
    for segment_id in tuple(segmentation_node.GetSegmentation().GetSegmentIDs()):
        thick = _volume(segmentation_node, segment_id)
        yield
        is_old = segment_id in outdated
        thin = _volume(isotropic, segment_id) if isotropic and not is_old else None
        yield
        if thick is not None:
            shown = thick if outdated or thin is None else thin
            thin_ml = thin.voxels_ml if thin else None
            found.append(
                BoneVolumes(
                    thick.name, thick.voxels_ml, thin_ml, shown.surface_ml, shown.change, is_old
                )
            )
    return tuple(found)


def _volume(node: Any, segment_id: str) -> SurfaceVolume | None:
    # The user may delete segments, and nodes, between two steps.
    if node.GetScene() is None or node.GetSegmentation().GetSegment(segment_id) is None:
        return None
    return surface_volume(node, segment_id)
