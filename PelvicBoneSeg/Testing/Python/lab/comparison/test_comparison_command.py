"""The whole command on three small cases: trained, killed, gone on, written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from lab.comparison.quick_trainer import QuickTrainer
from lab.comparison.small_plan import load_plan, plan_content, volumetric
from PelvicBoneSegLab.comparison import measuring, training
from PelvicBoneSegLab.comparison.__main__ import main
from PelvicBoneSegLab.comparison.rows import rows_of
from PelvicBoneSegLab.comparison.training import is_trained, train_variant, training_record
from PelvicBoneSegLab.data.cases import validation_scans
from PelvicBoneSegLab.errors import CheckpointError
from PelvicBoneSegLab.training.learner import Learner

COST = {"ms_per_slice": 1.0, "peak_mb": 2}


@pytest.fixture
def content(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "_cost", lambda plan, variant: COST)
    content = plan_content(tmp_path)
    content["base"]["training"].update(epochs=1, slices_per_epoch=4)
    return content


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


def test_what_an_older_format_holds_is_measured_again_with_the_same_weights(
    tmp_path, content, quick
):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml"), "--only", "blocks"])
    path = tmp_path / "runs" / "blocks" / "measured.json"
    now = json.loads(path.read_text())
    path.write_text(json.dumps({"weights": now["weights"]}))
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    assert json.loads(path.read_text()) == now
    assert quick == ["blocks"]


def test_dice_where_the_masks_speak_leaves_out_what_they_do_not_say(tmp_path, content, quick):
    plan = load_plan(tmp_path, content)
    train_variant(plan, plan.variants[0])
    [scan] = validation_scans(plan.variants[0].runs[0].datasets)
    silent = replace(scan, silent=np.full_like(scan.silent, 1))  # of the femur, all background

    class Everything:
        def predict(self, volume):
            return np.ones(volume.voxels.shape, np.uint8)

    femur = rows_of(Everything(), plan.variants[0], silent)["volumes"][0]
    truth, hip_bone = (np.count_nonzero(scan.labels == value) for value in (1, 2))
    assert femur["dice"] == pytest.approx(2 * truth / (truth + scan.labels.size))
    assert femur["covered_dice"] == pytest.approx(2 * truth / (2 * truth + hip_bone))


def test_a_report_trains_nothing_and_says_what_is_missing(tmp_path, content, quick):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml"), "--only", "blocks"])
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    assert "Not trained yet: alone." in (tmp_path / "page.md").read_text()
    assert not (tmp_path / "runs" / "alone").exists()


def test_tables_stay_where_networks_that_they_tell_of_are_gone(tmp_path, content, quick, capsys):
    load_plan(tmp_path, content)
    main([str(tmp_path / "plan.yaml")])
    page = (tmp_path / "page.md").read_text()
    shutil.rmtree(tmp_path / "runs" / "alone")
    main([str(tmp_path / "plan.yaml"), "--report-only"])
    assert (tmp_path / "page.md").read_text() == page
    assert "keeps the block comparison, as not trained are: alone" in capsys.readouterr().out


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


@pytest.mark.parametrize("kind", ["volumetric", "head_crops"])
def test_a_setting_that_no_configuration_tells_has_its_variant_trained_again(
    tmp_path, content, quick, monkeypatch, kind
):
    monkeypatch.setattr(training, "ensure_crops", lambda *args: None)
    monkeypatch.setattr(training, "VolumetricTrainer", lambda config, _: QuickTrainer(config, _))
    changed = {
        "volumetric": volumetric("one"),
        "head_crops": {"name": "one", "kind": "head_crops", "title": "H", "half_width_mm": 40},
    }[kind]
    content["variants"].append(changed)
    plan = load_plan(tmp_path, content)
    train_variant(plan, plan.variants[2])
    assert is_trained(load_plan(tmp_path, content).variants[2])
    changed.update({"half_width_mm": 41} if kind == "head_crops" else volumetric("one", rows=64))
    assert not is_trained(load_plan(tmp_path, content).variants[2])


def test_a_record_that_does_not_know_such_settings_is_kept(tmp_path, content, quick, monkeypatch):
    monkeypatch.setattr(training, "VolumetricTrainer", lambda config, _: QuickTrainer(config, _))
    content["variants"].append(volumetric())
    plan = load_plan(tmp_path, content)
    train_variant(plan, plan.variants[2])
    path = training.record_path(plan.variants[2].runs[0])
    record = json.loads(path.read_text())
    del record["untold"]
    path.write_text(json.dumps(record))
    assert is_trained(plan.variants[2])


def test_a_half_done_volume_training_of_another_network_is_refused(tmp_path, content, monkeypatch):
    content["base"]["training"]["epochs"] = 2
    content["variants"].append(volumetric())
    plan = load_plan(tmp_path, content)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at(patch, 5)
        train_variant(plan, plan.variants[2])
    content["variants"][2] = volumetric(rows=64)  # the same tensors, other slabs
    plan = load_plan(tmp_path, content)
    with pytest.raises(CheckpointError, match="another network"):
        train_variant(plan, plan.variants[2])


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
