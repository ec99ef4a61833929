"""A configuration is checked on load, and need not say what is recommended."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.small_dataset import write_configuration
from PelvicBoneSegLab.errors import ConfigurationError
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLab.training.config_file import read_content
from PelvicBoneSegLib.errors import BundleNotFoundError
from segmentation.small_bundle import ARCHITECTURE, write_small_bundle

CONFIGS = Path(__file__).parents[5] / "Lab" / "configs"
MAPS = {
    "name": "maps",
    "root": "maps",
    "labels": {1: "femur"},
    "label_maps": {"labels": "*_label.nii.gz", "body": "*_body.nii.gz"},
    "synthetic_weight": 0.3,
}


def minimal(**changes):
    return {
        "output": "runs/ours",
        "datasets": [
            {"name": "ours", "root": "data", "labels": {1: "femur"}, "validation": ["case_03"]}
        ],
        "bundle": {
            "name": "ours",
            "description": "d",
            "licence": "l",
            "training_data": [{"name": "ours", "description": "d", "licence": "l"}],
        },
        **changes,
    }


def check(content):
    return TrainingConfig.from_content(content, Path("c.yaml"))


@pytest.mark.parametrize(
    ("section", "field", "value"),
    [
        ("training", "epochs", 0),
        ("training", "unknown", 1),
        ("training", "patience", 0),
        ("model", "planes", ["diagonal"]),
        ("model", "planes", []),
        ("model", "bones", ["tibia"]),
        ("training", "patch", 100),
        ("augmentation", "gamma", 3),
        ("augmentation", "gamma", [1.2, 0.8]),
        ("augmentation", "scale", [0, 1]),
        ("training", "ema_decay", 1.5),
        ("model", "percentiles", [99, 1]),
        ("model", "spacing_mm", 50),
        ("model", "architecture", {"arch": "nonsense", "encoder_name": "resnet34"}),
        ("bundle", "name", "My Bundle"),
        ("bundle", "version", 1.0),
        ("bundle", "colour", "blue"),
        ("bundle", "training_data", []),
    ],
)
def test_a_wrong_field_is_named(a_configuration, load, section, field, value):
    a_configuration[section][field] = value
    with pytest.raises(ConfigurationError, match=field):
        load(a_configuration)


@pytest.mark.parametrize("value", ["a", 0, 1.5, True])
def test_a_label_that_is_no_number_of_an_object_is_named(a_configuration, load, value):
    a_configuration["datasets"][0]["labels"] = {value: "femur"}
    with pytest.raises(ConfigurationError, match=f"labels: '{value}' does not match"):
        load(a_configuration)


def test_a_configuration_without_validation_cases_is_refused(a_configuration, load):
    a_configuration["datasets"][0]["validation"] = []
    with pytest.raises(ConfigurationError, match="validation cases"):
        load(a_configuration)


def test_a_configuration_that_trains_on_nothing_is_refused(a_configuration, load):
    a_configuration["datasets"][0]["weight"] = 0
    with pytest.raises(ConfigurationError, match="all weights are 0"):
        load(a_configuration)


def test_a_patience_in_which_nothing_is_validated_is_refused(a_configuration, load):
    a_configuration["training"].update(validate_every=5, patience=4)
    with pytest.raises(ConfigurationError, match="patience.*below validate_every"):
        load(a_configuration)


def test_micro_batches_have_to_be_equal(a_configuration, load):
    a_configuration["training"].update(batch_size=4, accumulate=3)
    with pytest.raises(ConfigurationError, match="batch_size.*no multiple of accumulate"):
        load(a_configuration)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"teacher": "default", "teacher_band": [0.6, 0.4]}, "0.6 is above 0.4"),
        ({"teacher_band": [0.4, 0.6]}, "there is no teacher"),
        ({"teacher": "default", "teacher_band": [0, 0]}, "0 is less than or equal"),
    ],
)
def test_a_band_is_of_a_teacher_and_goes_upwards(a_configuration, load, fields, problem):
    a_configuration["datasets"][0].update(fields)
    with pytest.raises(ConfigurationError, match=rf"datasets\[0\]\.teacher_band.*{problem}"):
        load(a_configuration)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"teacher_bones": ["femur"]}, "teacher_bones: there is no teacher"),
        ({"teacher_atlas": "blocks"}, "teacher_atlas: there is no teacher"),
        ({"teacher": "default", "teacher_bones": ["skull"]}, "teacher_bones.*skull"),
        ({"teacher": "default", "teacher_bones": []}, "teacher_bones"),
        ({"teacher": "default", "teacher_atlas": "blocks"}, "blocks is no other dataset"),
        ({"teacher": "default", "teacher_atlas": "maps"}, "maps is no other dataset"),
    ],
)
def test_a_teacher_is_asked_for_bones_and_bound_by_another_dataset(
    a_configuration, load, fields, problem
):
    a_configuration["datasets"][0].update(fields)
    a_configuration["datasets"].append(MAPS)
    with pytest.raises(ConfigurationError, match=rf"datasets\[0\]\..*{problem}"):
        load(a_configuration)


def test_a_patient_has_to_be_a_regular_expression(a_configuration, load):
    a_configuration["datasets"][0]["patient"] = "(case"
    with pytest.raises(ConfigurationError, match=r"datasets\[0\]\.patient"):
        load(a_configuration)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("coverage", [{"bone": "femur", "silent": "gaps"}]),
        ("patient", "^[a-z]+"),
        ("planes", {"axial": 1.0}),
        ("teacher", "default"),
        ("teacher_band", [0.4, 0.6]),
        ("teacher_bones", ["femur"]),
        ("teacher_atlas", "blocks"),
        ("validation", ["case_a"]),
        ("weight", 1.0),
    ],
)
def test_what_label_maps_cannot_heed_is_refused(a_configuration, load, field, value):
    maps = dict(MAPS)
    a_configuration["datasets"].append(maps)
    assert load(a_configuration).datasets[1]["synthetic_weight"] == 0.3
    maps[field] = value
    with pytest.raises(
        ConfigurationError, match=rf"datasets\[1\]\.{field}: label_maps are without"
    ):
        load(a_configuration)


@pytest.mark.parametrize(
    ("content", "reason"), [(b"a: [", "c.yaml"), (b"\xff\xfea", "c.yaml"), (b"3", "object")]
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path, content, reason):
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=reason):
        TrainingConfig.load(path)


def test_the_data_folder_comes_from_the_environment(a_configuration, load, monkeypatch):
    a_configuration["datasets"][0]["root"] = "${PELVICBONESEG_DATA}/blocks"
    monkeypatch.setenv("PELVICBONESEG_DATA", "elsewhere")
    assert load(a_configuration).datasets[0]["root"].as_posix() == "elsewhere/blocks"


def test_what_is_left_out_takes_the_recommended_value():
    config = check(minimal())
    assert config.datasets[0]["weight"] == 1.0
    assert config.seed == 0
    assert config.training["batch_size"] == 16
    assert config.augmentation["rotation_deg"] == 20
    assert config.synthesis is None
    assert config.bones == ("femur", "hip_bone", "sacrum", "lumbar_spine")


def test_a_section_may_say_a_part():
    config = check(minimal(training={"epochs": 7}, model={"planes": ["axial"]}))
    assert (config.training["epochs"], config.training["patch"]) == (7, 192)
    assert (config.model["planes"], config.model["spacing_mm"]) == (["axial"], 1.37)


def test_synthesis_takes_recommended_values_where_a_dataset_is_synthesised_from():
    content = minimal()
    content["datasets"][0]["synthetic_weight"] = 0.3
    config = check(content)
    assert config.synthesis["elastic_mm"] == [0, 8]
    assert "weight" not in config.datasets[0]


@pytest.mark.parametrize("name", ["base", "default"])
def test_the_shipped_configuration_says_everything(name):
    """Its digest, by which a checkpoint knows it, does not hang on what is recommended."""
    content = read_content(CONFIGS / f"{name}.yaml")
    config = TrainingConfig.load(CONFIGS / f"{name}.yaml")
    for section in ("model", "training", "augmentation", "synthesis", "bundle"):
        assert list(getattr(config, section)) == list(content[section])
    for dataset, given in zip(config.datasets, content["datasets"], strict=True):
        assert list(dataset) == list(given)


def test_the_digest_tells_configurations_apart(a_configuration, load, tmp_path):
    first = load(a_configuration).digest
    assert TrainingConfig.load(
        write_configuration(tmp_path / "d.yaml", a_configuration)
    ).digest == (first)
    a_configuration["seed"] += 1
    assert load(a_configuration).digest != first


def test_a_training_that_starts_from_a_bundle_is_built_like_it(tmp_path):
    bundle = write_small_bundle(tmp_path / "small", classes=["background", "hip_bone", "femur"])
    model = check(minimal(model={"start_from": str(bundle)})).model
    assert model["architecture"] == ARCHITECTURE
    assert (model["spacing_mm"], model["encoder_weights"]) == (2.0, "none")
    assert model["bones"] == ["hip_bone", "femur"]


def test_a_bundle_to_start_from_that_is_not_there_is_named():
    with pytest.raises(BundleNotFoundError, match="nowhere"):
        check(minimal(model={"start_from": "nowhere"}))


def test_the_output_must_not_replace_what_is_started_from(tmp_path):
    bundle = write_small_bundle(tmp_path / "small")
    with pytest.raises(ConfigurationError, match="start_from.*would replace it"):
        check(minimal(model={"start_from": str(bundle)}, output=str(bundle)))


def test_imagenet_must_not_replace_what_is_started_from(tmp_path):
    bundle = write_small_bundle(tmp_path / "small")
    with pytest.raises(ConfigurationError, match="encoder_weights.*has to be none"):
        check(minimal(model={"start_from": str(bundle), "encoder_weights": "imagenet"}))
