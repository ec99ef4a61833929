from __future__ import annotations

import pytest

from PelvicBoneSegLib.segmentation.file_names import different_names, safe_file_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Left femur", "Left femur"),
        ("Hüfte 左", "Hüfte 左"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a<b>c:d"e/f\\g|h?i*j\n', "a_b_c_d_e_f_g_h_i_j_"),
        ("con", "con_"),
        ("LPT1.backup", "LPT1.backup_"),
        (" spaced. ", "spaced"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("u\u0308", "ü"),
    ],
)
def test_names_fit_every_file_system(name, safe):
    assert safe_file_name(name) == safe


def test_long_names_are_cut_between_letters():
    assert safe_file_name("ü" * 300) == "ü" * 60


def test_names_that_are_no_text_are_made_so():
    assert safe_file_name("a\udcff") == "a_"


def test_equal_names_are_numbered_whatever_their_case():
    assert different_names(["Femur", "femur", "Sacrum", "Femur"]) == [
        "Femur", "femur 2", "Sacrum", "Femur 3",
    ]  # fmt: skip


def test_blanks_and_underscores_make_no_difference():
    assert different_names(["Left femur", "left_femur"]) == ["Left femur", "left_femur 2"]
