"""Names of training cases and of their folder: pseudonyms."""

from __future__ import annotations

import re
import secrets
import unicodedata
from pathlib import Path
from typing import Any

from ...errors import CaseNameError, DatasetFolderNameError
from ...message import Message, templates
from ...segmentation.file_names import safe_file_name

_ = templates(__name__)

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_PREFIX = "case_"
_RANDOM_BYTES = 4

_SHORTEST_TELLTALE = 4
"""Characters. Shorter names of scans, such as "T1", are part of many words and tell nobody."""

# vtkMRMLSubjectHierarchyConstants.h
_PATIENT_ATTRIBUTES = ("DICOM.PatientName", "DICOM.PatientID", "DICOM.PatientBirthDate")


def random_case_name() -> str:
    """Return a name that nobody has used."""
    return f"{_PREFIX}{secrets.token_hex(_RANDOM_BYTES)}"


def check_case_name(name: str, volume_node: Any) -> None:
    """Check that a name is one for files and tells nothing of the patient.

    Raises
    ------
    CaseNameError
        It has other characters than letters, digits, ``_`` and ``-``; or it holds the name of the
        scan in the scene, the patient's name, number or date of birth, or is a part of one of them.
    """
    if not _ALLOWED.fullmatch(name) or safe_file_name(name) != name:
        reason = Message(_("it must be made of the letters A to Z, digits, _ and -"))
        raise CaseNameError(name, reason)
    plain = _plain(name.removeprefix(_PREFIX))
    told_of_scan = Message(_("it looks like the name of the scan"))
    told_of_patient = Message(_("it looks like the patient's name, number or date of birth"))
    telltales = [(told_of_scan, volume_node.GetName() or "")]
    telltales += [(told_of_patient, text) for text in _patient_texts(volume_node)]
    for what, text in telltales:
        told = _plain(text)
        short, long = sorted((plain, told), key=len)
        if len(short) >= _SHORTEST_TELLTALE and short in long:
            raise CaseNameError(name, what)


def check_folder_name(directory: Path, volume_node: Any) -> None:
    """Check that the name of a dataset folder, which is written into it, tells of no patient.

    Other than in a case's name, only whole words count: the folder is there for many patients.

    Raises
    ------
    DatasetFolderNameError
        One of its words is the patient's name, number or date of birth.
    """
    name = directory.resolve().name
    words = {_plain(one) for one in (name, *re.split(r"[\W_]+", name))}
    told = {_plain(text) for text in _patient_texts(volume_node)}
    if any(len(one) >= _SHORTEST_TELLTALE for one in words & told):
        raise DatasetFolderNameError(directory)


def _patient_texts(volume_node: Any) -> list[str]:
    """Return what the subject hierarchy knows of the patient, whole and in parts."""
    # Not GetSubjectHierarchyNode, which adds one to a scene that has none.
    hierarchy = volume_node.GetScene().GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")
    item = hierarchy.GetItemByDataNode(volume_node) if hierarchy else 0
    found: list[str] = []
    while item and item != hierarchy.GetSceneItemID():
        for attribute in _PATIENT_ATTRIBUTES:
            value = hierarchy.GetItemAttribute(item, attribute)
            found += [value, *re.split(r"[\W_]+", value)]
        item = hierarchy.GetItemParent(item)
    return found


def _plain(text: str) -> str:
    """Return letters and digits alone; accents go, so that "Müller" is found in "muller"."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())
