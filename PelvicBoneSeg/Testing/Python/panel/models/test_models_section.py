"""Models chosen, installed, verified and deleted by clicks."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest

from panel.hosts import needs_stand_in
from PelvicBoneSegLib.panel.choices import DeviceChoice
from PelvicBoneSegLib.panel.models import controller
from PelvicBoneSegLib.panel.models.device import chosen_device, remember_device, remembered_device
from PelvicBoneSegLib.segmentation.bundle import describe_bundle, user_bundles_dir
from segmentation.bundle_zip import zip_bundle

PRODUCTS_OWN = f"default, version {describe_bundle('default')['version']}"


@pytest.fixture
def picked(monkeypatch):
    """What the user picks in the file dialog. PythonQt gives its path alone, as text."""
    answer = {"path": ""}

    def ask(parent, caption, folder, file_filter):
        return answer["path"]

    dialog = SimpleNamespace(getOpenFileName=ask)
    monkeypatch.setattr(controller, "qt", SimpleNamespace(QFileDialog=dialog))

    def pick(path):
        answer["path"] = str(path)

    return pick


@pytest.fixture
def opened(panel):
    panel.click("modelsButton")
    return panel


@pytest.fixture
def install(opened, picked):
    def click_install(archive):
        picked(archive)
        opened.click("installBundleButton")

    return click_install


def entries(panel):
    combo = panel.wrapped("bundleComboBox")
    return [combo.itemText(index) for index in range(combo.count)]


def status(panel):
    return panel.text("modelsStatusLabel") if panel.shown("modelsStatusLabel") else ""


def card(panel):
    return panel.wrapped("modelCardBrowser").plainText


def test_the_products_own_model_is_chosen_with_its_card(opened):
    assert entries(opened) == [PRODUCTS_OWN]
    assert "Every mask has to be checked" in card(opened)
    assert describe_bundle("default")["sha256"][:12] in card(opened)
    assert not opened.can("deleteBundleButton")
    assert "comes with the extension" in opened.tip("deleteBundleButton")
    opened.screenshot("models_default")


def test_the_card_opens_no_links_and_has_no_colours_of_its_own(opened):
    browser = opened.wrapped("modelCardBrowser")
    assert not browser.openLinks and not browser.openExternalLinks
    assert opened.style("modelCardBrowser") == ""


def test_a_model_is_installed_from_a_file_and_chosen(opened, install, tmp_path, packages):
    install(zip_bundle(tmp_path, description="A <b>bold</b> claim."))
    assert status(opened) == "Installed 'small', version 1.2.3."
    assert entries(opened) == [PRODUCTS_OWN, "small, version 1.2.3"]
    assert opened.wrapped("bundleComboBox").currentText == "small, version 1.2.3"
    assert opened.parameters.bundle == "small"
    assert "A <b>bold</b> claim." in card(opened)
    assert opened.can("deleteBundleButton")
    opened.screenshot("models_installed")


def test_giving_up_the_file_dialog_changes_nothing(opened, install):
    install("")
    assert (status(opened), entries(opened)) == ("", [PRODUCTS_OWN])


def test_a_file_that_is_no_model_is_refused_with_the_reason(opened, install, tmp_path):
    (tmp_path / "x.zip").write_text("no")
    install(tmp_path / "x.zip")
    assert "x.zip is no model bundle: it is no zip file" in status(opened)
    assert "Nothing was installed." in status(opened)
    assert entries(opened) == [PRODUCTS_OWN]
    opened.screenshot("models_refused")


def test_replacing_asks_and_says_which_is_newer(opened, install, tmp_path, questions):
    install(zip_bundle(tmp_path))
    assert questions.texts == []
    questions.answer = False
    newer = zip_bundle(tmp_path, version="1.10.0")
    install(newer)
    assert "Installed: version 1.2.3\nIn the file: version 1.10.0 (newer)" in questions.texts[0]
    assert status(opened) == "Nothing was installed."
    assert describe_bundle("small")["version"] == "1.2.3"
    questions.answer = True
    install(newer)
    assert describe_bundle("small")["version"] == "1.10.0"
    install(zip_bundle(tmp_path, version="1.9.9"))
    assert "(older)" in questions.texts[-1]


@needs_stand_in
def test_without_consent_to_the_packages_nothing_is_installed(
    opened, install, tmp_path, packages, questions
):
    packages.absent = {"safetensors"}
    questions.answer = False
    install(zip_bundle(tmp_path))
    assert "packages that check a model are missing" in status(opened)
    assert "safetensors" in questions.texts[0] and "torch" not in questions.texts[0]
    assert entries(opened) == [PRODUCTS_OWN]


def test_deleting_asks_and_goes_back_to_the_products_own(opened, install, tmp_path, questions):
    install(zip_bundle(tmp_path))
    questions.answer = False
    opened.click("deleteBundleButton")
    assert "Delete the model 'small'" in questions.texts[-1]
    assert opened.parameters.bundle == "small"
    questions.answer = True
    opened.click("deleteBundleButton")
    assert opened.parameters.bundle == "default"
    assert status(opened) == "'small' was deleted."
    assert not (user_bundles_dir() / "small").exists()
    assert entries(opened) == [PRODUCTS_OWN]


def test_verifying_finds_a_changed_byte(opened, install, tmp_path):
    opened.click("verifyBundleButton")
    assert status(opened).startswith("'default' is as it was published")
    install(zip_bundle(tmp_path))
    weights = user_bundles_dir() / "small" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    opened.click("verifyBundleButton")
    assert "were changed or damaged" in status(opened)


def test_a_model_is_chosen_by_hand_and_kept_with_the_scene(opened, install, tmp_path):
    install(zip_bundle(tmp_path))
    opened.choose("bundleComboBox", PRODUCTS_OWN)
    assert opened.parameters.bundle == "default"
    opened.choose("bundleComboBox", "small, version 1.2.3")
    assert opened.parameters.bundle == "small"
    assert "SHA-256" in card(opened)


def test_a_model_that_vanishes_from_the_disk_is_said_and_left(opened, install, tmp_path):
    install(zip_bundle(tmp_path))
    shutil.rmtree(user_bundles_dir() / "small")
    opened.widget.exit()
    opened.widget.enter()
    assert opened.parameters.bundle == "default"
    assert status(opened) == "The model 'small' is not installed here, so 'default' was chosen."
    assert entries(opened) == [PRODUCTS_OWN]
    assert opened.can("installBundleButton")


def test_a_scene_that_names_a_folder_as_its_model_does_not_get_it(opened, tmp_path):
    opened.parameters.bundle = str(tmp_path)
    assert opened.parameters.bundle == "default"
    assert "is not installed here" in status(opened)


def test_a_model_whose_description_breaks_is_listed_as_such(opened, install, tmp_path, a_volume):
    install(zip_bundle(tmp_path))
    opened.choose("inputSelector", "Pelvis T1")
    (user_bundles_dir() / "small" / "bundle.json").write_text(json.dumps({"format": 1}))
    opened.widget.panel.refresh()
    assert entries(opened)[1] == "small (cannot be used)"
    assert card(opened) == ""
    assert "is not valid" in opened.widget.panel.session.verdict.refusal
    assert opened.can("deleteBundleButton")


def test_during_a_run_nothing_can_be_changed(opened):
    session = opened.widget.panel.session
    session.run_is_on = True
    session.notify()
    names = ("bundleComboBox", "deviceComboBox", "installBundleButton", "verifyBundleButton")
    assert not any(opened.can(name) for name in names)
    session.run_is_on = False
    session.notify()
    assert all(opened.can(name) for name in names)


def test_the_device_is_kept_for_all_scenes(opened, a_volume):
    settings = opened.settings
    assert chosen_device(settings) is DeviceChoice.AUTO
    opened.choose("inputSelector", "Pelvis T1")
    opened.choose("deviceComboBox", "Processor (CPU)")
    assert chosen_device(settings) is DeviceChoice.CPU
    assert "on the processor (CPU)" in opened.text("timeLabel")


def test_what_automatic_takes_is_known_after_a_run(opened):
    settings = opened.settings
    assert remembered_device(settings) is None
    remember_device(settings, "mps")
    assert remembered_device(settings) is DeviceChoice.MPS
    opened.choose("deviceComboBox", "Processor (CPU)")
    assert remembered_device(settings) is DeviceChoice.CPU
    remember_device(settings, "cpu")
    opened.choose("deviceComboBox", "Automatic")
    assert remembered_device(settings) is DeviceChoice.MPS


def test_a_setting_that_makes_no_sense_is_automatic(opened):
    settings = opened.settings
    settings.set("device", "abacus")
    assert chosen_device(settings) is DeviceChoice.AUTO
