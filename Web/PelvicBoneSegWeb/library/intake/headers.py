"""Text headers that would have a reader open other files of the server, or crash it.

NRRD and MetaImage may say that their voxels are in another file, by any path. So their headers are
read strictly here before ITK reads them: line by line, known fields only where a field may name a
file. What is bounded here was seen to end ITK 5.4 by SIGSEGV.
https://teem.sourceforge.net/nrrd/format.html, https://itk.org/Wiki/ITK/MetaIO/Documentation
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import RefusedFileError

_HEADER_BYTES = 1 << 17
"""Slicer's own have some kilobytes. Teem takes two minutes for one of a megabyte."""

# fmt: off
_NRRD_FIELDS = frozenset((
    "axismaxs", "axismins", "blocksize", "byteskip", "centerings", "content", "dimension",
    "encoding", "endian", "kinds", "labels", "lineskip", "max", "measurementframe", "min",
    "number", "oldmax", "oldmin", "sampleunits", "sizes", "space", "spacedimension",
    "spacedirections", "spaceorigin", "spaceunits", "spacings", "thicknesses", "type", "units",
))
# fmt: on
"""All of the format but ``data file``. Teem takes them in any case, with blanks or without."""

_NRRD_FIELD_BYTES = 1000
"""Teem quotes a field that it does not understand, and writes too much where it is longer."""

_NRRD_ENCODINGS = ("raw", "gzip", "gz")
_DIMENSIONS = ("2", "3", "4")
"""ITK writes beyond its arrays where a header of either format has many more, or less than none."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")
"""To Teem it ends a line: what follows would be a field that the check below does not see."""

_META_DATA = b"ElementDataFile"
_META_LINE = re.compile(rb"[^\s=:]+[ \t]*[=:][ \t]*[^\s=:][^\r\n]*\r?")
"""A field with a value. MetaIO takes the next line for the value where there is none."""

_META_DIMENSIONS = re.compile(rb"NDims[ \t]*[=:][ \t]*[234][ \t]*\r?")

_META_LINE_BYTES = 250
"""MetaIO copies values into 255 bytes, however long they are."""

_META_LOCAL = re.compile(rb"ElementDataFile[ \t]*=[ \t]*(LOCAL|Local|local)[ \t]*\r?")


def check_nrrd_header(path: Path) -> None:
    """Check that an NRRD file has its voxels in it, and a header that a reader survives.

    Raises
    ------
    RefusedFileError
        The voxels are, or may be, elsewhere, or packed in a way that few programs know; or the
        header is longer, or of more dimensions, than a scan's.
    """
    header = re.split(rb"\r?\n\r?\n", _beginning(path), maxsplit=1)
    if len(header) < 2:
        raise RefusedFileError("its NRRD header is too long, or the voxels are in another file")
    if _LONE_RETURN.search(header[0]):
        raise RefusedFileError("its NRRD header has line ends of two kinds")
    for line in header[0].decode("latin-1").split("\n")[1:]:
        line = line.strip()
        name, is_field, value = line.partition(":")
        if line.startswith("#") or value.startswith("="):
            continue
        if len(line) > _NRRD_FIELD_BYTES:
            raise RefusedFileError(f"its NRRD header has a field of over {_NRRD_FIELD_BYTES} bytes")
        name, value = "".join(name.lower().split()), value.strip().lower()
        if not is_field or name not in _NRRD_FIELDS:
            raise RefusedFileError(f"its NRRD header has the field '{name[:40]}'")
        if name == "dimension" and value not in _DIMENSIONS:
            raise RefusedFileError(f"its dimension is '{value[:40]}', not 2, 3 or 4")
        if name == "encoding" and value not in _NRRD_ENCODINGS:
            raise RefusedFileError(f"its NRRD encoding is '{value[:40]}', not raw or gzip")


def check_meta_header(path: Path) -> None:
    """Check that a MetaImage file has its voxels in it, and a header that a reader survives.

    Raises
    ------
    RefusedFileError
        As for `check_nrrd_header`.
    """
    for line in _beginning(path).split(b"\n"):
        if _META_LOCAL.fullmatch(line):
            return
        if _META_DATA in line:
            raise RefusedFileError("its voxels are in another file; save it as one file (.mha)")
        if b"NDims" in line and not _META_DIMENSIONS.fullmatch(line):
            raise RefusedFileError("its dimension is not 2, 3 or 4")
        if len(line) > _META_LINE_BYTES:
            raise RefusedFileError(
                f"its MetaImage header has over {_META_LINE_BYTES} bytes in a line"
            )
        if not _META_LINE.fullmatch(line):
            raise RefusedFileError("its MetaImage header has a line that is not 'field = value'")
    raise RefusedFileError("its MetaImage header has no end")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)
