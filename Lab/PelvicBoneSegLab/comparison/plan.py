"""What is compared: a base configuration, named variants of it, and the tables they stand in."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from PelvicBoneSegLib.anatomy import BONES

from ..errors import ConfigurationError
from ..training.config import TrainingConfig
from ..training.merging import merged
from .plan_schema import FUSED, HEAD_CROPS, ONE_PER_BONE, PLAN_SCHEMA, SLICES, VOLUMETRIC


@dataclass(frozen=True)
class Variant:
    """A line of the tables.

    Attributes
    ----------
    name, title
        Of the folder, and what a reader sees.
    kind
        One of those in `plan_schema`.
    settings
        What else the plan says of it.
    folder
        Where its results are.
    runs
        What is trained for it: one configuration, or one a bone. A variant that uses another one's
        weights has that one's.
    untold
        What these trainings depend on and the configurations do not say, as JSON gives it back.
    """

    name: str
    title: str
    kind: str
    settings: dict[str, Any]
    folder: Path
    runs: tuple[TrainingConfig, ...]
    untold: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Variants that answer one question; differences are taken to `reference`.

    Attributes
    ----------
    of_heads
        It tells of the femoral heads alone.
    of_pubis
        It tells of the pubis too.
    """

    title: str
    reference: str
    rows: tuple[str, ...]
    of_heads: bool
    of_pubis: bool


