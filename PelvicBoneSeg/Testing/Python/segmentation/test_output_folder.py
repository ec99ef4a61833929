from __future__ import annotations

import os

import pytest

from PelvicBoneSegLib.errors import Cancelled, OutputNotWritableError
from PelvicBoneSegLib.segmentation.output_folder import check_writable, write_together
from segmentation.privileges import closed_to_us


def texts_in(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    """A folder with the results of an earlier run."""
    path = tmp_path / "results"
    path.mkdir()
    (path / "a").write_text("old a")
    (path / "b").write_text("old b")
    return path


def new_files(folder):
    for name in ("a", "b", "c"):
        (folder / name).write_text(f"new {name}")


def test_new_files_take_the_place_of_old_ones(folder):
    assert write_together(folder, new_files) == [folder / "a", folder / "b", folder / "c"]
    assert texts_in(folder) == {"a": "new a", "b": "new b", "c": "new c"}


def test_outdated_files_go_and_missing_ones_do_not_matter(folder):
    write_together(folder, lambda new: (new / "a").write_text("new a"), outdated=["a", "b", "x"])
    assert texts_in(folder) == {"a": "new a"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_while_writing_changes_nothing(folder, error):
    def fill(new):
        (new / "a").write_text("half")
        raise error

    expected = OutputNotWritableError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_together(folder, fill)
    assert texts_in(folder) == {"a": "old a", "b": "old b"}


@pytest.mark.parametrize("failing_move", [1, 2, 3, 4, 5])
def test_a_failure_while_moving_changes_nothing(folder, monkeypatch, failing_move):
    moves, real = [], os.replace

    def replace(source, target):
        moves.append(source)
        if len(moves) == failing_move:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr("os.replace", replace)
    with pytest.raises(OutputNotWritableError, match="Permission denied"):
        write_together(folder, new_files)
    assert texts_in(folder) == {"a": "old a", "b": "old b"}


def test_a_folder_in_the_place_of_a_file_changes_nothing(folder):
    (folder / "c").mkdir()
    (folder / "c" / "precious").write_text("kept")
    with pytest.raises(OutputNotWritableError, match="is a folder"):
        write_together(folder, new_files)
    assert texts_in(folder / "c") == {"precious": "kept"}
    assert (folder / "a").read_text() == "old a"


def test_folders_that_were_made_go_again(tmp_path):
    def fill(new):
        raise Cancelled

    with pytest.raises(Cancelled):
        write_together(tmp_path / "one" / "two", fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_is_no_folder(tmp_path, below):
    path = tmp_path / "results"
    path.write_text("not a folder")
    with pytest.raises(OutputNotWritableError, match="Nothing was left there"):
        check_writable(path / below)
    with pytest.raises(OutputNotWritableError):
        write_together(path / below, new_files)
    assert path.read_text() == "not a folder"


def test_checking_leaves_nothing(tmp_path):
    check_writable(tmp_path / "one" / "two")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_folder_in_someone_else_s_is_refused(tmp_path, below):
    private = tmp_path / "private"
    private.mkdir()
    with closed_to_us(private):
        with pytest.raises(OutputNotWritableError, match="Permission denied"):
            check_writable(private / "results" / below)
        with pytest.raises(OutputNotWritableError, match="Permission denied"):
            write_together(private / "results" / below, new_files)
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 300, "\udcff"], ids=["overlong", "not_text"])
def test_a_name_that_cannot_be_is_refused(tmp_path, name):
    with pytest.raises(OutputNotWritableError, match="too long|not UTF-8"):
        check_writable(tmp_path / name / "results")
    with pytest.raises(OutputNotWritableError, match="too long|not UTF-8"):
        write_together(tmp_path / name / "results", new_files)
    assert list(tmp_path.iterdir()) == []


def in_folders(folder):
    for path in ("images/a", "labels/a"):
        (folder / path).parent.mkdir()
        (folder / path).write_text("new")


def test_files_in_folders_are_merged_into_those_that_are_there(folder):
    (folder / "images").mkdir()
    (folder / "images" / "b").write_text("old b")
    (folder / "images" / "a").write_text("old a")
    files = write_together(folder, in_folders)
    assert files == [folder / "images" / "a", folder / "labels" / "a"]
    assert texts_in(folder / "images") == {"a": "new", "b": "old b"}


@pytest.mark.parametrize("failing_move", [1, 2])
def test_folders_that_were_made_for_files_go_again(tmp_path, monkeypatch, failing_move):
    moves, real = [], os.replace

    def replace(source, target):
        moves.append(source)
        if len(moves) == failing_move:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr("os.replace", replace)
    with pytest.raises(OutputNotWritableError, match="Permission denied"):
        write_together(tmp_path / "new", in_folders)
    assert list(tmp_path.iterdir()) == []
