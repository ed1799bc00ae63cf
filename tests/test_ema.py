"""The average of a generator's weights follows its formula at each step."""

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan.training.ema import Average


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_it_follows_the_formula(decay: float) -> None:
    network = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(0.0)
        ema, expected = Average(network), 0.0
        ema.update(network, decay)  # the first update takes the weights as they are
        for step in range(1, 6):
            network.weight.fill_(float(step))
            ema.update(network, decay)
            expected = decay * expected + (1 - decay) * step
            assert ema.module.get_parameter("weight").item() == pytest.approx(expected)


def test_batch_norms_statistics_are_averaged_too() -> None:
    network = nn.BatchNorm1d(1)
    ema = Average(network)
    ema.update(network, 0.5)
    assert network.running_mean is not None
    network.running_mean.fill_(8.0)
    ema.update(network, 0.5)
    assert ema.module.get_buffer("running_mean").item() == 4.0


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.999])
def test_it_has_the_bits_of_torchs_own(decay: float) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))
    ours = Average(network)
    theirs = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    for _ in range(5):
        with torch.no_grad():
            for weight in network.parameters():
                weight.add_(torch.randn_like(weight))
            network(torch.randn(2, 2, 5, 5))
        ours.update(network, decay)
        theirs.update_parameters(network)
    expected = theirs.module.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in ours.module.state_dict().items())
