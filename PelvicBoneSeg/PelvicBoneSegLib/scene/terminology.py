"""Segments' SNOMED CT codes in the form in which Slicer keeps them.

Sources of the codes (checked for this release):

========== ==================== ===================================================================
code       meaning              found in
========== ==================== ===================================================================
71341001   Femur                DICOM PS3.16 CID 4031; TotalSegmentator's SNOMED mapping
54735007   Sacrum               DICOM PS3.16 CID 4031; TotalSegmentator's SNOMED mapping
122496007  Lumbar spine         DICOM PS3.16 CID 4031; TotalSegmentator's SNOMED mapping (region)
28254004   Hip bone             "Innominate bone structure" in the ConceptMap for radiotherapy
                                targets of the German Medical Informatics Initiative's oncology
                                module, on the international edition 2024-04-01. The check digit is
                                right; no second source was within reach.
7771000    Left                 DICOM PS3.16 CID 244; TotalSegmentator's SNOMED mapping
24028007   Right                DICOM PS3.16 CID 244; TotalSegmentator's SNOMED mapping
123037004  Anatomical Structure Slicer's own terminologies; TotalSegmentator's SNOMED mapping.
                                DICOM PS3.16 CID 7150 now has 91723000 for the same meaning.
========== ==================== ===================================================================

29836001, which CID 4031 lists as "Hip" and TotalSegmentator uses for the bone, is SNOMED CT's *hip
region structure* with its soft tissue, so it is not used here.
"""

from __future__ import annotations

from pathlib import Path

from ..segmentation.resources import resource_dir
from ..segmentation.terminology_entry import terminology_entry

__all__ = ["terminology_entry", "terminology_file"]


def terminology_file() -> Path:
    """Return the file for `vtkSlicerTerminologiesModuleLogic.LoadTerminologyFromFile`."""
    return resource_dir() / "Terminologies" / "PelvicBoneSeg.term.json"
