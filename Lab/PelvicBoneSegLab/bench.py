"""Speed and memory of a run, against the first seed's way in the same run: `make bench`.

The seed's way is a U-Net with a ResNet-34 encoder in float32, one 256×256 slice at a time, masks
stacked, and marching cubes. Speed does not depend on the weights, so its network is untrained.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from PelvicBoneSegLib.anatomy import FEMUR
from PelvicBoneSegLib.segmentation.bundle import DEFAULT_BUNDLE, Bundle
from PelvicBoneSegLib.segmentation.device import autocast_dtype, choose_device
from PelvicBoneSegLib.segmentation.engine import BATCH_SIZE, Engine
from PelvicBoneSegLib.segmentation.inference_network import rewrite_for_inference
from PelvicBoneSegLib.segmentation.network import create_network, load_network
from PelvicBoneSegLib.segmentation.postprocess import postprocess
from PelvicBoneSegLib.segmentation.preparation import (
    network_size,
    normalise,
    pad_to_stride,
    resample_in_plane,
)
from PelvicBoneSegLib.segmentation.reader import read_volume
from PelvicBoneSegLib.segmentation.resources import resource_dir
from PelvicBoneSegLib.segmentation.surface import closed_surface
from PelvicBoneSegLib.segmentation.volume import Volume

SIZE = (384, 384, 40)
SPACING_MM = (0.911, 0.911, 5.2)
REPEATS = 5
SEED_ARCHITECTURE = {"arch": "unet", "encoder_name": "resnet34"}
SEED_SIZE = (256, 256)


def main() -> None:
    """Measure and print."""
    device = choose_device()
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "scan.nii.gz"
        sitk.WriteImage(phantom_scan(), str(scan))
        volume = read_volume(scan)
        print(f"384×384×40 phantom, one bone, {device.type}, {torch.get_num_threads()} threads")
        _compare_stages(_our_stages(volume, device), _seed_stages(volume, device))
        _network_against_limit(device)
        _cold_command(scan, Path(folder) / "out")


def phantom_scan() -> sitk.Image:
    """Return the embedded phantom on the grid of a clinical scan."""
    phantom = sitk.ReadImage(str(resource_dir() / "Samples" / "pelvic_phantom.nii.gz"))
    grid = sitk.Image(SIZE, sitk.sitkInt16)
    grid.SetSpacing(SPACING_MM)
    grid.SetDirection(phantom.GetDirection())
    middle = np.array(phantom.TransformContinuousIndexToPhysicalPoint(_middle(phantom)))
    own_middle = np.array(grid.TransformContinuousIndexToPhysicalPoint(_middle(grid)))
    grid.SetOrigin((middle - own_middle).tolist())
    return sitk.Resample(phantom, grid, sitk.Transform(), sitk.sitkLinear, 0, sitk.sitkInt16)


def best_seconds(work: Callable[[], object], device: torch.device, repeats: int = REPEATS) -> float:
    """Return the shortest of several runs, in seconds, after one run to warm up."""
    work()
    times = []
    for _ in range(repeats):
        _synchronise(device)
        start = time.perf_counter()
        work()
        _synchronise(device)
        times.append(time.perf_counter() - start)
    return min(times)


def _compare_stages(ours: dict[str, float], seed: dict[str, float]) -> None:
    print(f"{'warm':28}{'ours':>10}{'the seed’s way':>18}{'ratio':>9}")
    for stage in ours:
        peer = f"{seed[stage]:15.3f} s {seed[stage] / ours[stage]:8.1f}" if stage in seed else ""
        print(f"{stage:28}{ours[stage]:8.3f} s {peer}")


def _our_stages(volume: Volume, device: torch.device) -> dict[str, float]:
    bundle = Bundle.load(DEFAULT_BUNDLE)
    engine = Engine(bundle, device.type)
    classes = engine.predict(volume).classes
    mask = postprocess(classes, volume, [FEMUR], "left") == 1
    work = {
        "engine": lambda: engine.predict(volume),
        "… of it: prepare slices": lambda: _prepared(volume, bundle, device),
        "post-processing": lambda: postprocess(classes, volume, [FEMUR], "left"),
        "surface": lambda: closed_surface(mask, volume.ijk_to_lps),
    }
    stages = {name: best_seconds(run, device) for name, run in work.items()}
    stages["volume to surface"] = stages["engine"] + stages["post-processing"] + stages["surface"]
    return stages


def _prepared(volume: Volume, bundle: Bundle, device: torch.device) -> torch.Tensor:
    stack = np.ascontiguousarray(volume.axes.to_stack(volume.voxels, "coronal"), dtype=np.float32)
    size = network_size(stack.shape, volume.axes.stack_spacing("coronal"), bundle.spacing_mm)
    on_device = normalise(torch.from_numpy(stack).to(device), *bundle.percentiles)
    return pad_to_stride(resample_in_plane(on_device, size))


def _seed_stages(volume: Volume, device: torch.device) -> dict[str, float]:
    network = create_network(SEED_ARCHITECTURE, 3, 1).eval().to(device)
    engine = best_seconds(lambda: _seed_masks(network, volume, device), device, repeats=1)
    # A bone-sized block: the untrained network's speckle would be an unfair load for the mesh.
    block = np.zeros(volume.voxels.shape, np.uint8)
    block[12:28, 150:300, 60:120] = 1
    surface = best_seconds(lambda: _marching_cubes(block, volume), device)
    return {"engine": engine, "surface": surface, "volume to surface": engine + surface}


def _seed_masks(network: torch.nn.Module, volume: Volume, device: torch.device) -> torch.Tensor:
    masks = []
    with torch.inference_mode():
        for picture in volume.voxels:
            image = torch.from_numpy(picture.astype(np.float32)).to(device)[None, None]
            image = functional.interpolate(image / image.max().clamp_min(1), SEED_SIZE)
            mask = network(image.expand(-1, 3, -1, -1)) > 0
            masks.append(functional.interpolate(mask.float(), picture.shape)[0, 0].cpu())
    return torch.stack(masks)


def _marching_cubes(mask: np.ndarray, volume: Volume) -> None:
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    image = vtk.vtkImageData()
    image.SetDimensions(mask.shape[::-1])
    image.SetSpacing(volume.spacing)
    image.GetPointData().SetScalars(numpy_to_vtk(mask.ravel(), deep=True))
    surface = vtk.vtkMarchingCubes()
    surface.SetInputData(image)
    surface.SetValue(0, 0.5)
    surface.Update()


def _network_against_limit(device: torch.device) -> None:
    bundle = Bundle.load(DEFAULT_BUNDLE)
    channels = len(bundle.channel_offsets_mm)
    as_trained = load_network(bundle).to(device, memory_format=torch.channels_last)
    rewritten = rewrite_for_inference(load_network(bundle), channels, device).to(device)
    batch, dtype = BATCH_SIZE[device.type], autocast_dtype(device)
    images = torch.randn(batch, channels, *SEED_SIZE, device=device)
    images = images.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        with FlopCounterMode(display=False) as counter:
            rewritten(images)
        with torch.autocast(device.type, dtype, enabled=dtype is not torch.float32):
            seconds, before = _best_in_turn(
                [lambda: rewritten(images), lambda: as_trained(images)], device
            )
    rate = counter.get_total_flops() / seconds
    limit = _matrix_product_rate(device)
    print(f"{'network, 256×256':28}{1000 * seconds / batch:8.2f} ms a slice")
    print(f"{'… as it was trained':28}{1000 * before / batch:8.2f} ms a slice, ratio ", end="")
    print(f"{before / seconds:.2f}")
    print(f"{'… arithmetic':28}{rate / 1e9:8.0f} GFLOP/s")
    print(f"{'bf16 matrix product here':28}{limit / 1e9:8.0f} GFLOP/s")
    print(f"{'… share of it':28}{100 * rate / limit:8.0f} %")


def _best_in_turn(works: Sequence[Callable[[], object]], device: torch.device) -> list[float]:
    """Return the shortest time of each, taken in turn so that other programs disturb all alike."""
    rounds = [[best_seconds(work, device, repeats=1) for work in works] for _ in range(REPEATS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _matrix_product_rate(device: torch.device, n: int = 2048) -> float:
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * n**3 / best_seconds(lambda: a @ b, device)


def _cold_command(scan: Path, output: Path) -> None:
    command = [sys.executable, "-m", "PelvicBoneSegLib.cli", "segment", str(scan),
               "--bones", FEMUR, "--side", "left", "--output", str(output)]  # fmt: skip
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"{'whole command, cold':28}{time.perf_counter() - start:8.2f} s")
    if sys.platform == "win32":
        print("its peak memory is not measured on Windows")
        return
    import resource

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"{'… peak memory':28}{peak * unit / 1e9:8.2f} GB")


def _middle(image: sitk.Image) -> list[float]:
    return [(size - 1) / 2 for size in image.GetSize()]


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
