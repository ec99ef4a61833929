"""Bundles that a user installs: whole or not at all, never in the place of the product's own."""

from __future__ import annotations

import json
import os

import pytest

from PelvicBoneSegLib.errors import (
    BundleArchiveError,
    BundleDigestError,
    BundleInvalidError,
    BundleNotFoundError,
    BundleShippedError,
    BundleTakenError,
    OutputNotWritableError,
)
from PelvicBoneSegLib.segmentation import bundle as bundle_module
from PelvicBoneSegLib.segmentation.bundle import (
    Bundle,
    describe_bundle,
    installed_bundles,
    user_bundles_dir,
)
from PelvicBoneSegLib.segmentation.bundle_store import (
    delete_bundle,
    install_bundle,
    list_bundles,
    verify_bundle,
)
from segmentation.bundle_zip import FILES, zip_bundle, zip_of
from segmentation.small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def the_users_folder(tmp_path, monkeypatch):
    folder = tmp_path / "user" / "bundles"
    monkeypatch.setenv("PELVICBONESEG_BUNDLES", str(folder))
    return folder


def content_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_an_installed_bundle_is_found_by_its_name_everywhere(tmp_path, the_users_folder):
    installed = install_bundle(zip_bundle(tmp_path))
    assert (installed.name, installed.version, installed.is_shipped) == ("small", "1.2.3", False)
    assert installed.path == the_users_folder / "small"
    assert installed.size_bytes == sum((installed.path / one).stat().st_size for one in FILES)
    assert installed_bundles() == ["default", "small"]
    assert Bundle.load("small").path == installed.path
    assert content_of(the_users_folder) == [
        "small", "small/bundle.json", "small/weights.safetensors",
    ]  # fmt: skip


def test_the_list_has_the_products_own_first_and_says_what_is_wrong(tmp_path, the_users_folder):
    install_bundle(zip_bundle(tmp_path, name="aaa"))
    (the_users_folder / "aaa" / "bundle.json").write_text("{")
    (the_users_folder / "half").mkdir()
    (the_users_folder / "half" / "bundle.json").write_text("{}")
    shipped, mine = list_bundles()
    assert (shipped.name, shipped.is_shipped, shipped.fault) == ("default", True, "")
    assert (mine.name, mine.version) == ("aaa", "")
    assert "is not JSON" in mine.fault


@pytest.mark.parametrize("there", [False, True], ids=["first", "over an older one"])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"sha256": "0" * 64}, BundleDigestError),
        ({"unknown": 1}, BundleInvalidError),
        ({"name": "../evil"}, BundleInvalidError),
    ],
    ids=["digest", "schema", "name"],
)
def test_a_bad_bundle_leaves_the_folder_as_it_was(
    tmp_path, the_users_folder, changes, error, there
):
    if there:
        install_bundle(zip_bundle(tmp_path))
    before = content_of(tmp_path / "user")
    archive = zip_bundle(tmp_path, **changes)
    with pytest.raises(error) as caught:
        install_bundle(archive, replace=True)
    assert str(archive) in str(caught.value)
    assert ".pelvicboneseg-" not in str(caught.value)
    assert content_of(tmp_path / "user") == (before or ["bundles"])


@pytest.mark.parametrize("weights", [b"x" * 64, (2).to_bytes(8, "little") + b"{}"])
def test_weights_that_are_no_tensors_are_refused(tmp_path, the_users_folder, weights):
    import hashlib

    source = write_small_bundle(tmp_path / "x", sha256=hashlib.sha256(weights).hexdigest())
    content = {"bundle.json": (source / "bundle.json").read_bytes(), FILES[1]: weights}
    with pytest.raises(BundleInvalidError, match="no safetensors|no tensor"):
        install_bundle(zip_of(tmp_path / "x.zip", content))
    assert installed_bundles() == ["default"]


