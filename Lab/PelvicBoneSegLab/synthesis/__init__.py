"""Domain randomisation: MR-like slices of random contrast, made on the fly from label maps."""

from .label_maps import tissue_maps_from_labels
from .scan_maps import tissue_map_from_scan
from .settings import SYNTHESIS_SCHEMA
from .source import SyntheticSource
from .tissue_map import TissueMap

__all__ = [
    "SYNTHESIS_SCHEMA",
    "SyntheticSource",
    "TissueMap",
    "tissue_map_from_scan",
    "tissue_maps_from_labels",
]
