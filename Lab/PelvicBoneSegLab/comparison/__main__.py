"""The comparison table: `python -m PelvicBoneSegLab.comparison Lab/configs/comparison.yaml`.

It trains what has not been trained, measures what has not been measured, and writes the tables. A
run that was killed goes on where it was when the command is given again. Where networks that the
tables tell of are not in their folder, as in a new clone, the page keeps the tables as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Container
from pathlib import Path

from ..evaluation.page_block import PageBlock
from .cross_validation import cross_validate, cross_validation_block, pooled
from .measuring import Measured, measured
from .plan import Plan, Variant
from .table import comparison_block
from .training import is_trained, train_variant


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Train, measure and compare networks.")
    parser.add_argument("plan", type=Path, help="the YAML file that names the variants")
    parser.add_argument("--budget", help="one of the plan's budgets; else its own choice")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--only", nargs="+", metavar="VARIANT", help="leave the others as they are")
    what.add_argument("--folds", action="store_true", help="cross-validate the plan's best alone")
    what.add_argument("--report-only", action="store_true", help="train nothing")
    options = parser.parse_args(arguments)
    plan = Plan.load(options.plan, options.budget)
    chosen = plan.variants
    if options.only:
        chosen = tuple(plan.variant(name) for name in options.only)
    if options.folds:
        cross_validate(plan)
    elif not options.report_only:
        for variant in chosen:
            _train_and_measure(plan, variant)
    results = {one.name: measured(plan, one) for one in plan.variants if is_trained(one)}
    _renew(plan, PageBlock(plan.block), results, comparison_block(plan, results))
    if pooled_results := pooled(plan):
        folds = PageBlock(f"{plan.block}-folds")
        _renew(plan, folds, pooled_results, cross_validation_block(plan, pooled_results))
    print(f"{len(results)} of {len(plan.variants)} variants are trained and measured")


def _renew(plan: Plan, block: PageBlock, trained: Container[str], content: str) -> None:
    """Write a block anew, unless it tells of variants that are not trained here."""
    titles = {line.split(" | ")[0] for line in block.read(plan.page).splitlines()}
    told = [one.name for one in plan.variants if {f"| {one.title}", f"| {one.title} *"} & titles]
    lost = [name for name in told if name not in trained]
    if lost:
        print(f"{plan.page} keeps the block {block.name}, as not trained are: {', '.join(lost)}")
    else:
        block.update(plan.page, content)


def _train_and_measure(plan: Plan, variant: Variant) -> Measured:
    print(f"{variant.name}: {'trained' if is_trained(variant) else 'training'}", flush=True)
    train_variant(plan, variant)
    result = measured(plan, variant)
    print(f"{variant.name}: {result['training']['seconds']:.0f} s of training", flush=True)
    return result


if __name__ == "__main__":
    main()
