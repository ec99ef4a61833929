"""segmentation-models-pytorch imports whatever torchvision is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from PelvicBoneSegLib.errors import DependencyMissingError
from PelvicBoneSegLib.segmentation.smp_import import import_smp

WITHOUT_COMPILED_OPERATORS = """
import sys, types, torch
# torchvision as it behaves beside a torch that its compiled library does not fit: the first
# registration of a fake kernel finds no operator.
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "torchvision.extension":
            import importlib.machinery
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module):
        module._HAS_OPS = False
        module._has_ops = lambda: False
        module._assert_has_ops = lambda: (_ for _ in ()).throw(RuntimeError("no operators"))
        module._check_cuda_version = lambda: -1
        module._load_library = lambda name: None
sys.meta_path.insert(0, Finder())
try:
    import torchvision
except RuntimeError as error:
    assert "torchvision::nms does not exist" in str(error), error
else:
    raise SystemExit("the stand-in did not break torchvision")
for name in [name for name in sys.modules if name.startswith("torchvision")]:
    del sys.modules[name]
from PelvicBoneSegLib.segmentation.smp_import import import_smp
network = import_smp().create_model("unet", "timm-tf_efficientnet_lite0", encoder_weights=None)
assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 1, 32, 32)
print("works")
"""


def test_it_imports_without_torchvisions_compiled_operators():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_COMPILED_OPERATORS], capture_output=True, text=True
    )
    assert done.stdout.strip() == "works", done.stderr


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "segmentation_models_pytorch", None)
    with pytest.raises(DependencyMissingError, match="pip install segmentation-models-pytorch"):
        import_smp()
