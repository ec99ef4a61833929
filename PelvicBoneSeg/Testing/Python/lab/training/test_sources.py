"""Which datasets of a configuration are read, and with which shares they are drawn from."""

from __future__ import annotations

import pytest

from PelvicBoneSegLab.training.real_slices import RealSlices
from PelvicBoneSegLab.training.sources import make_sources


def test_a_dataset_of_scans_has_a_source_for_each_of_its_weights(a_configuration, load):
    a_configuration["datasets"][0].update(weight=0.7, synthetic_weight=0.3)
    shares, sources = zip(*make_sources(load(a_configuration)), strict=True)
    assert shares == (0.7, 0.3)
    assert [isinstance(source, RealSlices) for source in sources] == [True, False]


@pytest.mark.parametrize("others", [0, 0.3])
def test_label_maps_of_weight_0_are_not_read(a_configuration, load, tmp_path, others):
    a_configuration["datasets"][0]["synthetic_weight"] = others
    label_maps = {
        "name": "maps",
        "root": str(tmp_path / "nothing"),
        "labels": {1: "femur"},
        "label_maps": {"labels": "*_label.nii.gz", "body": "*_body.nii.gz"},
        "synthetic_weight": 0,
    }
    a_configuration["datasets"].append(label_maps)
    shares = [share for share, _ in make_sources(load(a_configuration))]
    assert shares == ([1.0, others] if others else [1.0])
