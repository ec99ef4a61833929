"""Whether turns were fair."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.bench.four_users import Wish, is_fair, turns

ASKED = ["greedy", "anna", "bert"]


def test_turns_are_in_the_order_of_time():
    wishes = [Wish("greedy", 0, 1, 2), Wish("greedy", 0, 4, 5), Wish("anna", 1, 2, 4)]
    assert turns(wishes) == ["greedy", "anna", "greedy"]


@pytest.mark.parametrize(
    ("order", "fair"),
    [
        (["greedy", "anna", "bert", "greedy"], True),
        (["greedy", "greedy", "anna", "bert"], False),
        (["greedy", "bert", "anna", "greedy"], False),
        (["greedy", "anna"], False),
    ],
)
def test_everybody_has_a_turn_before_anybodys_second(order, fair):
    assert is_fair(order, ASKED) is fair
