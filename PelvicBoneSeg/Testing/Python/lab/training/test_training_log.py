"""The log is whole after every epoch, as lines of JSON and as a table."""

from __future__ import annotations

import csv
import json

import pytest

from PelvicBoneSegLab.errors import TrainingLogError
from PelvicBoneSegLab.training.progress import Progress
from PelvicBoneSegLab.training.training_log import TrainingLog

EPOCH = {
    "epoch": 1,
    "loss": 1.5,
    "learning_rate": 0.001,
    "seconds": 20.0,
    "slices_per_second": 8.0,
    "share_waiting": 0.05,
}
VALIDATION = {
    "mean_dice": 0.7,
    "dice": {"a": {"femur": 0.9, "sacrum": None}, "b": {"femur": 0.8, "sacrum": 0.5}},
}


def table(tmp_path):
    with (tmp_path / "blocks.log.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_log_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "blocks.log.jsonl").mkdir()
    with pytest.raises(TrainingLogError, match=r"blocks\.log\.jsonl"):
        TrainingLog(tmp_path / "blocks")


def test_a_log_that_is_no_log_is_named(tmp_path):
    (tmp_path / "blocks.log.jsonl").write_text("notes\n")
    with pytest.raises(TrainingLogError, match=r"blocks\.log\.jsonl"):
        TrainingLog(tmp_path / "blocks", keep=1)


def test_the_log_keeps_the_whole_name_of_the_folder(tmp_path):
    TrainingLog(tmp_path / "blocks-0.1").append({"epoch": 1})
    assert (tmp_path / "blocks-0.1.log.jsonl").read_text() == '{"epoch": 1}\n'
    assert (tmp_path / "blocks-0.1.log.csv").is_file()


def test_epochs_that_are_trained_again_are_forgotten(tmp_path):
    log = TrainingLog(tmp_path / "blocks")
    for epoch in (1, 2, 3):
        log.append({**EPOCH, "epoch": epoch})
    TrainingLog(tmp_path / "blocks", keep=2).append({**EPOCH, "epoch": 3, "loss": 0.5})
    lines = (tmp_path / "blocks.log.jsonl").read_text().splitlines()
    assert [json.loads(line)["loss"] for line in lines] == [1.5, 1.5, 0.5]
    assert [row["loss"] for row in table(tmp_path)] == ["1.5", "1.5", "0.5"]


def test_the_table_has_a_row_an_epoch_with_dice_by_bone(tmp_path):
    log = TrainingLog(tmp_path / "blocks")
    log.append(EPOCH)
    log.append({**EPOCH, "epoch": 2, "validation": VALIDATION})
    first, second = table(tmp_path)
    assert first["slices_per_second"] == "8.0"
    assert first["mean_dice"] == first["dice_femur"] == ""
    assert (second["epoch"], second["learning_rate"]) == ("2", "0.001")
    assert float(second["mean_dice"]) == 0.7
    assert float(second["dice_femur"]) == pytest.approx(0.85)
    assert float(second["dice_sacrum"]) == 0.5
    assert second["dice_hip_bone"] == ""


def test_the_line_of_an_epoch_says_how_it_goes_and_how_long_it_takes(monkeypatch):
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    progress = Progress(epochs=10, done=4)
    now += 120.0
    record = {**EPOCH, "epoch": 6, "validation": VALIDATION}
    assert progress.line(record, best=0.72, best_epoch=5) == (
        "epoch 6 of 10, loss 1.500, mean Dice 0.700 (best 0.720, epoch 5), 8.0 slices/s, "
        "5% waiting for samples, 0:04:00 left"
    )
    assert "Dice" not in progress.line({**EPOCH, "epoch": 6}, best=0.72, best_epoch=5)
