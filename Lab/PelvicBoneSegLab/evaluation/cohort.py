"""Folders of predictions against folders of truths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from PelvicBoneSegLib.errors import InputNotFoundError
from PelvicBoneSegLib.evaluation.bone_names import structure_of_name
from PelvicBoneSegLib.evaluation.errors import GeometryMismatchError, UnmatchedCasesError
from PelvicBoneSegLib.evaluation.label_file import SEG_NRRD_SUFFIX, is_image_name, read_label_map
from PelvicBoneSegLib.evaluation.label_scheme import LabelScheme
from PelvicBoneSegLib.evaluation.metrics import evaluate_pair, evaluate_slices
from PelvicBoneSegLib.segmentation.reader import stem_of

METRICS_FILE, SLICES_FILE = "metrics.csv", "slices.csv"

METRIC_COLUMNS = (
    "case", "bone", "side", "dice", "iou", "volume_similarity", "hd95_mm", "assd_mm",
    "surface_dice_2mm", "truth_ml", "prediction_ml", "volume_error_ml", "missing_components",
    "extra_components",
)  # fmt: skip
SLICE_COLUMNS = (
    "case", "bone", "side", "slice_index", "dice", "iou", "volume_similarity", "hd95_mm",
    "assd_mm", "surface_dice_2mm", "truth_mm2", "prediction_mm2", "area_error_mm2",
)  # fmt: skip

_TEXTS = ("case", "bone", "side")
_COUNTS = ("slice_index", "missing_components", "extra_components")

# Ours (.labels), Slicer's (.seg, -label), BIDS' (_dseg) and what is common beside them.
_KIND_OF_FILE = re.compile(
    r"[._-](labels?|labelmap|d?seg|segmentations?|masks?|pred(iction)?s?|truth|gt)$", re.IGNORECASE
)


@dataclass(frozen=True)
class CasePair:
    """The files of one case."""

    case: str
    prediction: Path
    truth: Path


@dataclass(frozen=True)
class MatchedCases:
    """Cases by name.

    Attributes
    ----------
    pairs
        Those with a prediction and a truth.
    without_prediction
        Truths that nothing was predicted for.
    """

    pairs: tuple[CasePair, ...]
    without_prediction: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CohortResult:
    """Everything that was measured.

    Attributes
    ----------
    metrics
        A row a case, bone and side, with `METRIC_COLUMNS`.
    slices
        A row a slice, with `SLICE_COLUMNS`.
    cases
        Where it came from.
    """

    metrics: pd.DataFrame
    slices: pd.DataFrame
    cases: MatchedCases


def match_cases(predictions: Path | str, truths: Path | str) -> MatchedCases:
    """Find the truth of each prediction by name.

    Names are compared without suffix and without endings such as ``.seg``, ``.labels``, ``_seg``
    and ``-label``. Of a ``.seg.nrrd`` beside a label map of the same name the former is taken. A
    folder with a mask a bone is a prediction or truth too. Two single files are one case.

    Raises
    ------
    InputNotFoundError
        There is no such file or folder.
    UnmatchedCasesError
        Predictions without a truth, several files of one name, or no files at all.
    """
    predictions, truths = Path(predictions), Path(truths)
    for path in (predictions, truths):
        if not path.exists():
            raise InputNotFoundError(path)
    if predictions.is_file() and truths.is_file():
        pair = CasePair(case_name(truths), predictions, truths)
        return MatchedCases((pair,), ())
    found, known = _by_case(predictions), _by_case(truths)
    strangers = [path.name for case, path in found.items() if case not in known]
    if strangers:
        raise UnmatchedCasesError(f"There is no truth in {truths} for {', '.join(strangers)}.")
    pairs = tuple(CasePair(case, found[case], known[case]) for case in known if case in found)
    return MatchedCases(pairs, tuple(case for case in known if case not in found))


def case_name(path: Path) -> str:
    """Return the name of a case: that of its file without what only tells the kind of file."""
    return _KIND_OF_FILE.sub("", stem_of(path))


def evaluate_folders(
    predictions: Path | str,
    truths: Path | str,
    scheme: LabelScheme | None = None,
    truth_scheme: LabelScheme | None = None,
    bones: Iterable[str] | None = None,
    resample: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> CohortResult:
    """Measure all cases of a folder.

    Parameters
    ----------
    predictions, truths
        As in `match_cases`.
    scheme, truth_scheme
        Meaning of the label values of each; "pelvicboneseg" if not given.
    bones, resample
        As in `evaluate_pair`.
    progress
        Told the fraction done and the name of the next case.

    Raises
    ------
    InputError
        Files that do not match, cannot be read, or are on different grids; the message names them.
    """
    cases = match_cases(predictions, truths)
    bones = None if bones is None else list(bones)
    metrics, slices = [], []
    for index, pair in enumerate(cases.pairs):
        if progress is not None:
            progress(index / len(cases.pairs), pair.case)
        prediction = read_label_map(pair.prediction, scheme)
        truth = read_label_map(pair.truth, truth_scheme)
        try:
            volumes = evaluate_pair(prediction, truth, bones, resample)
        except GeometryMismatchError as error:
            raise GeometryMismatchError(error.what, pair.case) from error
        metrics += [{"case": pair.case, **asdict(one)} for one in volumes]
        in_slices = evaluate_slices(prediction, truth, bones, resample)
        slices += [{"case": pair.case, **asdict(one)} for one in in_slices]
    return CohortResult(_table(metrics, METRIC_COLUMNS), _table(slices, SLICE_COLUMNS), cases)


def write_csv(result: CohortResult, directory: Path) -> None:
    """Write ``metrics.csv`` and ``slices.csv`` into an existing folder.

    Values that are not defined stay empty.
    """
    for name, table in ((METRICS_FILE, result.metrics), (SLICES_FILE, result.slices)):
        table.to_csv(directory / name, index=False, float_format="%.6g", lineterminator="\n")


def _by_case(folder: Path) -> dict[str, Path]:
    files: dict[str, list[Path]] = {}
    for path in [folder] if folder.is_file() else sorted(folder.iterdir()):
        if is_image_name(path.name) if path.is_file() else _holds_masks(path):
            files.setdefault(case_name(path), []).append(path)
    if not files:
        raise UnmatchedCasesError(f"There are no label maps in {folder}.")
    return {case: _only_one(case, paths) for case, paths in files.items()}


def _only_one(case: str, paths: list[Path]) -> Path:
    segmentations = [path for path in paths if path.name.lower().endswith(SEG_NRRD_SUFFIX)]
    chosen = segmentations or paths
    if len(chosen) > 1:
        names = ", ".join(path.name for path in chosen)
        raise UnmatchedCasesError(f"Several files are named after {case}: {names}.")
    return chosen[0]


def _holds_masks(folder: Path) -> bool:
    return any(structure_of_name(stem_of(path)) is not None for path in folder.glob("*.nii*"))


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Lay rows out, with None as NaN also in a column that holds nothing else."""
    types = dict.fromkeys(columns, float) | dict.fromkeys(_TEXTS, object)
    types |= {name: int for name in _COUNTS if name in columns}
    return pd.DataFrame(rows, columns=list(columns)).astype(types)
