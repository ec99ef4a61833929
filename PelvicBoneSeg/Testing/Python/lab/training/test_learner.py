"""A step of the optimiser: gathered gradients, running average, learning rate, state."""

from __future__ import annotations

import pytest
import torch

from PelvicBoneSegLab.training.learner import Learner
from PelvicBoneSegLab.training.processes import Processes
from PelvicBoneSegLib.anatomy import BONES

SETTINGS = {
    "learning_rate": 0.01,
    "weight_decay": 0.01,
    "ema_decay": 0.9,
    "warmup_epochs": 2,
    "epochs": 10,
}


def make_learner(bones=BONES, **settings):
    torch.manual_seed(5)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.Dropout2d(settings.pop("dropout", 0.0)),
        torch.nn.Conv2d(8, 1 + len(bones), 1),
    ).to(memory_format=torch.channels_last)
    return network, Learner(network, {**SETTINGS, **settings}, 4, bones, Processes())


def batch(seed=1, count=2):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(count, 3, 8, 8, generator=generator)
    labels = torch.randint(0, 5, (count, 8, 8), generator=generator, dtype=torch.uint8)
    return [images, labels, torch.zeros_like(labels)]


def parameters(network):
    return torch.cat([value.detach().flatten() for value in network.parameters()])


def test_micro_batches_give_the_step_of_the_whole_batch():
    """Their statistics have to agree for batch norm and the Dice of a batch: both are the same."""
    half = batch()
    whole = [torch.cat([part, part]) for part in half]
    network, learner = make_learner()
    gathered, of_halves = make_learner(accumulate=2)
    first = parameters(network)
    loss = learner.learn(9, [whole])
    assert of_halves.learn(9, [half, half]) == pytest.approx(loss, abs=1e-5)
    assert (parameters(network) - first).abs().max() > 1e-3
    assert torch.allclose(parameters(gathered), parameters(network), atol=1e-6)


def test_the_average_runs_behind_the_network():
    network, learner = make_learner()
    learner.learn(9, [batch()])
    first = parameters(network)
    assert torch.equal(parameters(learner.averaged_network()), first)
    learner.learn(10, [batch(2)])
    expected = 0.9 * first + 0.1 * parameters(network)
    assert torch.allclose(parameters(learner.averaged_network()), expected, atol=1e-6)


def test_the_statistics_of_batch_norm_are_averaged_too():
    network, learner = make_learner()
    learner.learn(9, [batch()])
    first = network[1].running_mean.clone()
    learner.learn(10, [batch(2)])
    expected = 0.9 * first + 0.1 * network[1].running_mean
    assert torch.allclose(learner.averaged_network()[1].running_mean, expected, atol=1e-6)


def test_the_learning_rate_warms_up_and_falls_to_a_hundredth():
    _, learner = make_learner()
    rates = []
    for step in (0, 3, 7, 8, 24, 40):
        learner.learn(step, [batch()])
        rates.append(learner.learning_rate)
    expected = [0.01 / 8, 0.01 / 2, 0.01, 0.01, 0.01 * (0.01 + 0.99 / 2), 0.0001]
    assert rates == pytest.approx(expected)


def test_a_learner_goes_on_where_its_state_was_taken():
    network, learner = make_learner()
    for step in range(3):
        learner.learn(step, [batch(step)])
    state = {name: value.clone() for name, value in learner.state().items()}
    learner.learn(3, [batch(3)])
    other, second = make_learner()
    second.restore(state)
    second.learn(3, [batch(3)])
    assert torch.equal(parameters(other), parameters(network))
    for mine, yours in zip(
        learner.averaged_network().state_dict().values(),
        second.averaged_network().state_dict().values(),
        strict=True,
    ):
        assert torch.equal(mine, yours)


def test_a_binary_network_takes_the_other_bones_for_background():
    """Hip bone and background must teach a femur network the same."""
    images, labels, silent = batch()
    merged = torch.where(labels == 1, labels, torch.zeros_like(labels))
    network, learner = make_learner(bones=("femur",))
    other, second = make_learner(bones=("femur",))
    assert network[4].out_channels == 2
    assert learner.learn(9, [[images, labels, silent]]) == second.learn(
        9, [[images, merged, silent]]
    )
    assert torch.equal(parameters(network), parameters(other))


def test_the_channels_of_a_network_are_its_bones():
    """A network of sacrum and hip bone: what it is asked for depends on their labels alone."""
    images, labels, silent = batch()
    relabelled = torch.where(labels == 4, torch.ones_like(labels), labels)
    swapped = torch.where(labels == 2, torch.full_like(labels, 3), labels)
    losses = [
        make_learner(bones=("hip_bone", "sacrum"))[1].learn(9, [[images, one, silent]])
        for one in (labels, relabelled, swapped)
    ]
    assert losses[0] == losses[1] != losses[2]
