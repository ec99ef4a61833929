"""A bundle replaces a bundle, and nothing else."""

from __future__ import annotations

import os

import pytest

from PelvicBoneSegLab.errors import BundleFolderError
from PelvicBoneSegLab.training.bundle_writer import with_metrics, write_bundle
from PelvicBoneSegLib.segmentation.bundle import Bundle
from segmentation.small_bundle import write_small_bundle

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
