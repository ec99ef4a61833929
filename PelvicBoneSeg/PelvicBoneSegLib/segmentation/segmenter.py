"""From a volume to left and right bones: engine, then post-processing, then a plain account."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from ..anatomy import BONES, BOTH, SegmentDefinition, segments_for
from ..errors import Cancelled, UnknownBoneError
from ..message import Message, templates
from .bundle import Bundle
from .engine import Engine, Prediction
from .postprocess import bone_classes, postprocess
from .result import (
    LOW_CONFIDENCE,
    BoneSurface,
    CancelCallback,
    PreviewCallback,
    ProgressCallback,
    SegmentationResult,
    SegmentResult,
)
from .volume import Volume

_ = templates(__name__)

_ENGINE_SHARE = 0.9
_SURFACES_SHARE = 0.2
"""Shares of the time that a run takes, on a CPU."""


class Segmenter:
    """A bundle on its device, ready to segment any number of scans.

    Parameters
    ----------
    bundle
        Which network.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.

    Raises
    ------
    BundleInvalidError
        The weights do not fit the architecture.
    DeviceUnavailableError
        The device is not there.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        self.bundle = bundle
        self._engine = Engine(bundle, device)
        lookup = [BONES.index(name) + 1 if name in BONES else 0 for name in bundle.classes]
        self._bone_of_class = np.array(lookup, np.uint8)

    @property
    def device(self) -> str:
        """Where a run begins: ``"cpu"``, ``"cuda"`` or ``"mps"``."""
        return self._engine.device

    def segment(
        self,
        volume: Volume,
        bones: Iterable[str],
        side: str = BOTH,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
        preview: PreviewCallback | None = None,
        smoothing: float | None = None,
    ) -> SegmentationResult:
        """Segment the chosen bones.

        Parameters
        ----------
        volume
            The scan.
        bones, side
            What is wanted, see `anatomy.segments_for`.
        progress
            Called with the fraction done, 0–1, and the name of the stage.
        cancel
            Asked between batches of slices; True ends the run.
        preview
            Called with what was found in a batch of slices. It shows the chosen bones on both
            sides, as sides are told apart at the end.
        smoothing
            Of the closed surfaces, see `surface.closed_surface`; None to make no surfaces.

        Raises
        ------
        UnknownBoneError, UnknownSideError
            The choice is not one of `anatomy`, or the bundle does not know the bone.
        Cancelled
            `cancel` said so.
        """
        report = progress or (lambda fraction, stage: None)
        cancel = cancel or (lambda: False)
        bones = list(bones)
        wanted = segments_for(bones, side)
        unknown = [bone for bone in bones if bone not in self.bundle.bones]
        if unknown:
            raise UnknownBoneError(", ".join(unknown), self.bundle.bones)
        bones_share = 1.0 if smoothing is None else 1 - _SURFACES_SHARE
        result = self._find(
            volume,
            bones,
            side,
            wanted,
            lambda fraction, stage: report(bones_share * fraction, stage),
            cancel,
            self._bone_preview(bones, preview),
        )
        if smoothing is not None:
            start = time.perf_counter()
            surfaces = dict(_surfaces(result, volume, smoothing, report, cancel))
            timings = {**result.timings, "surfaces": time.perf_counter() - start}
            result = replace(result, surfaces=surfaces, timings=timings)
        report(1.0, "Done")
        return result

    def bone_probabilities(
        self,
        volume: Volume,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
    ) -> np.ndarray:
        """Return what the network thinks of each bone in each voxel, before any cleaning up.

        Parameters
        ----------
        volume, progress, cancel
            As in `segment`.

        Returns
        -------
        np.ndarray
            uint8, shape (bones, K, J, I), in steps of 1/255, in the order of `anatomy.BONES`; 0
            for bones that the bundle does not know.

        Raises
        ------
        Cancelled
            `cancel` said so.
        """
        report = progress or (lambda fraction, stage: None)
        classes = self._engine.class_probabilities(
            volume, lambda fraction: report(fraction, "Finding bones"), cancel or (lambda: False)
        )
        bones = np.zeros((len(BONES), *volume.voxels.shape), np.uint8)
        for index, bone in enumerate(self._bone_of_class):
            if bone:
                bones[bone - 1] = classes[index]
        return bones

    def _find(
        self,
        volume: Volume,
        bones: list[str],
        side: str,
        wanted: tuple[SegmentDefinition, ...],
        report: ProgressCallback,
        cancel: CancelCallback,
        preview: PreviewCallback | None,
    ) -> SegmentationResult:
        report(0.0, "Finding bones")
        start = time.perf_counter()
        prediction = self._engine.predict(
            volume,
            lambda fraction: report(_ENGINE_SHARE * fraction, "Finding bones"),
            cancel,
            preview,
        )
        after_engine = time.perf_counter()
        report(_ENGINE_SHARE, "Cleaning up")
        classes = self._bone_of_class[prediction.classes]
        labels = postprocess(classes, volume, bones, side)
        after_cleaning = time.perf_counter()
        # Voxels that post-processing added, such as filled holes, have no probability of the bone.
        sure = np.where(bone_classes(labels) == classes, prediction.probability, 0)
        axis = volume.axes.slice_axis(prediction.plane)
        segments = tuple(_measure(one, labels, sure, volume, axis) for one in wanted)
        return SegmentationResult(
            labels=labels,
            segments=segments,
            slice_confidence=_slice_confidence(np.where(labels, sure, 0), axis),
            slice_axis=axis,
            warnings=self._warnings(segments, volume, prediction),
            device=prediction.device,
            precision=prediction.precision,
            bundle=f"{self.bundle.name} {self.bundle.version}",
            timings={
                "engine": after_engine - start,
                "postprocess": after_cleaning - after_engine,
                "measure": time.perf_counter() - after_cleaning,
            },
        )

    def _bone_preview(
        self, bones: list[str], preview: PreviewCallback | None
    ) -> PreviewCallback | None:
        """Turn the engine's classes into bones, the chosen ones only."""
        if preview is None:
            return None
        chosen = [BONES.index(bone) + 1 for bone in bones]
        lookup = np.where(np.isin(self._bone_of_class, chosen), self._bone_of_class, 0)
        lookup = lookup.astype(np.uint8)
        return lambda axis, start, block: preview(axis, start, lookup[block])

    def _warnings(
        self, segments: tuple[SegmentResult, ...], volume: Volume, prediction: Prediction
    ) -> tuple[str, ...]:
        warnings = list(prediction.warnings)
        trained = " or ".join(self.bundle.planes_of_patients)
        if prediction.plane not in self.bundle.planes_of_patients:
            warnings.append(
                Message(
                    _(
                        "The scan is {plane}, but this model was trained on {trained} scans: "
                        "expect errors, and prefer such a scan of the patient."
                    ),
                    plane=prediction.plane,
                    trained=trained,
                )
            )
        missing = [one.definition.name.lower() for one in segments if not one.voxels]
        if len(missing) == len(segments):
            warnings.append(
                Message(
                    _(
                        "No bone was found. Likely reasons: the scan shows another region than the "
                        "pelvis, or it is not a scan as the model was trained on ({trained} MR)."
                    ),
                    trained=trained,
                )
            )
        elif missing:
            warnings.append(
                Message(
                    _("Not found: {missing}. Look at the slices: perhaps they leave it out."),
                    missing=", ".join(missing),
                )
            )
        for one in segments:
            if one.confidence is not None and one.confidence < LOW_CONFIDENCE:
                warnings.append(
                    Message(
                        _("{name}: low confidence ({confidence:.2f}). Check it slice by slice."),
                        name=one.definition.name,
                        confidence=one.confidence,
                    )
                )
        return tuple(warnings)


