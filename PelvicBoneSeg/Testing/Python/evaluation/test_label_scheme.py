from __future__ import annotations

import json

import pytest

from PelvicBoneSegLib.anatomy import SEGMENTS
from PelvicBoneSegLib.evaluation.errors import LabelSchemeError
from PelvicBoneSegLib.evaluation.label_scheme import BUILT_IN, LabelScheme
from PelvicBoneSegLib.evaluation.structure import Structure


def named(scheme):
    return {value: (one.bone, one.side) for value, one in sorted(scheme.values.items())}


def test_our_own_scheme_is_that_of_every_label_map_that_we_write():
    assert named(LabelScheme.load("pelvicboneseg")) == {
        segment.label: (segment.bone, segment.side or "") for segment in SEGMENTS
    }


def test_the_public_data_set_tells_no_sides():
    assert named(LabelScheme.load("pelvic_mr_t1")) == {
        1: ("femur", "both"), 2: ("hip_bone", "both"), 3: ("lumbar_spine", ""), 4: ("sacrum", "")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first"), [("totalsegmentator_mr", 36), ("totalsegmentator_mr_2.4", 34)]
)
def test_totalsegmentators_labels_are_those_of_its_releases(name, first):
    assert named(LabelScheme.load(name)) == {
        18: ("sacrum", ""), 19: ("lumbar_spine", ""), 20: ("lumbar_spine", ""),
        first: ("femur", "left"), first + 1: ("femur", "right"),
        first + 2: ("hip_bone", "left"), first + 3: ("hip_bone", "right"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".json", json.dumps({"7": "left femur", "8": "Femur R", "Kreuzbein": "sacrum"})),
        (".yaml", "7: left femur\n8: Femur R\nKreuzbein: sacrum\n"),
    ],
)
def test_a_file_maps_values_and_names(tmp_path, suffix, text):
    path = tmp_path / f"ours{suffix}"
    path.write_text(text, encoding="utf-8")
    scheme = LabelScheme.load(path)

    assert scheme.name == path.name
    assert named(scheme) == {7: ("femur", "left"), 8: ("femur", "right")}
    assert scheme.names == {"Kreuzbein": Structure("sacrum", "")}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[1, 2]", "no table of labels"),
        ("{}", "no table of labels"),
        ('{"1": "tibia"}', "'tibia' is no bone that we know"),
        ('{"0": "sacrum"}', "label 0 is the background"),
    ],
)
def test_a_file_that_is_no_scheme_is_refused(tmp_path, text, problem):
    path = tmp_path / "scheme.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LabelSchemeError, match=problem):
        LabelScheme.load(path)


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(LabelSchemeError) as caught:
        LabelScheme.load("totalsegmentator")

    assert all(name in str(caught.value) for name in BUILT_IN)
