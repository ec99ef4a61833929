"""Cross-validation: every patient is held out once, in one fold only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lab.small_dataset import SHAPE, write_case
from PelvicBoneSegLab.errors import FoldError
from PelvicBoneSegLab.training.folds import fold_of, parse_fold
from segmentation.small_bundle import write_small_bundle


@pytest.fixture
def config(a_configuration, load, tmp_path):
    """Seven patients, two of them with two scans, and a dataset that is only trained on."""
    root = tmp_path / "many"
    for name in ("p1a", "p1b", "p2a", "p3a", "p4a", "p4b", "p5a", "p6a", "p7a"):
        labels = np.ones(SHAPE, np.uint8)
        write_case(root, name, labels * 100, labels)
    blocks = {**a_configuration["datasets"][0]}
    del blocks["validation"]
    many = {**blocks, "name": "many", "root": str(root)}
    many |= {"patient": "^p[0-9]+", "validation": ["p2a"]}
    return load({**a_configuration, "datasets": [blocks, many]})


def held_out(config, count=3):
    return [fold_of(config, k, count).datasets[1]["validation"] for k in range(1, count + 1)]


def test_every_case_is_held_out_once_and_patients_stay_together(config):
    folds = held_out(config)
    assert sorted(case for fold in folds for case in fold) == [
        "p1a", "p1b", "p2a", "p3a", "p4a", "p4b", "p5a", "p6a", "p7a",
    ]  # fmt: skip
    for twins in ({"p1a", "p1b"}, {"p4a", "p4b"}):
        assert sum(twins <= set(fold) for fold in folds) == 1
    assert sorted(len({case[:2] for case in fold}) for fold in folds) == [2, 2, 3]


def test_the_seed_alone_decides(config):
    assert held_out(config) == held_out(config)
    assert any(held_out(replace(config, seed=seed)) != held_out(config) for seed in (2, 3, 4))


def test_a_dataset_without_validation_cases_is_trained_on_in_every_fold(config):
    assert all(fold_of(config, k, 3).datasets[0] == config.datasets[0] for k in (1, 2, 3))


def test_a_fold_has_an_output_a_name_and_a_checkpoint_of_its_own(config):
    folds = [fold_of(config, k, 3) for k in (1, 2, 3)]
    assert [fold.output.name for fold in folds] == [f"blocks-fold{k}of3" for k in (1, 2, 3)]
    assert folds[1].bundle["name"] == "blocks-fold2of3"
    assert len({config.digest, *(fold.digest for fold in folds)}) == 4


@pytest.mark.parametrize("field", ["start_from", "teacher"])
def test_a_bundle_that_saw_the_patients_is_taken_by_its_fold_alone(config, tmp_path, field):
    seen, other = tmp_path / "seen", tmp_path / "other"
    write_small_bundle(seen, training_data=[{"name": "many", "description": "", "licence": ""}])
    write_small_bundle(other)

    def bundle_of(path):
        model, datasets = dict(config.model), [dict(one) for one in config.datasets]
        (model if field == "start_from" else datasets[1])[field] = str(path)
        fold = fold_of(replace(config, model=model, datasets=tuple(datasets)), 1, 3)
        return (fold.model if field == "start_from" else fold.datasets[1])[field]

    with pytest.raises(FoldError, match="seen was trained on many.*seen-fold1of3"):
        bundle_of(seen)
    write_small_bundle(tmp_path / "seen-fold1of3")
    assert bundle_of(seen) == f"{seen}-fold1of3"
    assert bundle_of(other) == str(other)


@pytest.mark.parametrize(("number", "count"), [(0, 3), (4, 3), (1, 1), (1, 0)])
def test_a_fold_that_is_not_there_is_refused(config, number, count):
    with pytest.raises(FoldError, match=f"no fold {number}/{count}"):
        fold_of(config, number, count)


def test_more_folds_than_patients_are_refused(config):
    with pytest.raises(FoldError, match="many has 7 patients"):
        fold_of(config, 1, 8)


def test_a_fold_is_read_from_text():
    assert parse_fold("2/5") == (2, 5)
    for text in ("2", "2/", "/5", "a/5", "-1/5", "2/5/1"):
        with pytest.raises(FoldError, match="K/N"):
            parse_fold(text)
