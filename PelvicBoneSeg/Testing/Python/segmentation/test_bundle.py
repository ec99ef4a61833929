"""A bundle is taken only as it was published."""

from __future__ import annotations

import json
import warnings

import pytest
import torch

from PelvicBoneSegLib.errors import BundleDigestError, BundleInvalidError, BundleNotFoundError
from PelvicBoneSegLib.segmentation.bundle import Bundle, installed_bundles
from PelvicBoneSegLib.segmentation.network import create_network, load_network
from segmentation.small_bundle import ARCHITECTURE, METRICS, TRAINING, write_small_bundle


@pytest.fixture
def a_bundle_folder(tmp_path):
    return write_small_bundle(tmp_path / "small")


def test_a_bundle_loads_with_its_weights(a_bundle_folder):
    bundle = Bundle.load(a_bundle_folder)
    network = load_network(bundle)
    assert (bundle.name, bundle.version, bundle.spacing_mm) == ("small", "1.2.3", 2.0)
    assert not network.training
    assert network.segmentation_head[0].out_channels == 5


def test_what_a_training_took_and_what_the_labels_cover_may_be_stated(tmp_path):
    metrics = {**METRICS, "covered_dice": {"a": {"femur": 0.9, "sacrum": None}}}
    folder = write_small_bundle(tmp_path / "small", training=TRAINING, metrics=metrics)
    description = Bundle.load(folder).description
    assert description["training"] == TRAINING
    assert description["metrics"]["covered_dice"] == {"a": {"femur": 0.9, "sacrum": None}}


@pytest.mark.parametrize("name", ["timm-tf_efficientnet_lite0", "tu-efficientnet_lite0"])
def test_a_bundle_with_an_old_or_a_new_encoder_name_loads_without_a_warning(tmp_path, name):
    architecture = {**ARCHITECTURE, "encoder_name": name}
    folder = write_small_bundle(tmp_path / "small", network=architecture)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        load_network(Bundle.load(folder))


def test_the_new_encoder_name_is_the_old_encoder():
    old, new = (
        create_network({**ARCHITECTURE, "encoder_name": name}, 3, 5).encoder.eval()
        for name in ("timm-tf_efficientnet_lite0", "tu-efficientnet_lite0")
    )
    weights = {f"model.{name}": value for name, value in old.state_dict().items()}
    new.load_state_dict({name: weights[name] for name in new.state_dict()})
    with torch.no_grad():
        expected, found = (encoder(torch.ones(1, 3, 64, 64)) for encoder in (old, new))
    # The skip at half the size is after another layer.
    for one, other in zip(expected[2:], found[2:], strict=True):
        assert torch.equal(one, other)


def test_a_changed_byte_is_refused_with_both_digests(a_bundle_folder):
    weights = a_bundle_folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    expected = json.loads((a_bundle_folder / "bundle.json").read_text())["sha256"]
    with pytest.raises(BundleDigestError, match=rf"{expected} but is [0-9a-f]{{64}}"):
        Bundle.load(a_bundle_folder)


@pytest.mark.parametrize("name", ["bundle.json", "weights.safetensors"])
def test_a_missing_file_is_named_as_missing_bundle(a_bundle_folder, name):
    (a_bundle_folder / name).unlink()
    with pytest.raises(BundleNotFoundError, match="small"):
        Bundle.load(a_bundle_folder)


def test_an_unknown_name_lists_the_installed_bundles():
    with pytest.raises(BundleNotFoundError, match="nothing-like-that.*Installed bundles"):
        Bundle.load("nothing-like-that")


def test_a_name_that_no_folder_can_have_is_not_found():
    with pytest.raises(BundleNotFoundError):
        Bundle.load("a" * 5000)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": 2}, "format"),
        ({"name": "../x"}, "name"),
        ({"spacing_mm": 0}, "spacing_mm"),
        ({"classes": ["femur"]}, "classes"),
        ({"sha256": "12"}, "sha256"),
        ({"unknown": 1}, "unknown"),
        ({"architecture": {**ARCHITECTURE, "encoder_weights": "imagenet"}}, "architecture"),
        ({"architecture": {**ARCHITECTURE, "arch": "no-such-network"}}, "arch"),
        ({"architecture": {**ARCHITECTURE, "checkpoint_path": "weights.bin"}}, "checkpoint_path"),
        *(
            ({"architecture": {**ARCHITECTURE, "encoder_name": name}}, "encoder_name")
            for name in (
                "hf-hub:a/b",
                "tu-hf-hub:a/b",
                "tu-hf_hub:a",
                "tu-local-dir:x",
                "tu-/tmp/x",
                "tu-..",
                "tu-resnet18.a1_in1k",
                "tu-",
                "tu-" + "a" * 99,
            )
        ),
        ({"training": {**TRAINING, "seconds": -1}}, "seconds"),
        ({"training": {"seconds": 1}}, "samples"),
        ({"metrics": {**METRICS, "covered_dice": {"a": {"femur": 2}}}}, "covered_dice"),
        ({"normalisation": {"percentiles": [99, 1]}}, "99 is not below 1"),
        ({"spacing_mm": float("nan")}, "NaN is no JSON number"),
    ],
)
def test_a_description_that_breaks_the_schema_is_refused(tmp_path, changes, complaint):
    with pytest.raises(BundleInvalidError, match=complaint):
        Bundle.load(write_small_bundle(tmp_path / "small", **changes))


@pytest.mark.parametrize("text", ["{", "[" * 100_000], ids=["cut off", "nested"])
def test_a_description_that_is_no_json_is_refused(a_bundle_folder, text):
    (a_bundle_folder / "bundle.json").write_text(text)
    with pytest.raises(BundleInvalidError, match="not JSON"):
        Bundle.load(a_bundle_folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": {**ARCHITECTURE, "encoder_name": "no-such-encoder"}},
        {"architecture": {**ARCHITECTURE, "decoder_channels": [8, 8, 8, 8, 8]}},
        {"classes": ["background", "femur"]},
    ],
    ids=["encoder", "shapes", "classes"],
)
def test_weights_that_do_not_fit_the_architecture_are_refused(tmp_path, changes):
    bundle = Bundle.load(write_small_bundle(tmp_path / "small", **changes))
    with pytest.raises(BundleInvalidError, match="do not load"):
        load_network(bundle)


def test_every_installed_bundle_is_whole_small_and_loads():
    assert "default" in installed_bundles()
    for name in installed_bundles():
        bundle = Bundle.load(name)
        assert len(bundle.weights) <= 15_000_000
        assert bundle.description["metrics"]["dice"]
        load_network(bundle)
