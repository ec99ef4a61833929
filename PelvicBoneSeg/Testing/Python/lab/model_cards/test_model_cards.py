"""The committed cards are what the committed bundles give; a card is text and pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from lab.small_dataset import configuration, write_configuration, write_dataset
from PelvicBoneSegLab.errors import FiguresFileError
from PelvicBoneSegLab.label_ceiling.compared_case import ComparedCase
from PelvicBoneSegLab.model_cards import __main__ as command
from PelvicBoneSegLab.model_cards.card import MODELS, stated
from PelvicBoneSegLib.segmentation.bundle import Bundle
from segmentation.small_bundle import write_small_bundle

REPOSITORY = Path(__file__).resolve().parents[5]
MOST_BYTES = 250_000


@pytest.fixture
def a_bundle(tmp_path):
    attack = '<img src="x"> | *b* [a](b)'
    return Bundle.load(write_small_bundle(tmp_path / "small", description=attack))


def a_report(bundle: Bundle) -> dict:
    description = {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256}
    return {"bundle": description, "summary": {"femur: T2 planes": 0.812}}


@pytest.mark.parametrize("bundle", command.shipped_bundles(), ids=lambda bundle: bundle.name)
def test_the_committed_card_is_what_the_committed_bundle_gives(bundle):
    page = REPOSITORY / MODELS / f"{bundle.name}.md"
    text = page.read_text(encoding="utf-8")
    assert text.startswith(stated(bundle))
    assert bundle.sha256 in text
    assert f"Mean Dice: {bundle.description['metrics']['mean_dice']:.3f}" in text
    pictures = re.findall(r"\]\((images/.*?\.png)\)", text)
    assert len(pictures) == len(bundle.bones)
    assert all(0 < (page.parent / name).stat().st_size < MOST_BYTES for name in pictures)


def test_the_default_card_says_that_the_masks_have_no_licence():
    text = (REPOSITORY / MODELS / "default.md").read_text(encoding="utf-8")
    assert "published without a licence" in text
    assert "use the weights for research" in text
    assert "CC BY 4.0" in text


def test_nothing_that_a_bundle_says_is_markup(a_bundle):
    text = stated(a_bundle)
    assert r'\<img src="x"\> \| \*b\* \[a\](b)' in text


def test_a_card_has_the_figures_of_carry_over_and_the_worst_slices(
    a_bundle, tmp_path, monkeypatch, capsys
):
    def one_slice_short(scan, segmenter):
        axes = scan.volume.axes
        image, truth, silent = (
            np.ascontiguousarray(axes.to_stack(array, "coronal"))
            for array in (scan.volume.voxels, scan.labels, scan.silent)
        )
        found = truth.copy()
        found[3, 30:] = 0
        spacing = axes.stack_spacing("coronal")
        return ComparedCase(scan.name, image, truth, found, silent, spacing, "coronal")

    monkeypatch.setattr(command, "compare_case", one_slice_short)
    monkeypatch.setattr(command, "shipped_bundles", lambda: [a_bundle])
    content = configuration(write_dataset(tmp_path / "data"), tmp_path / "run")
    config = write_configuration(tmp_path / "config.yaml", content)
    report = tmp_path / "carry_over.json"
    report.write_text(json.dumps(a_report(a_bundle)))
    arguments = [str(config), "--carry-over", str(report), "--output", str(tmp_path / "models")]
    command.main([*arguments, "--device", "cpu"])
    page = tmp_path / "models" / "small.md"
    assert capsys.readouterr().out.strip() == str(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(stated(a_bundle))
    assert "| femur: T2 planes | 0.812 |" in text
    assert r"Hip bone, case\_c, slice 3: Dice 0.00" in text
    assert (tmp_path / "models" / "images" / "small_hip_bone.png").stat().st_size < MOST_BYTES


@pytest.mark.parametrize("content", ["{", "[]", '{"bundle": {"sha256": "other"}, "summary": {}}'])
def test_figures_of_another_bundle_or_none_are_refused(a_bundle, tmp_path, content):
    path = tmp_path / "carry_over.json"
    path.write_text(content)
    with pytest.raises(FiguresFileError, match=r"carry_over\.json"):
        command.read_report(path, [a_bundle])
