"""One bundle out of several that were trained from one another: the mean of their weights.

`python -m PelvicBoneSegLab.training.averaging CONFIG BUNDLE=SHARE BUNDLE=SHARE --output DIR` writes
it. The description is that of the configuration; what the training took is that of the last bundle.
Where the network does better with other pixels or neighbours than in training, these are named.

Wortsman M. et al. Model soups: averaging weights of multiple fine-tuned models improves accuracy
without increasing inference time. International Conference on Machine Learning, 2022.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import torch

from PelvicBoneSegLib.segmentation.bundle import Bundle
from PelvicBoneSegLib.segmentation.network import load_network

from ..errors import BundlesDifferError
from .bundle_writer import fed_with, make_bundle, with_training, write_bundle
from .config import TrainingConfig
from .epoch_validation import NO_METRICS

_ALIKE = ("architecture", "channel_offsets_mm", "classes", "spacing_mm", "normalisation")


def average(config: TrainingConfig, parts: Sequence[tuple[Bundle, float]]) -> Bundle:
    """Average the weights of bundles.

    Parameters
    ----------
    config
        Describes the result; its output is the result's folder.
    parts
        Bundles with their shares, which need not sum to 1.

    Raises
    ------
    BundlesDifferError
        Their networks are built or fed differently, or the configuration's is.
    BundleInvalidError
        The weights of one cannot be loaded.
    """
    first, last = parts[0][0], parts[-1][0]
    for bundle, _ in parts:
        _check_alike(first, bundle)
    total = sum(share for _, share in parts)
    network, *others = (load_network(bundle) for bundle, _ in parts)
    states = [one.state_dict() for one in (network, *others)]
    shares = [share / total for _, share in parts]
    # Not sum(): it begins with 0, which makes 0 of −0, so that one bundle alone got another digest.
    network.load_state_dict(
        {
            name: reduce(
                add, (share * one[name] for one, share in zip(states, shares, strict=True))
            )
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    )
    result = make_bundle(config, network, NO_METRICS)
    _check_alike(first, result)
    training = last.description.get("training")
    return result if training is None else with_training(result, training)


def _check_alike(first: Bundle, other: Bundle) -> None:
    for field in _ALIKE:
        if other.description[field] != first.description[field]:
            raise BundlesDifferError(first.path, other.path, field)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Average the weights of bundles.")
    parser.add_argument("config", type=Path, help="describes the result")
    parser.add_argument("parts", nargs="+", type=_part, metavar="BUNDLE=SHARE")
    parser.add_argument("--output", type=Path, required=True, help="folder of the result")
    parser.add_argument("--spacing-mm", type=float, help="of the result, if not that of training")
    parser.add_argument(
        "--channel-offsets-mm", type=float, nargs="+", metavar="MM",
        help="of the result, if not those of training",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    config = replace(TrainingConfig.load(options.config), output=options.output)
    with torch.no_grad():
        bundle = average(config, [(Bundle.load(name), share) for name, share in options.parts])
    write_bundle(fed_with(bundle, options.spacing_mm, options.channel_offsets_mm), options.output)


def _part(text: str) -> tuple[str, float]:
    name, _, share = text.rpartition("=")
    if not name or float(share) <= 0:
        raise ValueError(text)
    return name, float(share)


if __name__ == "__main__":
    main()
