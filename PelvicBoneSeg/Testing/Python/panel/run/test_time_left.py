"""The time that a run will take still."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.panel.run.time_left import TimeLeft, time_left_text


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def told(clock, reports):
    """Report at each time and return what is told."""
    left = TimeLeft(clock)
    answers = []
    for seconds, fraction in reports:
        clock.now = 100 + seconds
        answers.append(left.update(fraction))
    return answers


def test_nothing_is_told_without_a_basis(clock):
    assert told(clock, [(0, 0.0), (30, 0.0), (31, 0.02), (32, 0.05), (33, 0.11)]) == [None] * 5


def test_a_steady_run_is_told_to_the_second(clock):
    reports = [(second, second / 20) for second in range(1, 20)]
    assert told(clock, reports)[4:] == pytest.approx([20 - s for s, _ in reports[4:]])


def test_loading_the_network_and_the_slow_first_batch_do_not_count(clock):
    reports = [(0, 0.0), (60, 0.0), (70, 0.2), (71, 0.4), (72, 0.6)]
    assert told(clock, reports)[-2:] == pytest.approx([3, 2])


def test_one_slow_batch_does_not_make_it_jump(clock):
    *_, before, after = told(clock, [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.4), (8, 0.5)])
    assert before == pytest.approx(6)
    # From the whole way it would be 10 s; the batches before count too.
    assert 1 < after < 5


def test_it_never_goes_below_nothing(clock):
    assert told(clock, [(0, 0.1), (1, 0.5), (60, 0.51)])[-1] >= 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "about 1 s left"),
        (2.6, "about 3 s left"),
        (9.4, "about 9 s left"),
        (12.4, "about 10 s left"),
        (58, "about 60 s left"),
        (89, "about 90 s left"),
        (100, "about 2 min left"),
        (600, "about 10 min left"),
    ],
)
def test_the_longer_the_rougher(seconds, text):
    assert time_left_text(seconds) == text
