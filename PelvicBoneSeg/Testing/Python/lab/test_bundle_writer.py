"""A bundle replaces a bundle, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from PelvicBoneSegLab.errors import BundleFolderError
from PelvicBoneSegLab.training.bundle_writer import make_bundle, with_metrics, write_bundle
from PelvicBoneSegLab.training.config import TrainingConfig
from PelvicBoneSegLib.errors import OutputNotWritableError
from PelvicBoneSegLib.segmentation.bundle import WEIGHTS_FILE, Bundle
from PelvicBoneSegLib.segmentation.network import create_network
from segmentation.small_bundle import ARCHITECTURE, write_small_bundle

METRICS = {"dataset": "new", "cases": [], "dice": {}}


@pytest.fixture
def a_bundle(tmp_path):
    return Bundle.load(write_small_bundle(tmp_path / "small"))


def test_a_bundle_is_replaced(a_bundle, tmp_path):
    write_bundle(with_metrics(a_bundle, METRICS), a_bundle.path)
    assert Bundle.load(a_bundle.path).description["metrics"]["dataset"] == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_folder_with_other_files_is_refused_and_kept(a_bundle, tmp_path):
    (a_bundle.path / "notes.txt").write_text("mine")
    with pytest.raises(BundleFolderError, match=r"notes\.txt"):
        write_bundle(with_metrics(a_bundle, METRICS), a_bundle.path)
    assert (a_bundle.path / "notes.txt").read_text() == "mine"
    assert Bundle.load(a_bundle.path).description["metrics"]["dataset"] == "none"


def test_a_failure_brings_the_old_bundle_back(a_bundle, tmp_path, monkeypatch):
    real = os.replace

    def fails_for_the_new(source, target):
        if target == a_bundle.path and source.name == "new":
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", fails_for_the_new)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(with_metrics(a_bundle, METRICS), a_bundle.path)
    assert Bundle.load(a_bundle.path).description["metrics"]["dataset"] == "none"
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_link_to_a_folder_stays_a_link(a_bundle, tmp_path):
    link = tmp_path / "link"
    try:
        link.symlink_to(a_bundle.path, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links here")
    write_bundle(with_metrics(a_bundle, METRICS), link)
    assert link.is_symlink()
    assert Bundle.load(a_bundle.path).description["metrics"]["dataset"] == "new"


def test_a_bundle_that_cannot_be_stored_leaves_the_old_one(a_bundle, tmp_path, monkeypatch):
    def disk_is_full(path, content):
        raise OSError(28, "No space left on device")

    weights = (a_bundle.path / WEIGHTS_FILE).read_bytes()
    monkeypatch.setattr(Path, "write_bytes", disk_is_full)
    with pytest.raises(OutputNotWritableError, match="No space left"):
        write_bundle(with_metrics(a_bundle, METRICS), a_bundle.path)
    assert Bundle.load(a_bundle.path).description["metrics"]["dataset"] == "none"
    assert (a_bundle.path / WEIGHTS_FILE).read_bytes() == weights
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_the_default_configuration_writes_what_the_default_bundle_was_trained_on():
    config = TrainingConfig.load(Path(__file__).resolve().parents[4] / "Lab/configs/default.yaml")
    bundle = make_bundle(config, create_network(ARCHITECTURE, 3, 5), METRICS)
    shipped = Bundle.load("default").description
    assert bundle.description["trained_on"] == shipped["trained_on"]
    assert shipped["trained_on"]["weightings"] == ["T1"]
