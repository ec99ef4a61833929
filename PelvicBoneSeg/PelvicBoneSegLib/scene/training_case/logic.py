"""Saving corrected segments to train with, for any host: Slicer, a browser, a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import FilesExistError, NoBoneToSaveError, OtherScanError
from ...segmentation.output_folder import check_writable
from ..comparison.segments import check_segmentation, copy_segments
from ..export.label_map import NamedVoxels
from ..volume_node import volume_from_node
from .bones import bones_to_save, origin_of
from .case_name import check_case_name, check_folder_name, random_case_name
from .job import SavedCase, TrainingCaseJob


def save_training_case(
    volume_node: Any,
    segmentation_node: Any,
    directory: Path | str,
    name: str | None = None,
    overwrite: bool = False,
) -> SavedCase:
    """Save a scan and its bones as a training case, all files or none; see the next."""
    job = prepare_training_case(volume_node, segmentation_node, directory, name, overwrite)
    return job.run()


def prepare_training_case(
    volume_node: Any,
    segmentation_node: Any,
    directory: Path | str,
    name: str | None = None,
    overwrite: bool = False,
) -> TrainingCaseJob:
    """Copy what a case needs out of the scene. The scene is not changed.

    All segments that are bones of ours are saved, whatever their status and whether they are shown;
    the status is saved beside them.

    Parameters
    ----------
    volume_node
        The scan, a vtkMRMLScalarVolumeNode.
    segmentation_node
        The vtkMRMLSegmentationNode that was made on it.
    directory
        The dataset folder; made if need be.
    name
        The case's pseudonym; None for a random one.
    overwrite
        Whether a case of the same name may be replaced.

    Returns
    -------
    What to `run`, in any thread.

    Raises
    ------
    InputError
        The scan or the segmentation is not usable.
    OtherScanError
        The segmentation was made on another scan.
    NoBoneToSaveError
        None of the segments is a bone of ours, or all that are have no voxel.
    CaseNameError, DatasetFolderNameError
        The name is none for a case, or the folder's tells who the patient is.
    FilesExistError
        There is a case of this name, which may not be replaced.
    OutputNotWritableError
        The folder cannot be written to.
    """
    check_segmentation(segmentation_node)
    volume = volume_from_node(volume_node)
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    if segmentation_node.GetNodeReference(role) not in (None, volume_node):
        raise OtherScanError(segmentation_node.GetName(), volume_node.GetName())
    bones = bones_to_save(segmentation_node)
    if not bones:
        raise NoBoneToSaveError(segmentation_node.GetName())
    name = random_case_name() if name is None else name
    check_case_name(name, volume_node)
    check_folder_name(Path(directory), volume_node)
    check_writable(directory)
    copies = copy_segments(segmentation_node, [bone.segment_id for bone in bones])
    if not any((one.labels == one.value).any() for one in copies.values()):
        raise NoBoneToSaveError(segmentation_node.GetName())
    job = TrainingCaseJob(
        directory=Path(directory),
        name=name,
        volume=volume,
        bones=bones,
        origins=tuple(origin_of(segmentation_node, bone) for bone in bones),
        voxels=tuple(
            NamedVoxels(bone.name, bone.definition.label, copies[bone.segment_id]) for bone in bones
        ),
        names=(segmentation_node.GetName(), volume_node.GetName()),
    )
    existing = [one for one in job.file_names() if (job.directory / one).exists()]
    if existing and not overwrite:
        raise FilesExistError(directory, existing)
    return job
