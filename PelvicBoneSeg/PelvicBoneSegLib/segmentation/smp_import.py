"""Import segmentation-models-pytorch also where torchvision's compiled operators are missing.

timm, and through it segmentation-models-pytorch, imports torchvision. Where torchvision's build
does not match torch's (a CPU build of the one beside a CUDA build of the other, for example) its
compiled library is not loaded, and the import fails with "operator torchvision::nms does not
exist". None of our networks uses those operators, so declaring their schemas is enough.
"""

from __future__ import annotations

from types import ModuleType

from ..errors import DependencyMissingError

_SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def import_smp() -> ModuleType:
    """Return the module `segmentation_models_pytorch`.

    Raises
    ------
    DependencyMissingError
        It is not installed.
    """
    try:
        try:
            import segmentation_models_pytorch as smp
        except RuntimeError as error:
            if "torchvision::" not in str(error):
                raise
            _declare_operators()
            import segmentation_models_pytorch as smp
    except ModuleNotFoundError as error:
        raise DependencyMissingError(
            error.name or "segmentation_models_pytorch", "pip install segmentation-models-pytorch"
        ) from error
    return smp


def _declare_operators() -> None:
    import sys

    import torch

    for name in [name for name in sys.modules if name.split(".")[0] in ("torchvision", "timm")]:
        del sys.modules[name]
    for name, schema in _SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", schema)
