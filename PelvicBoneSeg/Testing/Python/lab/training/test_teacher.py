"""A teacher speaks where the labels are silent, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from PelvicBoneSegLab.atlas import Atlas, Bounds
from PelvicBoneSegLab.data.cases import LabelledScan
from PelvicBoneSegLab.training import sources, teacher
from PelvicBoneSegLab.training.sources import make_sources
from PelvicBoneSegLab.training.teacher import Teacher
from PelvicBoneSegLib.anatomy import BONES
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.small_bundle import write_small_bundle

SHAPE = (8, 40, 40)
FEMUR, HIP_BONE = 1, 2
SACRUM = 3
HIP_BIT, SACRUM_BIT = 2, 4


@pytest.fixture
def scan():
    """A femur; the right half says nothing about the hip bone."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[:, 5:10, 22:26] = FEMUR
    silent = np.zeros(SHAPE, np.uint8)
    silent[:, :, 20:] = HIP_BIT
    voxels = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    return LabelledScan("a", Volume(voxels, np.diag([2.0, 2, 5, 1])), labels, silent)


@pytest.fixture
def complete(monkeypatch, tmp_path):
    """Complete a scan by a teacher with given probabilities of the hip bone."""

    def run(scan, hip_bone, sacrum=0, band=teacher.DEFAULT_BAND, **more):
        class Knowing:
            def __init__(self, bundle, device):
                assert device == "cpu"

            def class_probabilities(self, volume):
                found = np.zeros((1 + len(BONES), *SHAPE), np.uint8)
                found[HIP_BONE] = np.round(np.multiply(hip_bone, 255))
                found[SACRUM] = np.round(sacrum * 255)
                return found

        monkeypatch.setattr(teacher, "Engine", Knowing)
        write_small_bundle(tmp_path / "bundle")
        return Teacher(Bundle.load(tmp_path / "bundle"), "cpu", band, **more).complete(scan)

    return run


def test_it_labels_silent_voxels_and_keeps_what_was_drawn(scan, complete):
    sure = np.zeros(SHAPE)
    sure[:, 4:12, 10:30] = 0.9
    done = complete(scan, sure)
    expected = scan.labels.copy()
    expected[:, 4:12, 20:30] = HIP_BONE
    expected[:, 5:10, 22:26] = FEMUR
    assert np.array_equal(done.labels, expected)
    assert done.name == scan.name and done.volume is scan.volume


def test_background_is_settled_near_what_was_found_alone(scan, complete):
    sure = np.zeros(SHAPE)
    sure[:, 20:25, 20:25] = 0.9
    sure[:, 25, 20:25] = 0.2
    silent = complete(scan, sure).silent
    assert not silent[:, 26, 20:25].any()
    assert (silent[:, 25, 20:25] == HIP_BIT).all(), "it was not sure"
    assert (silent[:, 27, 20:25] == HIP_BIT).all(), "it is 6 mm away"
    assert not silent[:, :, :20].any()


def test_a_later_teacher_has_to_be_surer(scan, complete):
    found = np.zeros(SHAPE)
    found[:, 20:25, 20:25] = 0.6
    found[:, 25, 20:25] = 0.5
    found[:, 26, 20:25] = 0.3
    done = complete(scan, found, band=[0.4, 0.6])
    assert (done.labels[:, 20:25, 22:25] == HIP_BONE).all()
    assert (done.labels[:, 25:, 20:] == 0).all()
    assert (done.silent[:, 25, 20:25] == HIP_BIT).all(), "it is between the two"
    assert not done.silent[:, 26, 20:25].any()


def test_a_teacher_that_finds_nothing_changes_nothing(scan, complete):
    done = complete(scan, np.full(SHAPE, 0.25))
    assert np.array_equal(done.labels, scan.labels)
    assert np.array_equal(done.silent, scan.silent)


def test_of_two_silent_bones_the_likelier_one_is_taken(scan, complete):
    silent = np.where(scan.silent > 0, HIP_BIT | SACRUM_BIT, 0).astype(np.uint8)
    done = complete(replace(scan, silent=silent), np.full(SHAPE, 0.6), sacrum=0.35)
    assert (done.labels[:, 30:, 30:] == HIP_BONE).all()