@dataclass(frozen=True)
class Folds:
    """The plan's cross-validation: each patient is told by networks that have not seen him.

    Attributes
    ----------
    count
        How many times each variant is trained.
    reference
        The variant that differences are taken to, one of `rows`.
    rows
        Names of the variants.
    """

    count: int
    reference: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A checked plan, for one budget.

    Attributes
    ----------
    path
        Where it was read from.
    budget, block
        Names of the budget, and of the block of the page that it fills.
    page
        With the tables.
    variants, tables
        In the order in which they are trained, and written.
    folds
        The best of them in cross-validation; None where the plan has none.
    """

    path: Path
    budget: str
    block: str
    page: Path
    variants: tuple[Variant, ...]
    tables: tuple[Table, ...]
    folds: Folds | None

    @classmethod
    def load(cls, path: Path, budget: str | None = None) -> Plan:
        """Read a plan and check it with all its variants.

        Parameters
        ----------
        path
            A YAML file; see docs/benchmarks.md.
        budget
            One of its budgets; its own choice if not given.

        Raises
        ------
        ConfigurationError
            It is no YAML, breaks the rules, or names what is not there.
        """
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError(path, str(error).replace("\n", " ")) from error
        problem = next(Draft202012Validator(PLAN_SCHEMA).iter_errors(content), None)
        if problem is not None:
            raise ConfigurationError(path, f"{problem.json_path}: {problem.message}")
        budget = budget or content["budget"]
        if budget not in content["budgets"]:
            raise ConfigurationError(path, f"$.budgets: there is no {budget}")
        chosen = content["budgets"][budget]
        variants = _variants(path, content, chosen)
        return cls(
            Path(path),
            budget,
            chosen["block"],
            Path(content["page"]),
            tuple(variants.values()),
            tuple(_table(path, one, variants) for one in content["tables"]),
            _folds(path, content.get("folds"), variants),
        )

    def variant(self, name: str) -> Variant:
        """Return a variant by its name.

        Raises
        ------
        ConfigurationError
            There is none.
        """
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise ConfigurationError(self.path, f"$.variants: there is no {name}")


def _variants(path: Path, content: Any, budget: Any) -> dict[str, Variant]:
    variants: dict[str, Variant] = {}
    for settings in content["variants"]:
        name, kind = settings["name"], settings.get("kind", SLICES)
        if name in variants:
            raise ConfigurationError(path, f"$.variants: {name} is there twice")
        folder = Path(budget["output"], name)
        if kind == FUSED:
            if settings["weights_of"] not in variants:
                raise ConfigurationError(
                    path, f"$.variants.{name}.weights_of: no {settings['weights_of']} above it"
                )
            trained = variants[settings["weights_of"]]
            runs, untold = trained.runs, trained.untold
        else:
            merged_content = _content_of(path, content["base"], budget, settings)
            runs = tuple(_configurations(path, merged_content, settings, folder))
            untold = json.loads(json.dumps(_untold(merged_content, settings)))
        variants[name] = Variant(name, settings["title"], kind, settings, folder, runs, untold)
    return variants


def _content_of(path: Path, base: Any, budget: Any, settings: Any) -> Any:
    try:
        content = merged(base, budget.get("overrides", {}))
        return merged(content, settings.get("overrides", {}))
    except ValueError as error:
        raise ConfigurationError(path, f"variant {settings['name']}: {error}") from error


def _configurations(
    path: Path, merged_content: Any, settings: Any, folder: Path
) -> list[TrainingConfig]:
    name, kind = settings["name"], settings.get("kind", SLICES)
    parts = BONES if kind == ONE_PER_BONE else ("bundle",)
    configurations = []
    for part in parts:
        content = copy.deepcopy(merged_content)
        content["output"] = str(folder / part)
        content["bundle"]["name"] = name
        if kind == ONE_PER_BONE:
            content["model"]["bones"] = [part]
        if kind == HEAD_CROPS:
            _check_crops(path, content, name)
            content["datasets"] = [_of_crops(one, folder) for one in content["datasets"]]
        configurations.append(TrainingConfig.from_content(content, path))
    return configurations


def _untold(content: Any, settings: Any) -> dict[str, Any]:
    kind = settings.get("kind", SLICES)
    if kind == VOLUMETRIC:
        return {"network": settings["network"]}
    if kind == HEAD_CROPS:
        return {"half_width_mm": settings["half_width_mm"], "datasets": content["datasets"]}
    return {}


def _check_crops(path: Path, content: Any, name: str) -> None:
    """Refuse what would be lost: crops hold labels, and nothing of what these leave open."""
    bones = set(content.get("model", {}).get("bones", BONES))
    for dataset in content["datasets"]:
        lost = bones & {rule.get("bone") for rule in dataset.get("coverage", ())}
        if lost:
            raise ConfigurationError(
                path,
                f"variant {name}: crops have no coverage, which {dataset['name']} has for "
                f"{', '.join(sorted(lost))}; choose other bones in its model",
            )


def _of_crops(dataset: Any, folder: Path) -> Any:
    """Return the dataset that `head_crops.write_crops` makes of one."""
    labels = dict(enumerate(BONES, start=1))
    crops = {"name": dataset["name"], "root": str(folder / "crops" / dataset["name"])}
    cases = dataset.get("validation", ())
    held_out = [f"{case}_{side}" for case in cases for side in ("left", "right")]
    weight = dataset.get("weight", 0 if "synthetic_weight" in dataset else 1.0)
    return {**crops, "labels": labels, "validation": held_out, "weight": weight}


def _folds(path: Path, content: Any, variants: dict[str, Variant]) -> Folds | None:
    if content is None:
        return None
    for name in content["rows"]:
        if name not in variants:
            raise ConfigurationError(path, f"$.folds.rows: there is no {name}")
        if variants[name].kind != SLICES:
            raise ConfigurationError(path, f"$.folds.rows: {name} is no single network of slices")
    if content["reference"] not in content["rows"]:
        raise ConfigurationError(path, f"$.folds.reference: {content['reference']} is no row")
    first = _dealt(variants[content["reference"]])
    for name in content["rows"]:
        if _dealt(variants[name]) != first:
            raise ConfigurationError(
                path, f"$.folds.rows: {name} has another seed, other cases or other bones"
            )
    return Folds(content["count"], content["reference"], tuple(content["rows"]))


def _dealt(variant: Variant) -> Any:
    """Return what the patients of each fold depend on, and what is measured of them."""
    [config] = variant.runs
    cases = [
        (str(one["root"]), one.get("patient"), one["validation"])
        for one in config.datasets
        if one.get("validation")
    ]
    return config.seed, config.bones, cases


def _table(path: Path, content: Any, variants: dict[str, Variant]) -> Table:
    unknown = {content["reference"], *content["rows"]} - set(variants)
    if unknown:
        raise ConfigurationError(path, f"$.tables: there is no {', '.join(sorted(unknown))}")
    of_heads, of_pubis = content.get("heads", False), content.get("pubis", False)
    for name in content["rows"]:
        if variants[name].kind == HEAD_CROPS and not of_heads:
            raise ConfigurationError(path, f"$.tables: {name} knows nothing but heads")
    return Table(content["title"], content["reference"], tuple(content["rows"]), of_heads, of_pubis)
