"""The configurations that docs/training.md shows work as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lab.small_dataset import write_configuration
from PelvicBoneSegLab.training import defaults, teacher
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.schema import SCHEMA
from PelvicBoneSegLab.training.train import train
from PelvicBoneSegLib.segmentation.bundle import Bundle

PAGE = (Path(__file__).parents[5] / "docs" / "training.md").read_text(encoding="utf-8")
CONFIGURATIONS = [
    text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith("output:")
]


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_it_is_valid(text):
    config = TrainingConfig.from_content(yaml.safe_load(text), Path("docs/training.md"))
    assert config.training["batch_size"] == 16


def test_the_first_one_trains(a_dataset, tmp_path):
    content = yaml.safe_load(CONFIGURATIONS[0])
    assert len(CONFIGURATIONS[0].splitlines()) <= 15
    content["output"] = str(tmp_path / "runs" / "ours")
    content["datasets"][0].update(root=str(a_dataset), validation=["case_c"])
    short = {"epochs": 1, "slices_per_epoch": 4, "batch_size": 4, "patch": 64, "device": "cpu"}
    train(write_configuration(tmp_path / "c.yaml", {**content, "training": short}))
    description = Bundle.load(tmp_path / "runs" / "ours").description
    assert description["name"] == "our_hospital"
    assert description["metrics"]["cases"] == ["case_c"]


def test_every_field_is_explained():
    sections = SCHEMA["properties"]
    fields = set(sections) | {
        field
        for section in ("model", "training", "augmentation", "synthesis", "bundle")
        for field in sections[section]["properties"]
    }
    fields |= set(sections["datasets"]["items"]["properties"])
    unexplained = {
        field for field in fields if f"`{field}`" not in PAGE and f"{field}:" not in PAGE
    }
    assert unexplained == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [(k, v) for k, v in defaults._AUGMENTATION.items()]
    + [(k, v) for k, v in defaults._SYNTHESIS.items() if k != "planes"],
)
def test_the_recommended_values_are_those_of_the_page(field, value):
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{field}`" in line]
    assert any(str(value) in row for row in rows)


def test_what_a_teacher_does_is_as_the_page_says():
    section = PAGE.split("### Self-training")[1].split("\n## ")[0]
    no_bone, bone = teacher.DEFAULT_BAND
    assert f"probability of {bone} or more" in section
    assert f"below {no_bone}, within {teacher._REACH_MM:.0f} mm" in section
