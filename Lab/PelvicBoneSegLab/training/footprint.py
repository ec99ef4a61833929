"""What a training took: time, electricity and carbon, for the bundle's description.

`python -m PelvicBoneSegLab.training.footprint CONFIG` reads them off the log of a training that is
done, and writes them into its bundle.

The estimate is that of Lannelongue L, Grealey J, Inouye M: Green Algorithms: quantifying the carbon
footprint of computation. Advanced Science 8(12), 2021. Its constants are those of the authors' tool
for hardware and place unknown.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.device import choose_device

from ..errors import FiguresFileError
from .bundle_writer import with_training, write_description
from .config import TrainingConfig

CORE_W = 12.0
GPU_W = {"A100": 400.0, "H100": 700.0, "H200": 700.0}
"""Thermal design power by NVIDIA's data sheets (SXM): the most that each takes."""
OTHER_GPU_W = 200.0
POWER_USAGE_EFFECTIVENESS = 1.67
"""Electricity of a computing centre to that of its computers."""
CO2E_G_PER_KWH = 475.0
"""World average of 2019, International Energy Agency."""

_ADDED = ("seconds", "samples", "energy_kwh", "co2e_g")
"""What adds up over the trainings that a bundle went through."""


def training_record(
    seconds: float, samples: int, device: str | torch.device, processes: int = 1
) -> dict[str, Any]:
    """Describe a training as the ``training`` of `bundle.json`.

    Parameters
    ----------
    seconds
        Wall-clock time; of a training that was interrupted, that of all its parts.
    samples
        Slices that the network saw.
    device
        Where it ran.
    processes
        How many processes trained together, each on a GPU of its own.

    Returns
    -------
    dict[str, Any]
        ``seconds``, ``samples``, ``device`` (text), ``energy_kwh``, ``co2e_g``, ``assumptions``.
    """
    name, watts = _power(torch.device(device), processes)
    energy_kwh = watts * seconds / 3.6e6 * POWER_USAGE_EFFECTIVENESS
    return {
        "seconds": round(seconds),
        "samples": samples,
        "device": name,
        "energy_kwh": round(energy_kwh, 4),
        "co2e_g": round(energy_kwh * CO2E_G_PER_KWH, 1),
        "assumptions": (
            f"{watts:g} W the whole time, {POWER_USAGE_EFFECTIVENESS} times that with cooling, "
            f"{CO2E_G_PER_KWH:g} g CO2e per kWh (world average of 2019); constants of Green "
            "Algorithms (Lannelongue 2021); memory not counted"
        ),
    }


def record_training(
    config: TrainingConfig, device: torch.device, processes: int = 1, beside: Sequence[Path] = ()
) -> None:
    """Write what a training took into its bundle, by its log.

    What the bundle that it started from had taken, if that says so, is added.

    Parameters
    ----------
    config
        What was trained; its output holds the bundle, the log is beside it.
    device, processes
        As in `training_record`.
    beside
        Outputs of trainings that ran beside this one and are averaged with it: theirs is added.

    Raises
    ------
    FiguresFileError
        There is no log, or it is damaged.
    OutputNotWritableError, BundleNotFoundError
        The bundle cannot be stored, or it or the one that it started from is not there.
    """
    epochs = [
        epoch
        for output in (config.output, *beside)
        for epoch in _read_log(Path(f"{output}.log.jsonl"))
    ]
    record = training_record(
        sum(epoch["seconds"] for epoch in epochs),
        len(epochs) * config.training["slices_per_epoch"],
        device,
        processes,
    )
    if "start_from" in config.model:
        earlier = Bundle.load(config.model["start_from"]).description.get("training", {})
        record = {**record, **{key: _sum(record[key], earlier.get(key, 0)) for key in _ADDED}}
    write_description(with_training(Bundle.load(config.output.absolute()), record))


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Write into a bundle what its training took.")
    parser.add_argument("config", type=Path, help="training configuration")
    parser.add_argument("--device", default="auto", help="where it ran: auto, cpu, cuda or mps")
    parser.add_argument("--processes", type=int, default=1, help="how many trained together")
    parser.add_argument(
        "--beside", type=Path, nargs="+", default=[], metavar="OUTPUT",
        help="what ran beside it and is averaged with it",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    record_training(
        TrainingConfig.load(options.config),
        choose_device(options.device),
        options.processes,
        options.beside,
    )


def _sum(one: float, other: float) -> float:
    return round(one + other, 4)


def _read_log(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise FiguresFileError(path, str(error)) from error


def _power(device: torch.device, processes: int) -> tuple[str, float]:
    """Return what computes, in words, and its power in watts."""
    cores = os.cpu_count() or 1
    if device.type != "cuda":
        other = "" if device.type == "cpu" else f" and {device.type}"
        return f"{cores} processor cores{other}", cores * CORE_W
    name = torch.cuda.get_device_name(device)
    watts = next((power for key, power in GPU_W.items() if key in name), OTHER_GPU_W)
    return f"{processes} × {name}" if processes > 1 else name, watts * processes


if __name__ == "__main__":
    main()
