"""What is printed of made-up figures."""

from __future__ import annotations

import pytest

from PelvicBoneSegWeb.bench.four_users import Wish
from PelvicBoneSegWeb.bench.report import Report
from PelvicBoneSegWeb.bench.scroll import Scroll
from PelvicBoneSegWeb.bench.to_bone import STAGES, ToBone


@pytest.fixture
def a_report(capsys):
    return Report()


def line(report, title):
    return next(one for one in report.lines if one.startswith(title))


def test_stages_add_up_to_the_whole(a_report):
    ends = dict(zip(STAGES, (0.5, 1.5, 3.0, 6.0, 6.25), strict=True))
    a_report.ways({"cold": ToBone(ends, "Done", {"front": 2.0})})
    values = [float(line(a_report, stage).split()[-2]) for stage in STAGES]
    assert values == [0.5, 1.0, 1.5, 3.0, 0.25]
    assert line(a_report, "from file").split()[-4:] == ["6.25", "s", "limit", "8"]


def test_the_peer_is_compared_by_processor_time_for_a_picture(a_report):
    ours, peer = Scroll(30, 25, 0, 0.05, 0.02), Scroll(30, 8, 12, 0.2, 0.05)
    a_report.scrolls({"axial": ours}, {"axial": peer})
    assert line(a_report, "… trame-slicer").endswith("ratio 2.5")


def test_wishes_are_listed_as_they_were_served(a_report):
    wishes = [Wish("greedy", 0, 1, 2), Wish("greedy", 0, 5, 6), Wish("anna", 1, 2, 5)]
    a_report.wishes(wishes, ["greedy", "anna"])
    assert [one.split()[0] for one in a_report.lines[2:5]] == ["greedy", "anna", "greedy"]
    assert line(a_report, "anna").split()[1:] == ["1.00", "s", "3.00", "s"]
    assert a_report.lines[-1].endswith("yes")


def test_what_was_printed_is_kept(a_report, capsys):
    a_report.say("a figure")
    assert capsys.readouterr().out == "a figure\n" and a_report.lines == ["a figure"]
