"""Files that appear together or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import OutputNotWritableError


def check_writable(directory: Path | str) -> None:
    """Find out early whether results can be stored there. Nothing is left behind.

    Raises
    ------
    OutputNotWritableError
        It is a file, or neither it nor the folder to make it in may be written to, or it has a
        name that is not text.
    """
    directory = _named_in_text(directory)
    try:
        existing = directory
        while not existing.exists() and existing != existing.parent:
            existing = existing.parent
        with TemporaryDirectory(dir=existing, prefix=".pelvicboneseg-"):
            pass
    except OSError as error:
        raise OutputNotWritableError(directory, _reason(error)) from error


def write_together(
    directory: Path | str, fill: Callable[[Path], None], outdated: Iterable[str] = ()
) -> list[Path]:
    """Write files into a folder, all of them or none.

    Parameters
    ----------
    directory
        Where to. It is made if need be, and taken away again if the writing fails.
    fill
        Writes the files into the folder that it is given, or into folders in it.
    outdated
        Names of files that no longer hold true. They are taken away with the same step.

    Returns
    -------
    The files, in alphabetical order. Those of the same name are replaced; folders are merged.

    Raises
    ------
    OutputNotWritableError
        Something could not be stored; the folder is as it was.
    """
    directory = _named_in_text(directory)
    made: list[Path] = []
    try:
        made = _make_parents(directory / "any")
        with TemporaryDirectory(dir=directory, prefix=".pelvicboneseg-") as scratch:
            new, old = Path(scratch, "new"), Path(scratch, "old")
            new.mkdir()
            old.mkdir()
            fill(new)
            names = sorted(str(path.relative_to(new)) for path in new.rglob("*") if path.is_file())
            for name in names:
                made = _make_parents(directory / name) + made
                (old / name).parent.mkdir(parents=True, exist_ok=True)
            _exchange(directory, new, old, names, set(outdated) - set(names))
    except OSError as error:
        _remove_empty(made)
        raise OutputNotWritableError(directory, _reason(error)) from error
    except BaseException:
        _remove_empty(made)
        raise
    return [directory / name for name in names]


def replace_folder(folder: Path, new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `folder`, which moves to `old` if it is there.

    All three are on one disk. If `new` cannot be moved, `folder` is moved back.

    Raises
    ------
    OSError
        It cannot be done; `folder` is as it was.
    """
    try:
        if folder.exists():
            os.replace(folder, old)
        os.replace(new, folder)
    except BaseException:
        if old.exists() and not folder.exists():
            os.replace(old, folder)
        raise


def _make_parents(path: Path) -> list[Path]:
    """Make the folders above a file. Return those that were not there, deepest first."""
    made = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    return made


def _named_in_text(directory: Path | str) -> Path:
    """Return the folder; ITK ends the whole program where a name is not UTF-8."""
    try:
        str(directory).encode()
    except UnicodeEncodeError as error:
        raise OutputNotWritableError(directory, "its name is not UTF-8 text") from error
    return Path(directory)


def _exchange(
    directory: Path, new: Path, old: Path, names: Iterable[str], outdated: Iterable[str]
) -> None:
    """Move files in and out; if one cannot be moved, move all back."""
    moves = [(directory / name, old / name) for name in (*outdated, *names)]
    moves = [(source, target) for source, target in moves if source.exists()]
    moves += [(new / name, directory / name) for name in names]
    done = []
    try:
        for source, target in moves:
            if source.is_dir():
                raise IsADirectoryError(f"{source} is a folder")
            os.replace(source, target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            os.replace(target, source)
        raise


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
