"""A plan of small variants on the blocks of `small_dataset`."""

from __future__ import annotations

from pathlib import Path

import yaml

from lab.small_dataset import configuration, write_dataset
from PelvicBoneSegLab.comparison.plan import Plan

NETWORK_3D = {
    "filters": [4, 4, 8],
    "kernels": [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
    "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
    "patch": [4, 32, 32],
}


def plan_content(folder: Path) -> dict:
    """Return the content of a plan with a variant of slices, and one with other offsets."""
    base = configuration(write_dataset(folder / "data"), folder / "unused", validate_every=2)
    return {
        "page": str(folder / "page.md"),
        "budget": "small",
        "budgets": {
            "small": {"output": str(folder / "runs"), "block": "comparison"},
            "larger": {
                "output": str(folder / "larger"),
                "block": "comparison-larger",
                "overrides": {"training": {"epochs": 3}},
            },
        },
        "base": base,
        "variants": [
            {"name": "blocks", "title": "Slices and neighbours"},
            {
                "name": "alone",
                "title": "The slice alone",
                "overrides": {"model": {"channel_offsets_mm": [0]}},
            },
        ],
        "tables": [{"title": "Neighbours", "reference": "blocks", "rows": ["blocks", "alone"]}],
    }


def volumetric(name: str = "volume", rows: int = 32) -> dict:
    """Return a 3D variant whose slabs have so many rows and columns."""
    network = {**NETWORK_3D, "patch": [4, rows, rows]}
    return {"name": name, "kind": "volumetric", "title": "A volume", "network": network}


def load_plan(folder: Path, content: dict, budget: str | None = None) -> Plan:
    """Write a plan and read it."""
    path = folder / "plan.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return Plan.load(path, budget)