def test_a_name_that_is_taken_is_replaced_only_when_said(tmp_path):
    install_bundle(zip_bundle(tmp_path))
    newer = zip_bundle(tmp_path, version="2.0.0")
    with pytest.raises(BundleTakenError) as taken:
        install_bundle(newer)
    assert (taken.value.installed, taken.value.offered) == ("1.2.3", "2.0.0")
    assert describe_bundle("small")["version"] == "1.2.3"
    assert install_bundle(newer, replace=True).version == "2.0.0"
    assert describe_bundle("small")["version"] == "2.0.0"


def test_the_old_one_stays_where_the_new_one_cannot_be_moved_in(
    tmp_path, the_users_folder, monkeypatch
):
    install_bundle(zip_bundle(tmp_path))
    newer = zip_bundle(tmp_path, version="2.0.0")
    real = os.replace

    def fail_for_new(source, target):
        if os.path.basename(source) == "new":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", fail_for_new)
    with pytest.raises(OutputNotWritableError, match="No space left"):
        install_bundle(newer, replace=True)
    assert Bundle.load("small").version == "1.2.3"
    assert content_of(the_users_folder)[0] == "small"


def test_the_products_own_can_neither_be_replaced_nor_deleted(tmp_path, the_users_folder):
    with pytest.raises(BundleShippedError, match="'default' comes with the product"):
        install_bundle(zip_bundle(tmp_path, name="default"), replace=True)
    with pytest.raises(BundleShippedError):
        delete_bundle("default")
    assert content_of(the_users_folder) == []
    assert installed_bundles() == ["default"]


def test_a_deleted_bundle_is_gone_whole(tmp_path, the_users_folder):
    install_bundle(zip_bundle(tmp_path))
    delete_bundle("small")
    assert content_of(the_users_folder) == []
    with pytest.raises(BundleNotFoundError):
        delete_bundle("small")


@pytest.mark.parametrize("name", ["..", ".", "", "small/..", "/"])
def test_nothing_but_a_bundle_is_ever_deleted(tmp_path, the_users_folder, name):
    install_bundle(zip_bundle(tmp_path))
    with pytest.raises((BundleNotFoundError, BundleShippedError)):
        delete_bundle(name)
    assert Bundle.load("small").version == "1.2.3"


def test_a_changed_byte_is_found_by_verifying(tmp_path, the_users_folder):
    install_bundle(zip_bundle(tmp_path))
    verify_bundle("small")
    weights = the_users_folder / "small" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(BundleDigestError):
        verify_bundle("small")


def test_the_products_own_verifies():
    verify_bundle("default")


def test_a_folder_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("PELVICBONESEG_BUNDLES", str(file / "bundles"))
    with pytest.raises(OutputNotWritableError, match="bundles"):
        install_bundle(zip_bundle(tmp_path))
    assert installed_bundles() == ["default"]


def test_an_archive_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK no")
    with pytest.raises(BundleArchiveError, match="no zip file"):
        install_bundle(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_DATA_HOME", "data/PelvicBoneSeg/Bundles"),
        ("win32", "LOCALAPPDATA", "data/PelvicBoneSeg/Bundles"),
        ("linux", None, "home/.local/share/PelvicBoneSeg/Bundles"),
        ("win32", None, "home/AppData/Local/PelvicBoneSeg/Bundles"),
        ("darwin", None, "home/Library/Application Support/PelvicBoneSeg/Bundles"),
    ],
)
def test_the_folder_is_the_platforms_own_for_data(
    tmp_path, monkeypatch, platform, variable, expected
):
    for name in ("PELVICBONESEG_BUNDLES", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "data"))
    monkeypatch.setattr(bundle_module.sys, "platform", platform)
    monkeypatch.setattr(bundle_module.Path, "home", lambda: tmp_path / "home")
    assert user_bundles_dir() == tmp_path / expected


def test_the_products_own_is_described_before_any_package_is_installed(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "jsonschema", None)
    assert describe_bundle("default")["name"] == "default"


def test_what_it_was_trained_on_is_checked(tmp_path):
    folder = write_small_bundle(tmp_path / "x", trained_on={"slice_mm": [5, 4]})
    with pytest.raises(BundleInvalidError, match=r"trained_on.slice_mm: 5 is above 4"):
        describe_bundle(folder)
    assert json.loads((folder / "bundle.json").read_text())["trained_on"]
