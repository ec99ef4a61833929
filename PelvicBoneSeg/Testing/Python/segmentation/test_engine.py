"""The engine, with a network whose answer is known: each class has its own grey value."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from PelvicBoneSegLib.errors import Cancelled, DeviceUnavailableError, OutOfMemoryError
from PelvicBoneSegLib.segmentation import engine as engine_module
from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.engine import Engine
from PelvicBoneSegLib.segmentation.volume import Volume
from segmentation.small_bundle import write_small_bundle

CORONAL = np.array([[1.0, 0, 0, -60], [0, 0, 4, -40], [0, -1, 0, 60], [0, 0, 0, 1]])


class GreyValueNetwork(torch.nn.Module):
    """Class 0…4 where the middle channel is −1, −0.5, 0, 0.5, 1."""

    def __init__(self):
        super().__init__()
        self.batches = []
        self.fails = lambda n: False

    def forward(self, images):
        if self.fails(len(images)):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        self.batches.append(len(images))
        levels = torch.linspace(-1, 1, 5)[None, :, None, None]
        return -200 * (images[:, images.shape[1] // 2, None] - levels) ** 2


@pytest.fixture
def a_network(monkeypatch):
    network = GreyValueNetwork()
    monkeypatch.setattr(engine_module, "load_network", lambda bundle: network)
    return network


@pytest.fixture
def a_bundle(tmp_path):
    return Bundle.load(write_small_bundle(tmp_path / "small", spacing_mm=1.0))


@pytest.fixture
def truth():
    """Blocks of the four classes, symmetric to nothing, shape (slices, rows, columns)."""
    classes = np.zeros((20, 96, 128), np.uint8)
    classes[2:6, 10:40, 8:40] = 1
    classes[4:12, 50:80, 20:60] = 2
    classes[9:18, 12:44, 70:110] = 3
    classes[12:17, 60:90, 80:120] = 4
    return classes


@pytest.fixture
def a_volume(truth):
    return Volume(truth.astype(np.int16) * 100, CORONAL)


def test_every_voxel_gets_its_class_and_a_high_probability(a_network, a_bundle, a_volume, truth):
    prediction = Engine(a_bundle, "cpu").predict(a_volume)
    assert (prediction.classes == truth).all()
    assert prediction.probability.min() > 250
    assert (prediction.plane, prediction.device, prediction.warnings) == ("coronal", "cpu", ())


def test_the_grid_of_the_network_may_be_coarser(a_network, tmp_path, a_volume, truth):
    bundle = Bundle.load(write_small_bundle(tmp_path / "coarse", spacing_mm=1.9))
    classes = Engine(bundle, "cpu").predict(a_volume).classes
    # Blurred edges pass through the grey values of other classes; 4 pixels away nothing does.
    shifts = [(rows, columns) for rows in (-4, 0, 4) for columns in (-4, 0, 4)]
    inside = np.all([np.roll(truth, shift, (1, 2)) == truth for shift in shifts], axis=0)
    assert set(np.unique(truth[inside])) == {0, 1, 2, 3, 4}
    assert (classes == truth)[inside].all()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1)])
def test_storage_does_not_matter(a_network, a_bundle, a_volume, truth, order, flips):
    def restore(array):
        return np.ascontiguousarray(np.transpose(array, order)[tuple(slice(None, None, f)
                                                                     for f in flips)])  # fmt: skip

    matrix = np.eye(4)
    for new_axis, (old_axis, flip) in enumerate(zip(order, flips, strict=True)):
        column = CORONAL[:3, 2 - old_axis]
        matrix[:3, 2 - new_axis] = flip * column
        if flip < 0:
            matrix[:3, 3] += column * (truth.shape[old_axis] - 1)
    matrix[:3, 3] += CORONAL[:3, 3]
    prediction = Engine(a_bundle, "cpu").predict(Volume(restore(a_volume.voxels), matrix))
    assert prediction.plane == "coronal"
    assert (prediction.classes == restore(truth)).all()


def test_a_nearly_isotropic_scan_fuses_the_planes(a_network, tmp_path, truth):
    planes = ["axial", "coronal", "sagittal"]
    bundle = Bundle.load(write_small_bundle(tmp_path / "fused", spacing_mm=1.0, planes=planes))
    matrix = CORONAL.copy()
    matrix[1, 2] = 1.0
    seen = []
    prediction = Engine(bundle, "cpu").predict(
        Volume(truth.astype(np.int16) * 100, matrix), progress=seen.append
    )
    assert (prediction.classes == truth).all()
    assert sum(a_network.batches) == sum(truth.shape)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


@pytest.mark.parametrize(("plane", "slices"), [(None, 20), ("coronal", 20), ("sagittal", 128)])
def test_probabilities_lie_on_the_scans_grid_in_each_plane(
    a_network, a_bundle, a_volume, truth, plane, slices
):
    found = Engine(a_bundle, "cpu").class_probabilities(a_volume, plane=plane)
    assert found.shape == (5, *truth.shape)
    assert sum(a_network.batches) == slices
    # Sagittal slices are doubled to the network's grid along the thick slices and halved again.
    assert np.mean(found.argmax(axis=0) == truth) > (0.97 if plane == "sagittal" else 0.9999)


def test_progress_rises_to_one_with_every_batch(a_network, a_bundle, a_volume):
    seen = []
    Engine(a_bundle, "cpu").predict(a_volume, progress=seen.append)
    assert seen == [8 / 20, 16 / 20, 1.0]
    assert a_network.batches == [8, 8, 4]


def collect_previews(volume, bundle):
    """Put the previews together: the picture that they make, and which slices each one covers."""
    picture, spans = np.full(volume.voxels.shape, 255, np.uint8), []

    def preview(axis, start, block):
        span = (slice(None),) * axis + (slice(start, start + block.shape[axis]),)
        assert picture[span].shape == block.shape
        picture[span] = block
        spans.append((axis, start, start + block.shape[axis]))

    Engine(bundle, "cpu").predict(volume, preview=preview)
    return picture, spans


def test_previews_show_each_batch_where_it_lies_in_the_array(a_network, a_bundle, a_volume, truth):
    picture, spans = collect_previews(a_volume, a_bundle)
    assert (picture == truth).all()
    assert spans == [(0, 0, 8), (0, 8, 16), (0, 16, 20)]


def test_previews_of_a_scan_that_runs_the_other_way(a_network, a_bundle, truth):
    matrix = CORONAL.copy()
    matrix[:3, 2] *= -1
    picture, spans = collect_previews(Volume(truth.astype(np.int16) * 100, matrix), a_bundle)
    assert (picture == truth).all()
    assert spans == [(0, 12, 20), (0, 4, 12), (0, 0, 4)]


def test_previews_of_a_fused_run_end_with_what_all_planes_say(a_network, tmp_path, truth):
    planes = ["axial", "coronal", "sagittal"]
    bundle = Bundle.load(write_small_bundle(tmp_path / "fused", spacing_mm=1.0, planes=planes))
    matrix = CORONAL.copy()
    matrix[1, 2] = 1.0
    picture, spans = collect_previews(Volume(truth.astype(np.int16) * 100, matrix), bundle)
    assert (picture == truth).all()
    assert [axis for axis, _, _ in spans] == sorted(
        [axis for axis, _, _ in spans], key=[1, 0, 2].index
    )
    for axis, size in enumerate(truth.shape):
        covered = [
            index for one, start, stop in spans if one == axis for index in range(start, stop)
        ]
        assert sorted(covered) == list(range(size))


def test_cancel_stops_before_the_next_batch(a_network, a_bundle, a_volume):
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        Engine(a_bundle, "cpu").predict(a_volume, cancel=lambda: next(asked))
    assert a_network.batches == [8, 8]


def test_out_of_memory_halves_the_batch(a_network, a_bundle, a_volume, truth):
    a_network.fails = lambda n: n > 2
    prediction = Engine(a_bundle, "cpu").predict(a_volume)
    assert (prediction.classes == truth).all()
    assert a_network.batches == [2] * 10


def test_a_gpu_without_room_for_one_slice_hands_over_to_the_cpu(
    a_network, a_bundle, a_volume, truth, monkeypatch
):
    engine = Engine(a_bundle, "cpu")
    engine._device = engine._chosen_device = torch.device("cuda")
    prepare, infer = engine._prepare, engine._infer

    def fails_on_the_gpu(*arguments):
        if engine._device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return infer(*arguments)

    def prepares_anywhere(*arguments):
        return torch.empty(0) if engine._device.type == "cuda" else prepare(*arguments)

    monkeypatch.setattr(engine, "_infer", fails_on_the_gpu)
    monkeypatch.setattr(engine, "_prepare", prepares_anywhere)
    prediction = engine.predict(a_volume)
    assert (prediction.classes == truth).all()
    assert prediction.device == "cpu"
    assert "so the CPU was used" in prediction.warnings[0]


def test_no_memory_at_all_is_said(a_network, a_bundle, a_volume):
    a_network.fails = lambda n: True
    with pytest.raises(OutOfMemoryError, match="memory"):
        Engine(a_bundle, "cpu").predict(a_volume)


def test_other_errors_of_the_network_are_not_swallowed(a_network, a_bundle, a_volume, monkeypatch):
    def broken(images):
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(a_network, "forward", broken)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        Engine(a_bundle, "cpu").predict(a_volume)


@pytest.mark.parametrize("name", ["cuda", "mps", "tpu"])
def test_a_device_that_is_not_there_is_refused(a_bundle, name, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceUnavailableError, match=name):
        Engine(a_bundle, name)
