"""The mean of the weights of bundles, as a bundle."""

from __future__ import annotations

import hashlib
import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from PelvicBoneSegLab.errors import BundlesDifferError, ConfigurationError
from PelvicBoneSegLab.training.averaging import main
from PelvicBoneSegLib.segmentation.bundle import Bundle, describe_bundle
from segmentation.small_bundle import TRAINING, write_small_bundle


def changed(folder, factor):
    """Multiply the weights of a bundle."""
    path = folder / "weights.safetensors"
    state = {
        name: one * factor if one.is_floating_point() else one
        for name, one in load_file(path).items()
    }
    save_file(state, path)
    description = json.loads((folder / "bundle.json").read_text())
    description["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "bundle.json").write_text(json.dumps(description))
    return folder


@pytest.fixture
def config(tmp_path, a_configuration, load):
    a_configuration["model"]["start_from"] = str(write_small_bundle(tmp_path / "one"))
    for field in ("architecture", "spacing_mm", "channel_offsets_mm", "percentiles", "planes"):
        a_configuration["model"].pop(field, None)
    load(a_configuration)
    return tmp_path / "c.yaml"


def test_weights_are_averaged_by_their_shares(tmp_path, config):
    two = changed(write_small_bundle(tmp_path / "two", training=TRAINING), 4.0)
    main([str(config), f"{tmp_path / 'one'}=2", f"{two}=1", "--output", str(tmp_path / "mean")])
    one, mean = (load_file(tmp_path / name / "weights.safetensors") for name in ("one", "mean"))
    for name, value in one.items():
        expected = 2 * value if value.is_floating_point() else value
        torch.testing.assert_close(mean[name], expected, rtol=2e-3, atol=1e-6)
    bundle = Bundle.load(tmp_path / "mean")  # its digest is right
    assert bundle.description["name"] == "blocks"
    assert bundle.description["training"] == TRAINING
    assert describe_bundle(tmp_path / "mean")["metrics"]["dice"] == {}


def test_networks_that_are_fed_differently_are_refused(tmp_path, config):
    write_small_bundle(tmp_path / "two", spacing_mm=1.0)
    with pytest.raises(BundlesDifferError, match="differ in “spacing_mm”"):
        main(
            [
                str(config),
                f"{tmp_path / 'one'}=1",
                f"{tmp_path / 'two'}=1",
                "--output",
                str(tmp_path / "mean"),
            ]
        )
    assert not (tmp_path / "mean").exists()


def test_the_result_may_be_fed_otherwise_than_its_parts(tmp_path, config):
    one = Bundle.load(tmp_path / "one")
    further = [2 * offset for offset in one.channel_offsets_mm]
    main(
        [str(config), f"{tmp_path / 'one'}=1", "--output", str(tmp_path / "fed"),
         "--spacing-mm", "1.25", "--channel-offsets-mm", *map(str, further)]
    )  # fmt: skip
    fed = Bundle.load(tmp_path / "fed")
    assert (fed.spacing_mm, list(fed.channel_offsets_mm)) == (1.25, further)
    assert one.spacing_mm != 1.25
    weights = (load_file(folder / "weights.safetensors") for folder in (one.path, fed.path))
    for mine, other in zip(*(state.values() for state in weights), strict=True):
        assert torch.equal(mine, other)


def test_offsets_are_as_many_as_the_network_has_channels(tmp_path, config):
    with pytest.raises(ConfigurationError, match="channels, not 4"):
        main(
            [str(config), f"{tmp_path / 'one'}=1", "--output", str(tmp_path / "fed"),
             "--channel-offsets-mm", "-9", "-3", "3", "9"]
        )  # fmt: skip
    assert not (tmp_path / "fed").exists()


@pytest.mark.parametrize("part", ["runs/one", "=1", "one=0", "one=-1", "one=x"])
def test_a_part_is_a_bundle_with_its_share(config, part, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(config), part, "--output", str(tmp_path / "mean")])
    assert "BUNDLE=SHARE" in capsys.readouterr().err
