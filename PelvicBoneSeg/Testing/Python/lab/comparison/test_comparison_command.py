"""The whole command on three small cases: trained, killed, gone on, written."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest

from lab.comparison.small_plan import load_plan, plan_content, volumetric
from PelvicBoneSegLab.comparison import measuring, training
from PelvicBoneSegLab.comparison.__main__ import main
from PelvicBoneSegLab.comparison.training import is_trained, train_variant, training_record
from PelvicBoneSegLab.training.bundle_writer import make_bundle, write_bundle
from PelvicBoneSegLab.training.epoch_validation import NO_METRICS
from PelvicBoneSegLab.training.learner import Learner
from PelvicBoneSegLab.training.training_log import TrainingLog
from PelvicBoneSegLib.segmentation.network import create_network

COST = {"ms_per_slice": 1.0, "peak_mb": 2}


@pytest.fixture
def content(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "_cost", lambda plan, variant: COST)
    content = plan_content(tmp_path)
    content["base"]["training"].update(epochs=1, slices_per_epoch=4)
    return content


class QuickTrainer:
    """Writes what `Trainer` leaves behind, untrained."""

    trained: ClassVar[list[str]] = []

    def __init__(self, config, processes):
        self._config = config

    def run(self):
        config = self._config
        network = create_network(config.model["architecture"], 3, len(config.bones) + 1)
        write_bundle(make_bundle(config, network, NO_METRICS), config.output)
        TrainingLog(config.output).append({"epoch": 1, "seconds": 2.0, "share_waiting": 0.25})
        self.trained.append(config.output.parent.name)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(QuickTrainer, "trained", [])
    monkeypatch.setattr(training, "Trainer", QuickTrainer)
    return QuickTrainer.trained


def killed_at(monkeypatch, step_of_kill: int) -> None:
    """Let a training end at a step, as by a kill."""
    learn = Learner.learn

    def learn_or_die(self, step, micro_batches):
        if step == step_of_kill:
            raise KeyboardInterrupt
        return learn(self, step, micro_batches)

    monkeypatch.setattr(Learner, "learn", learn_or_die)


def test_the_table_is_written_and_nothing_is_done_twice(tmp_path, content, monkeypatch):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml")])
    page = (tmp_path / "page.md").read_text()
    measured = json.loads((tmp_path / "runs" / "alone" / "measured.json").read_text())
    assert [row["bone"] for row in measured["volumes"]] == [
        "femur", "hip_bone", "sacrum", "lumbar_spine",
    ]  # fmt: skip
    assert "| The slice alone |" in page and "Not trained yet" not in page

    def forbidden(*args):
        raise AssertionError("it is done already")

    monkeypatch.setattr(training, "Trainer", forbidden)
    monkeypatch.setattr(measuring, "load_predictor", forbidden)
    main([str(tmp_path / "plan.yaml")])
    assert (tmp_path / "page.md").read_text() == page


def test_a_report_trains_nothing_and_says_what_is_missing(tmp_path, content, quick):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml"), "--only", "blocks"])
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    assert "Not trained yet: alone." in (tmp_path / "page.md").read_text()
    assert not (tmp_path / "runs" / "alone").exists()


def test_a_killed_comparison_goes_on_with_what_is_missing(tmp_path, content, quick, monkeypatch):
    content["variants"][1] = {"name": "four", "kind": "one_per_bone", "title": "Four"}
    content["tables"][0]["rows"] = ["blocks", "four"]
    plan = load_plan(tmp_path, content)
    blocks, four = plan.variants
    train_variant(plan, blocks)
    run = QuickTrainer.run

    def killed_at_the_sacrum(self):
        if self._config.bones == ("sacrum",):
            raise KeyboardInterrupt
        run(self)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(QuickTrainer, "run", killed_at_the_sacrum)
        train_variant(plan, four)
    assert quick == ["blocks", "four", "four"]
    assert [is_trained(one) for one in plan.variants] == [True, False]
    for variant in plan.variants:
        train_variant(plan, variant)
    assert quick == ["blocks", *["four"] * 4]
    assert training_record(four) == {"seconds": 8.0, "seconds_waiting": 2.0, "slices": 16}


def test_a_variant_whose_configuration_changed_is_trained_again(tmp_path, content, quick):
    plan = load_plan(tmp_path, content)
    train_variant(plan, plan.variants[0])
    assert is_trained(plan.variants[0])
    content["base"]["seed"] = 2
    assert not is_trained(load_plan(tmp_path, content).variants[0])


def test_a_killed_volume_training_ends_with_the_same_weights(tmp_path, content, monkeypatch):
    content["base"]["training"]["epochs"] = 2
    content["variants"] += [volumetric("whole"), volumetric("killed")]
    plan = load_plan(tmp_path, content)
    whole, killed = plan.variants[2:]
    train_variant(plan, whole)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at(patch, 5)
        train_variant(plan, killed)
    train_variant(plan, killed)
    first, second = (
        (one.runs[0].output / "weights.safetensors").read_bytes() for one in (whole, killed)
    )
    assert first == second
    log = (tmp_path / "runs" / "killed" / "bundle.log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2]


def test_a_volume_training_sees_as_many_pixels_as_slices_would_have(tmp_path, content, monkeypatch):
    content["variants"].append(volumetric())
    plan = load_plan(tmp_path, content)
    seen = []
    learn = Learner.learn

    def counting(self, step, micro_batches):
        seen.append(micro_batches[0][1].numel())
        return learn(self, step, micro_batches)

    monkeypatch.setattr(Learner, "learn", counting)
    train_variant(plan, plan.variants[2])
    assert sum(seen) == 4 * 64 * 64
