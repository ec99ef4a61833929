"""Text headers that would have a reader open other files of the server.

NRRD and MetaImage may say that their voxels are in another file, by any path. So their headers are
read strictly here before ITK reads them: line by line, known fields only where a field may name a
file. https://teem.sourceforge.net/nrrd/format.html, https://itk.org/Wiki/ITK/MetaIO/Documentation
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import RefusedFileError

_HEADER_BYTES = 1 << 20

# fmt: off
_NRRD_FIELDS = frozenset((
    "axismaxs", "axismins", "blocksize", "byteskip", "centerings", "content", "dimension",
    "encoding", "endian", "kinds", "labels", "lineskip", "max", "measurementframe", "min",
    "number", "oldmax", "oldmin", "sampleunits", "sizes", "space", "spacedimension",
    "spacedirections", "spaceorigin", "spaceunits", "spacings", "thicknesses", "type", "units",
))
# fmt: on
"""All of the format but ``data file``. Teem takes them in any case, with blanks or without."""

_NRRD_ENCODINGS = ("raw", "gzip", "gz")

_META_DATA = b"ElementDataFile"
_META_LINE = re.compile(rb"[^\s=:]+[ \t]*[=:][ \t]*[^\s=:][^\r\n]*\r?")
"""A field with a value. MetaIO takes the next line for the value where there is none."""

_META_LINE_BYTES = 400
"""MetaIO reads a line in pieces of 500 bytes."""

_META_LOCAL = re.compile(rb"ElementDataFile[ \t]*=[ \t]*(LOCAL|Local|local)[ \t]*\r?")


def check_nrrd_header(path: Path) -> None:
    """Check that an NRRD file has its voxels in it.

    Raises
    ------
    RefusedFileError
        They are, or may be, elsewhere, or packed in a way that few programs know.
    """
    header = re.split(rb"\r?\n\r?\n", _beginning(path), maxsplit=1)
    if len(header) < 2:
        raise RefusedFileError("its NRRD header has no end, or the voxels are in another file")
    for line in header[0].decode("latin-1").split("\n")[1:]:
        line = line.strip()
        name, is_field, value = line.partition(":")
        if line.startswith("#") or value.startswith("="):
            continue
        name, value = "".join(name.lower().split()), value.strip().lower()
        if not is_field or name not in _NRRD_FIELDS:
            raise RefusedFileError(f"its NRRD header has the field '{name[:40]}'")
        if name == "encoding" and value not in _NRRD_ENCODINGS:
            raise RefusedFileError(f"its NRRD encoding is '{value[:40]}', not raw or gzip")


def check_meta_header(path: Path) -> None:
    """Check that a MetaImage file has its voxels in it.

    Raises
    ------
    RefusedFileError
        They are, or may be, elsewhere.
    """
    for line in _beginning(path).split(b"\n"):
        if _META_LOCAL.fullmatch(line):
            return
        if _META_DATA in line:
            raise RefusedFileError("its voxels are in another file; save it as one file (.mha)")
        if len(line) > _META_LINE_BYTES or not _META_LINE.fullmatch(line):
            raise RefusedFileError("its MetaImage header has a line that is not 'field = value'")
    raise RefusedFileError("its MetaImage header has no end")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)
