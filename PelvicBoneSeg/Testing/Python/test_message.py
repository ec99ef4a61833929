"""English texts that know how to become others."""

from __future__ import annotations

import json

import pytest

from PelvicBoneSegLib.errors import (
    BundleNotFoundError,
    Cancelled,
    ConstantImageError,
    NotAVolumeError,
    PelvicBoneSegError,
)
from PelvicBoneSegLib.message import Message, from_json, in_words, templates, to_json
from PelvicBoneSegLib.worker.failure import describe_error, restore_error

_ = templates("PelvicBoneSegLib.segmentation.example")
LITTLE = Message(_("{voxels:,} voxels in {name}."), voxels=12345, name="Pelvis")

GERMAN = {
    "{voxels:,} voxels in {name}.": "In {name}: {voxels:,} Voxel.",
    "'{name}' is not a scalar volume.": "'{name}' ist kein Volumen.",
    "{problem} Choose an MR volume.": "{problem} Ein MR-Volumen wählen.",
    "Cancelled. Nothing was changed.": "Abgebrochen. Nichts wurde geändert.",
}


def german(context: str, text: str) -> str:
    return GERMAN.get(text, text)


def test_it_is_an_english_text():
    assert LITTLE == "12,345 voxels in Pelvis." and isinstance(LITTLE, str)


def test_it_is_read_in_another_language():
    assert LITTLE.in_words(german) == "In Pelvis: 12,345 Voxel."


def test_the_context_is_the_one_that_slicer_gives_the_file():
    asked = []
    LITTLE.in_words(lambda context, text: asked.append(context) or text)
    assert asked == ["segmentation.example"]


@pytest.mark.parametrize(
    "unfit", ["{voxels} Voxel", "{voxel} in {name}", "{voxels {name}", "nothing of it", ""]
)
def test_a_translation_without_the_same_values_is_not_used(unfit):
    assert LITTLE.in_words(lambda context, text: unfit) == "12,345 voxels in Pelvis."


def test_a_message_within_a_message_is_translated_too():
    error = NotAVolumeError("Model")
    assert str(error) == "'Model' is not a scalar volume. Choose an MR volume."
    assert in_words(error.message, german) == "'Model' ist kein Volumen. Ein MR-Volumen wählen."


def test_a_value_with_braces_stays_what_it_is():
    message = Message(_("{voxels:,} voxels in {name}."), voxels=1, name="{x}")
    assert message.in_words(german) == "In {x}: 1 Voxel."


def test_a_plain_text_is_left_alone():
    assert in_words("Ready", german) == "Ready"
    assert str(PelvicBoneSegError("Ready")) == PelvicBoneSegError("Ready").message == "Ready"


@pytest.mark.parametrize("text", [LITTLE, NotAVolumeError("Model").message, "plain"])
def test_it_survives_json(text):
    again = from_json(json.loads(json.dumps(to_json(text))))
    assert again == text and in_words(again, german) == in_words(text, german)


@pytest.mark.parametrize(
    "error",
    [Cancelled(), ConstantImageError(7.5), BundleNotFoundError("a/b", []), NotAVolumeError(None)],
)
def test_an_error_of_the_child_process_can_still_be_translated(error):
    restored = restore_error(json.loads(json.dumps(describe_error(error))))
    assert type(restored) is type(error) and str(restored) == str(error)
    assert in_words(restored.message, german) == in_words(error.message, german)
