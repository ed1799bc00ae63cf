"""Our Adam against torch's own class, bit for bit."""

import pytest
import torch
from torch import nn

from gan.training.adam import Adam

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
RATES = [0.01, 0.01, 0.02, 0.005, 0.0, 0.1]


def networks(device: str) -> list[nn.Module]:
    """Two networks with the same weights."""
    made: list[nn.Module] = []
    for _ in range(2):
        torch.manual_seed(0)
        made.append(nn.Sequential(nn.Linear(7, 33), nn.Tanh(), nn.Linear(33, 1)).to(device))
    return made


def loss(network: nn.Module, step: int, device: str) -> torch.Tensor:
    x = torch.randn(5, 7, generator=torch.Generator().manual_seed(step)).to(device)
    return 50 * network(x).square().mean()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("clip", [0.0, 0.5])
@pytest.mark.parametrize("betas", [[0.5, 0.999], [0.0, 0.99]])
def test_steps_are_those_of_torchs_fused_adam(betas: list[float], clip: float, device: str) -> None:
    """Also after its state moved into a new one, as when a training is resumed."""
    one, other = networks(device)
    ours = Adam(one.parameters(), RATES[0], betas, clip)
    theirs = torch.optim.Adam(other.parameters(), RATES[0], (betas[0], betas[1]), fused=True)
    for step, rate in enumerate(RATES):
        if step == 3:
            state, ours = ours.state_dict(), Adam(one.parameters(), 9.0, betas, clip)
            ours.load_state_dict({name: [tensor.cpu().clone() for tensor in each] for name, each in state.items()})
        ours.set_rate(rate)
        ours.minimise(loss(one, step, device))
        theirs.param_groups[0]["lr"] = rate
        theirs.zero_grad()
        loss(other, step, device).backward()
        if clip:
            norm = nn.utils.clip_grad_norm_(other.parameters(), clip)
            assert norm > clip
        theirs.step()
        for mine, its in zip(one.parameters(), other.parameters(), strict=True):
            assert torch.equal(mine, its)
