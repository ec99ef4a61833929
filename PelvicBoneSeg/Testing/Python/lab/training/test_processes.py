"""Several processes train one network, each on its share of the samples."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lab.small_dataset import write_configuration
from PelvicBoneSegLab.training.processes import Processes, joined_processes
from PelvicBoneSegLib.segmentation.bundle import Bundle

SCRIPT = Path(__file__).with_name("two_processes.py")


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined_processes(torch.device("cpu")) as processes:
        assert processes == Processes(0, 1)
        assert processes.is_first
        assert processes.agree(True) is True
        assert processes.device(torch.device("cuda")) == torch.device("cuda")


def test_every_process_has_its_own_graphics_card(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert Processes(7, 8).device(torch.device("cuda")) == torch.device("cuda", 3)
    assert Processes(7, 8).device(torch.device("cpu")) == torch.device("cpu")


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun needs libuv there")
def test_two_processes_share_the_samples_and_end_with_equal_weights(a_configuration, tmp_path):
    a_configuration["training"].update(accumulate=2)
    config = write_configuration(tmp_path / "c.yaml", a_configuration)
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         SCRIPT, config, tmp_path],
        check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=300,
    )  # fmt: skip
    seen = [[int(n) for n in (tmp_path / f"{r}.txt").read_text().split()] for r in (0, 1)]
    assert [len(numbers) for numbers in seen] == [8, 8]
    assert sorted(seen[0] + seen[1]) == list(range(16))
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in (0, 1))
    # The running statistics are each process's own; those of the first go into the bundle.
    weights = [name for name in first if "running" not in name]
    assert len(weights) > 500
    assert all(torch.equal(first[name], second[name]) for name in weights)
    assert Bundle.load(tmp_path / "runs" / "blocks").description["metrics"]["cases"] == ["case_c"]
