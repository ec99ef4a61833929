"""From the datasets of a configuration to the sources of its samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PelvicBoneSegLib.segmentation.bundle import Bundle

from ..atlas import Atlas
from ..data.cases import LabelledScan, iterate_scans
from ..data.stacks import make_stack
from ..synthesis import SyntheticSource, tissue_map_from_scan, tissue_maps_from_labels
from .augmentation import Augmentation
from .config import TrainingConfig
from .real_slices import RealSlices
from .sample import Source
from .teacher import DEFAULT_BAND, Teacher


def make_sources(config: TrainingConfig) -> list[tuple[float, Source]]:
    """Read all training cases.

    Returns
    -------
    Sources with their shares.

    Raises
    ------
    TrainingDataError
        A dataset cannot be read, see `data.cases.iterate_scans`.
    CoverageError
        As there.
    BundleNotFoundError, BundleInvalidError, BundleDigestError
        The teacher of a dataset cannot be used.
    """
    sources: list[tuple[float, Source]] = []
    for dataset in config.datasets:
        real, synthetic = dataset.get("weight", 0), dataset.get("synthetic_weight", 0)
        if "label_maps" in dataset:
            if synthetic:
                maps = tissue_maps_from_labels(dataset)
                sources.append((synthetic, _synthetic(config, maps)))
            continue
        scans = completed(config, dataset, list(iterate_scans(dataset, validation=False)))
        if real:
            sources.append((real, _real(config, dataset, scans)))
        if synthetic:
            maps = [tissue_map_from_scan(scan) for scan in scans]
            sources.append((synthetic, _synthetic(config, maps)))
    return sources


def completed(
    config: TrainingConfig, dataset: dict[str, Any], scans: Sequence[LabelledScan]
) -> list[LabelledScan]:
    """Return scans of a dataset as its teacher completes them; without one, as they are.

    Raises
    ------
    TrainingDataError, CoverageError
        The dataset of the teacher's atlas cannot be read.
    BundleNotFoundError, BundleInvalidError, BundleDigestError
        The teacher cannot be used.
    """
    if "teacher" not in dataset:
        return list(scans)
    bundle = Bundle.load(dataset["teacher"])
    bones = dataset.get("teacher_bones", bundle.bones)
    atlases = {}
    if "teacher_atlas" in dataset:
        whole = next(one for one in config.datasets if one["name"] == dataset["teacher_atlas"])
        atlases = {bone: Atlas.of_dataset(bone, whole) for bone in bones}
    band = dataset.get("teacher_band", DEFAULT_BAND)
    teacher = Teacher(bundle, config.training["device"], band, bones, atlases)
    return [teacher.complete(scan) for scan in scans]


def _real(config: TrainingConfig, dataset: dict[str, Any], scans: list[LabelledScan]) -> RealSlices:
    model = config.model
    planes = dataset.get("planes") or dict.fromkeys(model["planes"], 1.0)
    return RealSlices(
        {plane: [make_stack(scan, model, plane) for scan in scans] for plane in planes},
        planes,
        model["channel_offsets_mm"],
        Augmentation(config.augmentation, config.training["patch"], model["spacing_mm"]),
    )


def _synthetic(config: TrainingConfig, maps: list[Any]) -> SyntheticSource:
    model = config.model
    assert config.synthesis is not None, "the configuration was checked"
    return SyntheticSource(
        maps,
        model["channel_offsets_mm"],
        model["spacing_mm"],
        config.training["patch"],
        config.synthesis,
    )
