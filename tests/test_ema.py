"""The average of a generator's weights follows its formula at each step."""

import pytest
import torch
from torch import nn

from gan.training.ema import averaged


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_it_follows_the_formula(decay: float) -> None:
    network = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(0.0)
        ema, expected = averaged(network, decay), 0.0
        ema.update_parameters(network)  # the first update takes the weights as they are
        for step in range(1, 6):
            network.weight.fill_(float(step))
            ema.update_parameters(network)
            expected = decay * expected + (1 - decay) * step
            assert ema.module.get_parameter("weight").item() == pytest.approx(expected)


def test_batch_norms_statistics_are_averaged_too() -> None:
    network = nn.BatchNorm1d(1)
    ema = averaged(network, 0.5)
    ema.update_parameters(network)
    assert network.running_mean is not None
    network.running_mean.fill_(8.0)
    ema.update_parameters(network)
    assert ema.module.get_buffer("running_mean").item() == 4.0
