"""In which order waiting runs are served."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PelvicBoneSegWeb.library.queue.fair_order import FairOrder


def served(order):
    return [order.take() for _ in range(len(order))]


def test_one_user_is_served_in_order():
    order = FairOrder()
    for item in "abc":
        order.add("anna", item)
    assert served(order) == ["a", "b", "c"]


def test_users_take_turns():
    order = FairOrder()
    for item in ("a1", "a2", "a3", "b1", "c1", "b2"):
        order.add(item[0], item)
    assert list(order.in_order()) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert served(order) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_late_does_not_wait_for_all_of_the_first():
    order = FairOrder()
    for number in range(10):
        order.add("a", f"a{number}")
    assert order.take() == "a0"
    order.add("b", "b0")
    assert served(order)[:3] == ["b0", "a1", "a2"]


def test_urgent_runs_go_before_the_same_users_others_alone():
    order = FairOrder()
    order.add("a", "a background")
    order.add("b", "b background")
    order.add("a", "a urgent", urgent=True)
    assert served(order) == ["a urgent", "b background", "a background"]


def test_what_is_discarded_is_not_served():
    order = FairOrder()
    for item in ("a1", "a2", "b1"):
        order.add(item[0], item)
    assert order.discard("a1")
    assert not order.discard("a1")
    assert order.discard("b1")
    assert (len(order), order.count("a"), order.count("b")) == (1, 1, 0)
    assert served(order) == ["a2"]


def test_nothing_waits():
    with pytest.raises(IndexError):
        FairOrder().take()


@given(st.lists(st.sampled_from("abcd"), max_size=60))
def test_nobody_waits_longer_than_a_round(users):
    order = FairOrder()
    for number, user in enumerate(users):
        order.add(user, (user, number))
    served_users = [user for user, _ in served(order)]
    assert sorted(served_users) == sorted(users)
    for place, user in enumerate(served_users):
        before = served_users[:place]
        since = before[len(before) - before[::-1].index(user) :] if user in before else before
        assert len(since) == len(set(since))  # everybody else at most once