def test_it_answers_for_the_bones_that_it_is_asked_for_alone(scan, complete):
    silent = np.where(scan.silent > 0, HIP_BIT | SACRUM_BIT, 0).astype(np.uint8)
    both = replace(scan, silent=silent)
    hip_bone = np.zeros(SHAPE)
    hip_bone[:, 20:25, 20:25] = 0.9
    done = complete(both, hip_bone, sacrum=0.35, bones=["hip_bone"])
    assert (done.labels[:, 20:25, 20:25] == HIP_BONE).all()
    assert SACRUM not in done.labels
    assert (done.silent & SACRUM_BIT == both.silent & SACRUM_BIT).all()


@dataclass
class AnAtlas:
    """Bone is possible in the first rows alone and impossible in the last ones."""

    known: list = field(default_factory=list)

    def bounds(self, known, volume):
        self.known.append(known.copy())
        rows = np.arange(SHAPE[1])[None, :, None] * np.ones(SHAPE)
        return Bounds(rows < 23, rows >= 30)


def test_an_atlas_says_where_bone_cannot_be(scan, complete):
    sure = np.zeros(SHAPE)
    sure[:, 20:35, 20:25] = 0.9
    atlas = AnAtlas()
    done = complete(scan, sure, atlases={"hip_bone": atlas})
    assert (done.labels[:, 20:23, 20:25] == HIP_BONE).all()
    assert (done.labels[:, 23:, 20:] == 0).all()
    assert (done.silent[:, 23:30, 20:25] == HIP_BIT).all(), "neither possible nor impossible"
    assert not done.silent[:, 30:, 20:].any(), "impossible"
    assert np.array_equal(atlas.known[0], sure > 0)


def test_an_atlas_does_not_overrule_what_was_drawn(scan, complete):
    drawn = scan.labels.copy()
    drawn[:, 32:36, 5:15] = HIP_BONE
    atlas = AnAtlas()
    sure = np.zeros(SHAPE)
    sure[:, 32:36, 25:30] = 0.9
    done = complete(replace(scan, labels=drawn), sure, atlases={"hip_bone": atlas})
    assert np.array_equal(done.labels, drawn), "what was found lies where none can be"
    assert atlas.known[0][:, 32:36, 5:15].all(), "it knows what was drawn"
    assert np.array_equal(done.silent[:, :30], scan.silent[:, :30])


def test_training_cases_of_a_dataset_go_through_its_teacher(
    a_configuration, load, tmp_path, monkeypatch
):
    write_small_bundle(tmp_path / "teacher")
    asked = []

    class Listening(Teacher):
        def complete(self, scan):
            asked.append(scan.name)
            return super().complete(scan)

    monkeypatch.setattr(sources, "Teacher", Listening)
    make_sources(load(a_configuration))
    assert asked == []
    a_configuration["datasets"][0]["teacher"] = str(tmp_path / "teacher")
    make_sources(load(a_configuration))
    assert asked == ["case_a", "case_b"]


def test_the_atlas_of_a_teacher_is_another_dataset(a_configuration, load, tmp_path, monkeypatch):
    write_small_bundle(tmp_path / "teacher")
    (blocks,) = a_configuration["datasets"]
    complete = {**blocks, "name": "complete", "weight": 0.1}
    fields = {"teacher": str(tmp_path / "teacher"), "teacher_bones": ["hip_bone"]}
    blocks.update(fields, teacher_atlas="complete")
    a_configuration["datasets"].append(complete)
    given = {}

    class Listening(Teacher):
        def __init__(self, bundle, device, band, bones, atlases):
            given.update(bones=bones, atlases=atlases)
            super().__init__(bundle, device, band, bones, atlases)

    monkeypatch.setattr(sources, "Teacher", Listening)
    make_sources(load(a_configuration))
    assert given["bones"] == ["hip_bone"]
    assert isinstance(given["atlases"]["hip_bone"], Atlas)
    assert [*given["atlases"]] == ["hip_bone"]