def _measure(
    definition: SegmentDefinition, labels: np.ndarray, sure: np.ndarray, volume: Volume, axis: int
) -> SegmentResult:
    mask = labels == definition.label
    voxels = int(np.count_nonzero(mask))
    known = sure[mask]
    known = known[known > 0]
    confidence = float(known.mean() / 255) if known.size else None
    faces = (mask[0], mask[-1], mask[:, 0], mask[:, -1], mask[:, :, 0], mask[:, :, -1])
    return SegmentResult(
        definition=definition,
        voxels=voxels,
        volume_ml=voxels * volume.voxel_volume_mm3 / 1000,
        confidence=confidence,
        touches_border=any(bool(face.any()) for face in faces),
        slice_confidence=_slice_confidence(np.where(mask, sure, 0), axis),
    )


def _slice_confidence(sure: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean probability of each slice along `axis`; NaN where all are 0."""
    known = np.flatnonzero(sure)
    count = sure.shape[axis]
    slices = known // math.prod(sure.shape[axis + 1 :]) % count
    voxels = np.bincount(slices, minlength=count)
    total = np.bincount(slices, sure.ravel()[known], count)
    return np.divide(total / 255, voxels, out=np.full(count, np.nan), where=voxels > 0)


def _surfaces(
    result: SegmentationResult,
    volume: Volume,
    smoothing: float,
    report: ProgressCallback,
    cancel: CancelCallback,
) -> Iterator[tuple[int, BoneSurface]]:
    """Make the surfaces of the segments that were found, bone by bone."""
    from .surface import closed_surface, surface_arrays

    found = [one.definition.label for one in result.segments if one.voxels]
    for done, label in enumerate(found):
        if cancel():
            raise Cancelled
        report(1 - _SURFACES_SHARE * (1 - done / len(found)), "Making surfaces")
        mask = result.labels == label
        yield label, surface_arrays(closed_surface(mask, volume.ijk_to_lps, smoothing))
