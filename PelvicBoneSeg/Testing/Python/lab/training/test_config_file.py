"""A configuration may be another one with changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.small_dataset import write_configuration
from PelvicBoneSegLab.errors import ConfigurationError
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.config_file import read_content
from PelvicBoneSegLab.training.merging import merged

BASE = {
    "training": {"epochs": 2, "patch": 64},
    "lists": ["coronal"],
    "datasets": [{"name": "a", "weight": 1.0, "coverage": []}, {"name": "b", "weight": 2.0}],
}
STAGES = sorted(
    (Path(__file__).parents[5] / "Lab" / "configs" / "stages").glob("*.yaml"),
    key=lambda path: int(path.stem.split("-")[1]),
)


def test_mappings_are_merged_and_values_replaced():
    assert merged(BASE, {"training": {"epochs": 5}})["training"] == {"epochs": 5, "patch": 64}


def test_a_dataset_is_changed_by_its_name():
    changed = merged(BASE, {"datasets": {"a": {"coverage": None}}})["datasets"]
    assert changed == [{"name": "a", "weight": 1.0}, {"name": "b", "weight": 2.0}]


def test_a_list_replaces_a_list():
    assert merged(BASE, {"datasets": [{"name": "c"}]})["datasets"] == [{"name": "c"}]


def test_the_base_is_not_changed():
    merged(BASE, {"datasets": {"a": {"coverage": None}}, "training": {"epochs": 9}})
    assert BASE["datasets"][0]["coverage"] == [] and BASE["training"]["epochs"] == 2


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"datasets": {"z": {"weight": 1}}}, r"\$\.datasets: there is no z"),
        ({"datasets": {"b": {"coverage": None}}}, r"\$\.datasets\.b\.coverage: .*not there"),
        ({"lists": {"coronal": 1}}, r"\$\.lists: a list without names"),
        ({"training": {"epoch": None}}, r"\$\.training\.epoch: .*not there"),
    ],
)
def test_a_wrong_name_is_refused_with_its_place(changes, place):
    with pytest.raises(ValueError, match=place):
        merged(BASE, changes)


def test_a_file_is_another_one_with_changes(a_configuration, tmp_path):
    write_configuration(tmp_path / "base.yaml", a_configuration)
    (tmp_path / "stages").mkdir()
    changes = {"based_on": "../base.yaml", "seed": 7, "datasets": {"blocks": {"weight": 0.5}}}
    config = TrainingConfig.load(write_configuration(tmp_path / "stages" / "one.yaml", changes))
    expected = TrainingConfig.load(tmp_path / "base.yaml")
    assert (config.seed, expected.seed) == (7, 1)
    assert config.datasets[0] == {**expected.datasets[0], "weight": 0.5}
    assert config.training == expected.training


def test_a_file_that_is_based_on_none_is_itself(a_configuration, tmp_path):
    path = write_configuration(tmp_path / "base.yaml", a_configuration)
    assert read_content(path) == a_configuration


@pytest.mark.parametrize(
    ("base", "changes", "reason"),
    [
        (None, {}, "No such file"),
        ([1], {}, "what it is based on is no configuration"),
        ({"seed": 1}, {"sed": None}, r"\$\.sed: .*not there"),
        ({"based_on": "c.yaml"}, {}, "based_on"),
    ],
)
def test_what_cannot_be_laid_over_each_other_is_refused(tmp_path, base, changes, reason):
    if base is not None:
        (tmp_path / "base.yaml").write_text(yaml.safe_dump(base), encoding="utf-8")
    path = write_configuration(tmp_path / "c.yaml", {"based_on": "base.yaml", **changes})
    with pytest.raises(ConfigurationError, match=reason):
        TrainingConfig.load(path)


def test_the_stages_of_the_shipped_bundle_lead_from_one_to_the_next():
    configs = [TrainingConfig.load(path) for path in STAGES]
    assert len(configs) == 29
    configs.append(TrainingConfig.load(STAGES[0].parents[1] / "default.yaml"))
    starts = [str(one.output) for one in configs[:-1]]
    starts[10] = "runs/default-0.4.0"  # the mean of the ninth's and the eleventh's weights
    starts[14] = "runs/default-14"  # beside the fifteenth
    starts[15:] = [  # two by two from the mean of those before
        *["runs/default-15-16"] * 2,
        "runs/default-17-18",
        "runs/default-0.5.0",
        *["runs/default-19-20"] * 2,
        *["runs/default-21-22"] * 2,
        *["runs/default-21-24"] * 2,
        "runs/default-21-22",
        *["runs/default-27"] * 2,
        "runs/default-0.7.0",
    ]
    assert [one.model.get("start_from") for one in configs[1:]] == starts
    assert "start_from" not in configs[0].model
