"""A checkpoint is whole, of this training, or refused."""

from __future__ import annotations

import json

import pytest
import torch

from PelvicBoneSegLab.errors import CheckpointError
from PelvicBoneSegLab.training.checkpoint import Checkpoint
from PelvicBoneSegLib.errors import OutputNotWritableError

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "step": torch.tensor(7.0)}


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "runs" / "blocks-0.1", "digest")


def test_what_was_saved_is_loaded(checkpoint, tmp_path):
    checkpoint.save(TENSORS, {"epoch": 3, "best": 0.5})
    state = checkpoint.load()
    assert state.record == {"epoch": 3, "best": 0.5}
    assert {name: value.tolist() for name, value in state.tensors.items()} == {
        "a": [[0, 1, 2], [3, 4, 5]],
        "step": 7,
    }
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [
        "blocks-0.1.checkpoint.safetensors"
    ]


def test_there_need_be_none(checkpoint):
    assert checkpoint.load() is None
    checkpoint.remove()


def test_a_removed_one_is_gone(checkpoint):
    checkpoint.save(TENSORS, {"epoch": 3})
    checkpoint.remove()
    assert checkpoint.load() is None


def test_that_of_another_configuration_is_refused(checkpoint, tmp_path):
    checkpoint.save(TENSORS, {"epoch": 3})
    with pytest.raises(CheckpointError, match=r"blocks-0\.1.*configuration has changed"):
        Checkpoint(tmp_path / "runs" / "blocks-0.1", "another").load()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-10],
        lambda content: content[:20],
        lambda content: b"",
        lambda content: b"\xff" * 200,
    ],
)
def test_a_damaged_one_is_named(checkpoint, damage):
    checkpoint.save(TENSORS, {"epoch": 3})
    checkpoint.path.write_bytes(damage(checkpoint.path.read_bytes()))
    with pytest.raises(CheckpointError, match=r"blocks-0\.1\.checkpoint.*damaged"):
        checkpoint.load()


def test_another_safetensors_file_is_refused(checkpoint, tmp_path):
    header = json.dumps({}).encode()
    checkpoint.path.parent.mkdir()
    checkpoint.path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoint.load()


def test_one_that_cannot_be_stored_leaves_the_last(checkpoint, monkeypatch):
    checkpoint.save(TENSORS, {"epoch": 3})

    def disk_is_full(tensors, path, metadata):
        path.write_bytes(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr("PelvicBoneSegLab.training.checkpoint.save_file", disk_is_full)
    with pytest.raises(OutputNotWritableError, match="No space left"):
        checkpoint.save(TENSORS, {"epoch": 4})
    assert checkpoint.load().record == {"epoch": 3}
    assert len(list(checkpoint.path.parent.iterdir())) == 1
