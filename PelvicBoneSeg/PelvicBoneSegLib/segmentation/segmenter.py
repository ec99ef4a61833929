"""From a volume to left and right bones: engine, then post-processing, then a plain account."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np

from ..anatomy import BONES, BOTH, SegmentDefinition, segments_for
from ..errors import UnknownBoneError
from .bundle import Bundle
from .engine import Engine, Prediction
from .postprocess import bone_classes, postprocess
from .result import CancelCallback, ProgressCallback, SegmentationResult, SegmentResult
from .volume import Volume

LOW_CONFIDENCE = 0.75
"""Below this mean probability a segment is reported as doubtful."""

_ENGINE_SHARE = 0.9


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

    def segment(
        self,
        volume: Volume,
        bones: Iterable[str],
        side: str = BOTH,
        progress: ProgressCallback | None = None,
        cancel: CancelCallback | None = None,
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

        Raises
        ------
        UnknownBoneError, UnknownSideError
            The choice is not one of `anatomy`, or the bundle does not know the bone.
        Cancelled
            `cancel` said so.
        """
        report = progress or (lambda fraction, stage: None)
        bones = list(bones)
        wanted = segments_for(bones, side)
        unknown = [bone for bone in bones if bone not in self.bundle.bones]
        if unknown:
            raise UnknownBoneError(", ".join(unknown), self.bundle.bones)
        report(0.0, "Finding bones")
        start = time.perf_counter()
        prediction = self._engine.predict(
            volume,
            lambda fraction: report(_ENGINE_SHARE * fraction, "Finding bones"),
            cancel or (lambda: False),
        )
        after_engine = time.perf_counter()
        report(_ENGINE_SHARE, "Cleaning up")
        classes = self._bone_of_class[prediction.classes]
        labels = postprocess(classes, volume, bones, side)
        after_cleaning = time.perf_counter()
        # Voxels that post-processing added, such as filled holes, have no probability of the bone.
        sure = np.where(bone_classes(labels) == classes, prediction.probability, 0)
        segments = tuple(_measure(one, labels, sure, volume) for one in wanted)
        axis = volume.axes.slice_axis(prediction.plane)
        result = SegmentationResult(
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
        report(1.0, "Done")
        return result

    def _warnings(
        self, segments: tuple[SegmentResult, ...], volume: Volume, prediction: Prediction
    ) -> tuple[str, ...]:
        warnings = list(prediction.warnings)
        trained = " or ".join(self.bundle.planes)
        if prediction.plane not in self.bundle.planes:
            warnings.append(
                f"The scan is {prediction.plane}, but this bundle was trained on {trained} scans: "
                "expect errors, and prefer such a scan of the patient."
            )
        missing = [one.definition.name.lower() for one in segments if not one.voxels]
        if len(missing) == len(segments):
            warnings.append(
                "No bone was found. Likely reasons: the scan shows another region than the "
                f"pelvis, or it is not a scan as the bundle was trained on ({trained} MR)."
            )
        elif missing:
            warnings.append(
                f"Not found: {', '.join(missing)}. Look at the slices: perhaps they leave it out."
            )
        for one in segments:
            if one.confidence is not None and one.confidence < LOW_CONFIDENCE:
                warnings.append(
                    f"{one.definition.name}: low confidence ({one.confidence:.2f}). "
                    "Check it slice by slice."
                )
        return tuple(warnings)


def _measure(
    definition: SegmentDefinition, labels: np.ndarray, sure: np.ndarray, volume: Volume
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
    )


def _slice_confidence(sure: np.ndarray, axis: int) -> np.ndarray:
    others = tuple(one for one in range(3) if one != axis)
    total, count = sure.sum(axis=others, dtype=np.float64), np.count_nonzero(sure, axis=others)
    return np.divide(total / 255, count, out=np.full(len(count), np.nan), where=count > 0)
