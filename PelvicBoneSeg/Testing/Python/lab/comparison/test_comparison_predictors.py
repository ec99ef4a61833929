"""Each way from a scan to bones keeps the scan's grid."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lab.comparison.small_plan import NETWORK_3D
from PelvicBoneSegLab.comparison import predictors
from PelvicBoneSegLab.comparison.predictors import FusedPredictor, surest_bone
from PelvicBoneSegLab.comparison.volumetric.network import SlabNetwork, create_volumetric_network
from PelvicBoneSegLab.comparison.volumetric.predictor import VolumetricPredictor
from PelvicBoneSegLib.segmentation import engine
from PelvicBoneSegLib.segmentation.smp_import import import_smp
from PelvicBoneSegLib.segmentation.volume import Volume

CORONAL = np.array([[2.0, 0, 0, 0], [0, 0, 5.0, 0], [0, -2.0, 0, 0], [0, 0, 0, 1]])
TURNED = np.array([[0, 0, -2.0, 0], [5.0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, 0, 1]])
GRIDS = [(CORONAL, (8, 40, 60)), (TURNED, (60, 40, 8))]


class Threshold(torch.nn.Module):
    """Calls bright voxels the first bone, whatever the number of dimensions."""

    def forward(self, image):
        middle = image[:, image.shape[1] // 2][:, None]
        return torch.cat([-9 * middle, 9 * middle, torch.full_like(middle, -99)], dim=1)


def a_scan(matrix, shape):
    """A bright block, off the centre in every direction, in its class indices too."""
    truth = np.zeros(shape, np.uint8)
    k, j, i = (slice(count // 8, count // 2) for count in shape)
    truth[k, j, i] = 1
    return Volume(truth.astype(np.int16) * 100, matrix), truth


@pytest.mark.parametrize(("matrix", "shape"), GRIDS)
def test_a_volume_network_answers_on_the_scans_grid(tmp_path, matrix, shape):
    network = create_volumetric_network(NETWORK_3D, classes=3)
    save_file(
        {key: value.clone() for key, value in network.state_dict().items()},
        tmp_path / "weights.safetensors",
    )
    description = {
        "network": NETWORK_3D,
        "spacing_mm": 2.0,
        "percentiles": [1, 99],
        "plane": "coronal",
        "classes": ["background", "hip_bone", "sacrum"],
    }
    (tmp_path / "network.json").write_text(json.dumps(description))
    predictor = VolumetricPredictor(tmp_path, "cpu")
    assert predictor.parameters == sum(one.numel() for one in network.parameters())
    predictor._network = Threshold()
    volume, truth = a_scan(matrix, shape)
    assert np.array_equal(predictor.predict(volume), 2 * truth)


class _BundleOfBlocks:
    spacing_mm, percentiles, channel_offsets_mm = 2.0, (1, 99), [-5, 0, 5]
    classes, bones = ("background", "femur", "hip_bone"), ("femur", "hip_bone")


@pytest.mark.parametrize(("matrix", "shape"), GRIDS)
def test_passes_in_three_planes_meet_on_the_scans_grid(monkeypatch, matrix, shape):
    monkeypatch.setattr(predictors.Bundle, "load", lambda folder: _BundleOfBlocks())
    import_smp()  # as load_network does, on which the engine relies
    monkeypatch.setattr(engine, "load_network", lambda bundle: Threshold())
    predictor = FusedPredictor("anywhere", ("coronal", "axial", "sagittal"), "cpu")
    volume, truth = a_scan(matrix, shape)
    found = predictor.predict(volume)
    # Between thick slices two of the passes interpolate: the block may end half a slice earlier.
    overlap = 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum())
    assert overlap > 0.95


def test_of_several_binary_networks_the_surest_has_the_voxel():
    probabilities = np.array([[200, 127, 0, 130], [220, 90, 0, 129]], np.uint8)[:, None, None]
    found = surest_bone(probabilities, ["sacrum", "femur"])
    assert found[0, 0].tolist() == [1, 0, 0, 3]


def test_a_slab_goes_through_the_volume_network_as_neighbouring_slices():
    network = create_volumetric_network(NETWORK_3D, classes=3).eval()
    slab = torch.randn(4, 1, 32, 32)
    with torch.no_grad():
        expected = network(slab[:, 0][None, None])[0]
        found = SlabNetwork(network)(slab)
    assert found.shape == (4, 3, 32, 32)
    torch.testing.assert_close(found, expected.movedim(0, 1))
