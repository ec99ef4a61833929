"""Codes in Slicer's form, and the terminology file that explains them."""

from __future__ import annotations

import json

import pytest
import slicer

from PelvicBoneSegLib.anatomy import CATEGORY, LATERALITY, SEGMENTS, TERMINOLOGY_CONTEXT
from PelvicBoneSegLib.scene.terminology import terminology_entry, terminology_file

VERHOEFF_PRODUCT = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
VERHOEFF_STEP = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def deserialise(text):
    entry = slicer.vtkSlicerTerminologyEntry()
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    assert logic.DeserializeTerminologyEntry(text, entry)
    return entry


def code_of(coded_entry):
    return (
        coded_entry.GetCodingSchemeDesignator(),
        coded_entry.GetCodeValue(),
        coded_entry.GetCodeMeaning(),
    )


def check_digit_is_right(value: str) -> bool:
    """Follow SNOMED CT's technical guide: the last digit is a Verhoeff check digit."""
    total = 0
    for place, character in enumerate(reversed(value)):
        digit = int(character)
        for _ in range(place % 8):
            digit = VERHOEFF_STEP[digit]
        total = VERHOEFF_PRODUCT[total][digit]
    return total == 0


@pytest.fixture
def a_terminologies_logic():
    return slicer.vtkSlicerTerminologiesModuleLogic()


@pytest.mark.parametrize("definition", SEGMENTS, ids=lambda definition: definition.id)
def test_slicer_reads_the_codes_back(definition):
    entry = deserialise(terminology_entry(definition))

    assert entry.GetTerminologyContextName() == TERMINOLOGY_CONTEXT
    assert code_of(entry.GetCategoryObject()) == ("SCT", CATEGORY.value, CATEGORY.meaning)
    assert code_of(entry.GetTypeObject()) == ("SCT", definition.code.value, definition.code.meaning)
    if definition.side:
        side = LATERALITY[definition.side]
        assert code_of(entry.GetTypeModifierObject()) == ("SCT", side.value, side.meaning)
    else:
        assert not entry.GetTypeModifierObject().GetCodeValue()


@pytest.mark.parametrize("definition", SEGMENTS, ids=lambda definition: definition.id)
def test_slicer_writes_the_same_text(definition):
    text = terminology_entry(definition)

    logic = slicer.vtkSlicerTerminologiesModuleLogic
    assert logic.SerializeTerminologyEntry(deserialise(text)) == text


@pytest.mark.parametrize(
    "value",
    sorted({s.code.value for s in SEGMENTS} | {c.value for c in LATERALITY.values()})
    + [CATEGORY.value],
)
def test_codes_have_the_right_check_digit(value):
    assert check_digit_is_right(value)


def test_a_mistyped_code_has_not():
    assert not check_digit_is_right("71341010")


def test_slicer_loads_the_file(a_terminologies_logic):
    name = a_terminologies_logic.LoadTerminologyFromFile(str(terminology_file()))

    assert name == TERMINOLOGY_CONTEXT
    assert a_terminologies_logic.IsTerminologyContextLoaded(TERMINOLOGY_CONTEXT)


@pytest.mark.parametrize("definition", SEGMENTS, ids=lambda definition: definition.id)
def test_the_file_knows_every_segment_with_its_colour(a_terminologies_logic, definition):
    a_terminologies_logic.LoadTerminologyFromFile(str(terminology_file()))
    entry = deserialise(terminology_entry(definition))

    assert a_terminologies_logic.UpdateEntryFromLoadedTerminologies(
        entry, [TERMINOLOGY_CONTEXT], []
    )

    shown = entry.GetTypeModifierObject() if definition.side else entry.GetTypeObject()
    expected = [round(255 * value) for value in definition.colour]
    assert list(shown.GetRecommendedDisplayRGBValue()) == expected


def test_the_file_has_nothing_else():
    content = json.loads(terminology_file().read_text(encoding="utf-8"))
    (category,) = content["SegmentationCodes"]["Category"]
    pairs = [
        (entry["CodeValue"], modifier["CodeValue"] if modifier else None)
        for entry in category["Type"]
        for modifier in entry.get("Modifier", [None])
    ]

    assert content["SegmentationCategoryTypeContextName"] == TERMINOLOGY_CONTEXT
    assert pairs == [(s.code.value, LATERALITY[s.side].value if s.side else None) for s in SEGMENTS]
