"""The weighting of a series is told only where its header leaves no doubt."""

from __future__ import annotations

import pytest

from PelvicBoneSegLib.segmentation.weighting import weighting


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("COR T1 TSE POST", "T1"),
        ("t1_vibe_dixon_cor", "T1"),
        ("T1W_SE", "T1"),
        ("Ax T2 fat sat", "T2"),
        ("t2_tse_cor", "T2"),
        ("PD_tse_sag", "PD"),
        ("cor pdw spair", "PD"),
        ("COR STIR", "STIR"),
        ("ep2d_diff_b50_800", "diffusion"),
        ("ADC (10^-6 mm2/s)", "diffusion"),
        ("T1 T2 mapping", None),
        ("part10 localizer", None),
        ("T10 to L5", None),
        ("pdf report", None),
        ("", None),
    ],
)
def test_a_series_name_tells_its_weighting(series, expected):
    assert weighting(series, None, None, None) == expected


@pytest.mark.parametrize(
    ("sequence", "tr", "te", "expected"),
    [
        ("SE", 600, 12, "T1"),
        ("SE\\RM", 4000, 90, "T2"),
        ("SE", 3000, 15, "PD"),
        ("SE", 1500, 15, None),
        ("SE\\IR", 4000, 90, None),
        ("GR", 5, 2, None),
        ("SE", None, 12, None),
    ],
)
def test_times_of_a_spin_echo_tell_it_where_the_name_does_not(sequence, tr, te, expected):
    assert weighting("pelvis coronal", sequence, tr, te) == expected


def test_the_name_counts_more_than_the_times():
    assert weighting("T1 cor", "SE", 4000, 90) == "T1"
