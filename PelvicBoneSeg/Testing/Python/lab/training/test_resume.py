"""A training that is killed at any moment ends, once it is started again, as if undisturbed."""

from __future__ import annotations

import csv
import json
import multiprocessing
import signal

import pytest

from lab.small_dataset import configuration, write_configuration, write_dataset
from lab.training.killed_training import MOMENTS, run_apart
from PelvicBoneSegLib.segmentation.bundle import Bundle

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(),
    reason="needs processes that are forked and can be killed",
)
MEASURED = {"seconds", "slices_per_second", "share_waiting"}


def prepare(folder):
    """Real and made-up slices come from another process, in micro-batches.

    The encoder drops paths at random: also what a network draws itself has to come again.
    """
    content = configuration(
        write_dataset(folder / "data"),
        folder / "runs" / "blocks",
        epochs=3,
        learning_rate=0.01,
        accumulate=2,
        workers=1,
    )
    content["datasets"][0]["synthetic_weight"] = 0.5
    content["model"]["bones"] = ["femur", "hip_bone"]
    return write_configuration(folder / "c.yaml", content)


def result_of(folder):
    """What a training leaves, without the times it took."""
    runs = folder / "runs"
    bundle = Bundle.load(runs / "blocks")
    lines = (runs / "blocks.log.jsonl").read_text().splitlines()
    log = [{k: v for k, v in json.loads(line).items() if k not in MEASURED} for line in lines]
    with (runs / "blocks.log.csv").open(newline="") as file:
        table = [(row["epoch"], row["loss"], row["mean_dice"]) for row in csv.DictReader(file)]
    assert not (runs / "blocks.checkpoint.safetensors").exists()
    assert (runs / "blocks.worst.png").is_file()
    return bundle.sha256, bundle.description["metrics"], log, table


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run_apart(prepare(folder)) == 0
    return result_of(folder)


def test_every_epoch_of_the_example_writes_a_bundle(undisturbed):
    dice = [epoch["validation"]["mean_dice"] for epoch in undisturbed[2]]
    assert dice[0] < dice[1] < dice[2]


@pytest.mark.parametrize("moment", [name for name in MOMENTS if name != "never"])
def test_a_killed_training_ends_with_the_same_result(undisturbed, tmp_path, moment):
    config = prepare(tmp_path)
    assert run_apart(config, moment) == -signal.SIGKILL
    assert run_apart(config) == 0
    assert result_of(tmp_path) == undisturbed
