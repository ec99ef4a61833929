"""The card shows what `bundle.json` says, and nothing of it is ever markup."""

from __future__ import annotations

import re

from PelvicBoneSegLib.segmentation.bundle import describe_bundle
from PelvicBoneSegLib.segmentation.model_card import card_html, card_text
from segmentation.small_bundle import METRICS, TRAINING, write_small_bundle

TAGS = {"h3", "p", "ul", "li", "table", "tr", "th", "td"}


def test_the_card_of_the_default_bundle_has_what_a_user_must_know():
    description = describe_bundle("default")
    text = card_text(description)
    for part in (
        description["intended_use"],
        description["licence"],
        description["sha256"],
        "Planes: coronal, axial, sagittal",
        "Planes of the patients' scans: coronal",
        "Modality: MR (T1)",
        "the pubis is mostly not labelled",
        "CPTAC-UCEC",
        f"Mean Dice: {description['metrics']['mean_dice']:.3f}",
    ):
        assert part in text
    cells = " +".join(f"{dice:.3f}" for dice in description["metrics"]["dice"]["case_06"].values())
    assert re.search(f"^case_06 +{cells}$", text, re.MULTILINE)


def test_the_card_says_what_the_training_took_and_what_the_labels_cover(tmp_path):
    metrics = {**METRICS, "covered_dice": {"a": {"femur": 0.9}}}
    metrics["covered_median_slice_dice"] = {"femur": 0.95}
    folder = write_small_bundle(tmp_path / "small", training=TRAINING, metrics=metrics)
    text = card_text(describe_bundle(folder))
    assert "- Time: 60 minutes on 2 processor cores\n- Slices seen: 28160\n" in text
    assert "0.04 kWh, 19 g CO2e (24 W the whole time)" in text
    assert "encoder timm-tf_efficientnet_lite0; slices at -5, 0, 5 mm as channels" in text
    before, _, after = text.partition("Dice where the labels say whether the bone is there")
    assert re.search(r"^a +0\.800$", before, re.MULTILINE)
    assert re.search(r"^a +0\.900\nSlices \(median\) +0\.950$", after, re.MULTILINE)


def test_the_html_has_the_same_words_and_only_plain_tags():
    description = describe_bundle("default")
    html = card_html(description)
    assert set(re.findall(r"</?([a-z0-9]+)", html)) == TAGS
    femur = description["metrics"]["dice"]["case_06"]["femur"]
    assert re.search(rf"<th [^>]*>case_06</th><td>{femur:.3f}</td>", html)
    assert "color" not in html


def test_markup_in_a_description_is_shown_as_text(tmp_path):
    attack = '<img src="http://x/"><a href="file:///etc">x</a><script>1</script>&'
    dice = {attack: {attack: 0.5}}
    data = [{"name": attack, "description": attack, "licence": attack, "label_faults": [attack]}]
    folder = write_small_bundle(
        tmp_path / "small",
        description=attack,
        licence=attack,
        intended_use=attack,
        training_data=data,
        metrics={"dataset": attack, "cases": [attack], "dice": dice},
    )
    html = card_html(describe_bundle(folder))
    assert set(re.findall(r"</?([a-z0-9]+)", html)) == TAGS
    assert html.count("&lt;img src=&quot;http://x/&quot;&gt;") == 10


def test_a_case_without_a_bone_has_a_dash(tmp_path):
    metrics = {"dataset": "d", "cases": [], "dice": {"a": {"femur": 0.9}, "b": {"femur": None}}}
    folder = write_small_bundle(tmp_path / "small", metrics=metrics)
    assert re.search(r"<th [^>]*>b</th><td>–</td>", card_html(describe_bundle(folder)))


def test_what_is_not_stated_is_said_so(tmp_path):
    text = card_text(describe_bundle(write_small_bundle(tmp_path / "small")))
    assert "None stated." in text and "Not stated." in text
