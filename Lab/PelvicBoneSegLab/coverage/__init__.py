"""What the labels of a dataset do not say."""

from .provenance import provenance_rules
from .rules import COVERAGE_SCHEMA, silent_voxels

__all__ = ["COVERAGE_SCHEMA", "provenance_rules", "silent_voxels"]
