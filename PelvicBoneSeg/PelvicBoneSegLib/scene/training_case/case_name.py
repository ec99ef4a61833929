"""Names of training cases: pseudonyms."""

from __future__ import annotations

import re
import secrets
from typing import Any

from ...errors import CaseNameError
from ...message import Message, templates
from ...segmentation.file_names import safe_file_name

_ = templates(__name__)

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_PREFIX = "case_"
_RANDOM_BYTES = 4

_SHORTEST_TELLTALE = 4
"""Characters. Shorter names of scans, such as "T1", are part of many words and tell nobody."""

# vtkMRMLSubjectHierarchyConstants.h
_PATIENT_ATTRIBUTES = ("DICOM.PatientName", "DICOM.PatientID")


def random_case_name() -> str:
    """Return a name that nobody has used."""
    return f"{_PREFIX}{secrets.token_hex(_RANDOM_BYTES)}"


def check_case_name(name: str, volume_node: Any) -> None:
    """Check that a name is one for files and tells nothing of the patient.

    Raises
    ------
    CaseNameError
        It has other characters than letters, digits, ``_`` and ``-``; or it holds the name of the
        scan in the scene, the patient's name or number, or is a part of one of them.
    """
    if not _ALLOWED.fullmatch(name) or safe_file_name(name) != name:
        reason = Message(_("it must be made of the letters A to Z, digits, _ and -"))
        raise CaseNameError(name, reason)
    plain = _plain(name.removeprefix(_PREFIX))
    for what, text in _telltales(volume_node):
        told = _plain(text)
        short, long = sorted((plain, told), key=len)
        if len(short) >= _SHORTEST_TELLTALE and short in long:
            raise CaseNameError(name, what)


def _telltales(volume_node: Any) -> list[tuple[Message, str]]:
    found = [(Message(_("it looks like the name of the scan")), volume_node.GetName() or "")]
    # Not GetSubjectHierarchyNode, which adds one to a scene that has none.
    hierarchy = volume_node.GetScene().GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = hierarchy.GetItemByDataNode(volume_node) if hierarchy else 0
    while item and item != hierarchy.GetSceneItemID():
        for attribute in _PATIENT_ATTRIBUTES:
            value = hierarchy.GetItemAttribute(item, attribute)
            parts = (value, *re.split(r"[\s^,]+", value))
            found += [
                (Message(_("it looks like the patient's name or number")), one) for one in parts
            ]
        item = hierarchy.GetItemParent(item)
    return found


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
