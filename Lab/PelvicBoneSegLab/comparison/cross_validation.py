"""The best variants on every patient, each by a network that has not seen him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from PelvicBoneSegLib.anatomy import BONES

from ..errors import ConfigurationError
from ..evaluation.html_page import NOTHING, number, p_value
from ..evaluation.page_block import markdown_table
from ..evaluation.paired import PairedTest, paired_tests
from ..evaluation.report_names import bone_name
from ..training.folds import fold_of
from .cells import COVERED_DICE, SHOWN, mean_of_patients, mean_slice_median, of_bone, title_cell
from .measuring import Measured, measured_fold
from .plan import Folds, Plan, Variant
from .training import is_trained, train_variant


@dataclass(frozen=True)
class Pooled:
    """All folds of a variant together.

    Attributes
    ----------
    volumes, slices
        As in `measuring.measured`, of every patient.
    seconds
        Of training.
    """

    volumes: list[dict[str, Any]]
    slices: list[dict[str, Any]]
    seconds: float


def folds_of(variant: Variant, count: int) -> list[Variant]:
    """Return a variant once for each fold; see `training.folds.fold_of` for the errors."""
    return [
        replace(
            variant,
            folder=variant.folder / f"fold{index}of{count}",
            runs=tuple(fold_of(config, index, count) for config in variant.runs),
        )
        for index in range(1, count + 1)
    ]


def cross_validate(plan: Plan) -> None:
    """Train and measure what is missing.

    Raises
    ------
    ConfigurationError
        The plan names no variants for it.
    FoldError, TrainingDataError
        The patients cannot be dealt out, see `training.folds.fold_of`.
    CheckpointError, TrainingLogError, BundleFolderError, OutputNotWritableError
        As `training.train_variant`.
    """
    if plan.folds is None:
        raise ConfigurationError(plan.path, "$.folds: it names no variants to cross-validate")
    for name in plan.folds.rows:
        for fold in folds_of(plan.variant(name), plan.folds.count):
            print(f"{name}, {fold.folder.name}", flush=True)
            train_variant(plan, fold)
            measured_fold(fold)


def pooled(plan: Plan) -> dict[str, Pooled]:
    """Return by variant what all its folds found together, of those that are all trained.

    Raises
    ------
    FoldError, TrainingDataError
        As in `cross_validate`; not where nothing was trained.
    """
    if plan.folds is None:
        return {}
    results = {}
    for variant in map(plan.variant, plan.folds.rows):
        if not any(variant.folder.glob(f"*of{plan.folds.count}.trained.json")):
            continue
        folds = folds_of(variant, plan.folds.count)
        if all(map(is_trained, folds)):
            results[variant.name] = _together([measured_fold(fold) for fold in folds])
    return results


def cross_validation_block(plan: Plan, results: Mapping[str, Pooled]) -> str:
    """Lay the table out as Markdown.

    Parameters
    ----------
    plan
        What is compared; it has folds.
    results
        As of `pooled`.
    """
    folds = plan.folds
    assert folds is not None, "there are results"
    lines = [_explanation(plan, folds, results), "", *_table(plan, folds, results)]
    for name in folds.rows:
        if name != folds.reference and {name, folds.reference} <= results.keys():
            lines += ["", *_differences(plan, folds, name, results)]
    return "\n".join(lines)


def _together(measured: list[Measured]) -> Pooled:
    volumes, slices = (
        [row for one in measured for row in one[key]] for key in ("volumes", "slices")
    )
    return Pooled(volumes, slices, sum(one["training"]["seconds"] for one in measured))


def _explanation(plan: Plan, folds: Folds, results: Mapping[str, Pooled]) -> str:
    cases = {row["case"] for result in results.values() for row in result.volumes}
    missing = [name for name in folds.rows if name not in results]
    text = (
        f"Budget `{plan.budget}`, {folds.count} folds: each of n = {len(cases)} patients is held "
        "out once, of all lines in the same fold, and measured by the network that has not seen "
        "him. Columns as in the tables above; differences are taken to the line marked *. "
        "Patients of one fold share a network, which the intervals and tests below do not know. "
        "One seed."
    )
    return text + (f" Not trained yet: {', '.join(missing)}." if missing else "")


def _table(plan: Plan, folds: Folds, results: Mapping[str, Pooled]) -> list[str]:
    heading = [
        "",
        COVERED_DICE.heading,
        *(one.heading for one in SHOWN),
        "Per slice",
        *(f"{bone_name(bone)}, where the masks speak" for bone in BONES),
        "Training (s)",
    ]
    lines = []
    for name, result in results.items():
        rows = {"volumes": result.volumes, "slices": result.slices}
        lines.append([
            title_cell(plan.variant(name), folds.reference),
            *(mean_of_patients(result.volumes, one) for one in (COVERED_DICE, *SHOWN)),
            number(mean_slice_median(rows)),
            *(mean_of_patients(of_bone(rows, bone), COVERED_DICE) for bone in BONES),
            number(result.seconds, 0),
        ])  # fmt: skip
    return markdown_table(heading, lines)


def _differences(plan: Plan, folds: Folds, name: str, results: Mapping[str, Pooled]) -> list[str]:
    ours, theirs = (_frame(results[one]) for one in (name, folds.reference))
    tests = paired_tests(ours, theirs, COVERED_DICE.column)
    heading = ["bone", "n", "mean difference", "95 % interval", "p", "p, corrected (Holm)"]
    return [
        f"{plan.variant(name).title} less {plan.variant(folds.reference).title}, Dice where the "
        "masks speak. Intervals by bootstrap over patients, tests by Wilcoxon's signed ranks, "
        "corrected for the bones of this table:",
        "",
        *markdown_table(heading, [_difference(one) for one in tests]),
    ]


def _difference(test: PairedTest) -> list[str]:
    between = test.interval
    ends = (number(end, sign=True) for end in (between.lower, between.upper)) if between else ()
    return [
        bone_name(test.bone),
        str(test.n),
        number(test.mean_difference, sign=True),
        " to ".join(ends) or NOTHING,
        p_value(test.p),
        p_value(test.p_holm),
    ]


def _frame(result: Pooled) -> pd.DataFrame:
    return pd.DataFrame(result.volumes, columns=["case", "bone", "side", COVERED_DICE.column])
