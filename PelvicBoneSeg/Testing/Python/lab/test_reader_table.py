"""The reader's part of SCORE: template, checks, combination."""

from __future__ import annotations

import pandas as pd
import pytest

from lab.score_example import CUBES_OF_1_ML, PREDICTION, TRUTH
from PelvicBoneSegLab.evaluation.agreement import icc
from PelvicBoneSegLab.evaluation.reader_table import (
    ReaderTableError,
    combine,
    rating_matrix,
    read_reader_table,
    write_reader_table,
)
from PelvicBoneSegLab.evaluation.score import Purpose, domain_table, score_case, summarise

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")


@pytest.fixture
def table():
    return domain_table({"001": score_case(PREDICTION, TRUTH, CUBES_OF_1_ML, Purpose.DETECTION)})


@pytest.fixture
def template(tmp_path, table):
    path = tmp_path / "readers.csv"
    write_reader_table(path, table, ["AB", "CD"])
    return path


def fill_in(path, grades, column="grade"):
    """Enter grades from the first row on, as text."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[: len(grades) - 1, column] = grades
    rows.to_csv(path, index=False)


def test_the_template_has_a_row_a_domain_and_reader_and_nothing_computed(template):
    rows = pd.read_csv(template, dtype=str, keep_default_na=False)
    assert list(rows) == [
        *("case", "bone", "side", "domain", "centre_i", "centre_j", "centre_k", "truth_ml"),
        *("reader", "grade", "comment"),
    ]
    assert len(rows) == 14
    assert rows["reader"].tolist() == ["AB"] * 7 + ["CD"] * 7
    assert set(rows["grade"]) == {""}
    assert rows.loc[0, ["case", "bone", "side", "domain"]].tolist() == ["001", "femur", "left", "1"]


def test_grades_are_never_overwritten(template, table):
    before = template.read_bytes()
    with pytest.raises(ReaderTableError, match="it exists and may hold grades"):
        write_reader_table(template, table, ["AB"])
    assert template.read_bytes() == before


def test_an_empty_template_has_no_grades(template, table):
    assert read_reader_table(template, table).empty


def test_what_was_entered_comes_back(template, table):
    fill_in(template, ["9", "8.5", "", "0"])
    grades = read_reader_table(template, table)
    assert grades["grade"].tolist() == [9, 8.5, 0]
    assert grades["side"].tolist() == ["left", "right", "right"]
    assert grades["case"].tolist() == ["001"] * 3


def test_a_spreadsheets_byte_order_mark_is_no_part_of_the_first_column(template, table):
    fill_in(template, ["9"])
    template.write_bytes(b"\xef\xbb\xbf" + template.read_bytes())
    assert len(read_reader_table(template, table)) == 1


def test_a_row_that_ends_early_has_no_grade(template, table):
    """Some programs leave out trailing empty cells."""
    lines = template.read_text().splitlines()
    template.write_text("\n".join([lines[0], *(line.rstrip(",") for line in lines[1:])]))
    assert read_reader_table(template, table).empty


@pytest.mark.parametrize("grade", ["11", "-1", "good", "7,5", "nan"])
def test_a_grade_is_a_number_from_0_to_10(template, table, grade):
    fill_in(template, ["9", grade])
    with pytest.raises(ReaderTableError, match="row 3: the grade is no number from 0 to 10"):
        read_reader_table(template, table)


def test_a_grade_has_a_reader(template, table):
    fill_in(template, ["9"])
    fill_in(template, [""], "reader")
    with pytest.raises(ReaderTableError, match="row 2: no reader is named"):
        read_reader_table(template, table)


def test_a_domain_has_to_exist(template, table):
    fill_in(template, ["9"])
    fill_in(template, ["7"], "domain")
    with pytest.raises(ReaderTableError, match="row 2: there is no such domain"):
        read_reader_table(template, table)


def test_a_reader_grades_a_domain_once(template, table):
    fill_in(template, ["9"] * 8)
    fill_in(template, ["AB"] * 14, "reader")
    with pytest.raises(ReaderTableError, match="row 9: this reader has graded this domain already"):
        read_reader_table(template, table)


def test_other_separators_are_refused(template, table):
    template.write_text(template.read_text().replace(",", ";"))
    with pytest.raises(ReaderTableError, match="it has to be separated by commas"):
        read_reader_table(template, table)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_table(template, table, content):
    template.write_bytes(content)
    with pytest.raises(ReaderTableError, match="cannot be used"):
        read_reader_table(template, table)


def test_no_file(tmp_path, table):
    with pytest.raises(ReaderTableError, match=r"readers\.csv cannot be used"):
        read_reader_table(tmp_path / "readers.csv", table)


def test_the_combination_of_the_worked_example(template, table):
    """Hip bone, left: computed 5, readers 3 and 4; right: 0 by all."""
    fill_in(template, ["", "", "3", "0", "", "", "", "", "", "4", "0"])
    combined = combine(table, read_reader_table(template, table))
    hip = combined[combined["bone"] == "hip_bone"]
    assert hip["reader"].tolist() == [3.5, 0]
    assert hip["n_readers"].tolist() == [2, 2]
    assert hip["combined"].tolist() == [4.25, 0]
    summary = summarise(combined, "combined")
    assert summary.by_bone == pytest.approx({"hip_bone": 2.125})
    assert (summary.n_domains, summary.left_out) == (2, 5)
    assert summarise(combined, "reader").mean == pytest.approx(1.75)
    assert combined["computed"].tolist() == table["computed"].tolist()


def test_the_readers_agreement(template, table):
    fill_in(template, ["9", "8", "3", "0", "5", "1", "10", "9", "8", "4", "0", "6", "1", "10"])
    ratings = rating_matrix(read_reader_table(template, table))
    assert list(ratings.columns) == ["AB", "CD"]
    found = icc(ratings)
    assert (found.n, found.raters) == (7, 2)
    # ICC(2,1) from the mean squares, for 7 targets and 2 readers.
    values = ratings.to_numpy()
    targets = 2 * values.mean(axis=1).var(ddof=1)
    readers = 7 * values.mean(axis=0).var(ddof=1)
    residual = (values.var(ddof=0) * 14 - 6 * targets - readers) / 6
    expected = (targets - residual) / (targets + residual + 2 * (readers - residual) / 7)
    assert found.value == pytest.approx(expected)
