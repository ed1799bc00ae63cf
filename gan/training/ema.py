"""Exponential moving average of a generator's weights (Yazıcı et al. 2019, arXiv 1806.04498)."""

from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def averaged(network: nn.Module, decay: float) -> AveragedModel:
    """A copy that follows the network: ema ← decay · ema + (1 - decay) · weight at each `update_parameters`.

    Buffers (BatchNorm's running statistics) are averaged too. Decay 0 copies the network as it is.
    """
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
