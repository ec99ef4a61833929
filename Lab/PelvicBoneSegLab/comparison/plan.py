"""What is compared: a base configuration, named variants of it, and the tables they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from PelvicBoneSegLib.anatomy import BONES

from ..errors import ConfigurationError
from ..training.config import TrainingConfig
from ..training.merging import merged
from .plan_schema import FUSED, HEAD_CROPS, ONE_PER_BONE, PLAN_SCHEMA, SLICES


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
    """

    name: str
    title: str
    kind: str
    settings: dict[str, Any]
    folder: Path
    runs: tuple[TrainingConfig, ...]


@dataclass(frozen=True)
class Table:
    """Variants that answer one question; differences are taken to `reference`."""

    title: str
    reference: str
    rows: tuple[str, ...]
    of_heads: bool


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
    """

    path: Path
    budget: str
    block: str
    page: Path
    variants: tuple[Variant, ...]
    tables: tuple[Table, ...]

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
            runs = variants[settings["weights_of"]].runs
        else:
            runs = tuple(_configurations(path, content["base"], budget, settings, folder))
        variants[name] = Variant(name, settings["title"], kind, settings, folder, runs)
    return variants


def _configurations(
    path: Path, base: Any, budget: Any, settings: Any, folder: Path
) -> list[TrainingConfig]:
    name, kind = settings["name"], settings.get("kind", SLICES)
    parts = BONES if kind == ONE_PER_BONE else ("bundle",)
    configurations = []
    for part in parts:
        try:
            content = merged(base, budget.get("overrides", {}))
            content = merged(content, settings.get("overrides", {}))
        except ValueError as error:
            raise ConfigurationError(path, f"variant {name}: {error}") from error
        content["output"] = str(folder / part)
        content["bundle"]["name"] = name
        if kind == ONE_PER_BONE:
            content["model"]["bones"] = [part]
        if kind == HEAD_CROPS:
            content["datasets"] = [_of_crops(one, folder) for one in content["datasets"]]
        configurations.append(TrainingConfig.from_content(content, path))
    return configurations


def _of_crops(dataset: Any, folder: Path) -> Any:
    """Return the dataset that `head_crops.write_crops` makes of one."""
    labels = dict(enumerate(BONES, start=1))
    crops = {"name": dataset["name"], "root": str(folder / "crops" / dataset["name"])}
    held_out = [f"{case}_{side}" for case in dataset["validation"] for side in ("left", "right")]
    return {**crops, "labels": labels, "validation": held_out, "weight": dataset["weight"]}


def _table(path: Path, content: Any, variants: dict[str, Variant]) -> Table:
    unknown = {content["reference"], *content["rows"]} - set(variants)
    if unknown:
        raise ConfigurationError(path, f"$.tables: there is no {', '.join(sorted(unknown))}")
    of_heads = content.get("heads", False)
    for name in content["rows"]:
        if variants[name].kind == HEAD_CROPS and not of_heads:
            raise ConfigurationError(path, f"$.tables: {name} knows nothing but heads")
    return Table(content["title"], content["reference"], tuple(content["rows"]), of_heads)
