"""BatchNorm over the images of all ranks, as if one process had the whole batch.

PyTorch's own, `torch.nn.SyncBatchNorm`, works on GPUs alone.
"""

import torch
from torch import nn

from gan.core.runtime import Network
from gan.training.ranks import ranks


def synchronised(network: Network, wanted: bool) -> Network:
    """The network; if wanted and there are several ranks, each of its BatchNorms takes statistics over all of them."""
    if wanted and ranks().count > 1:
        for module in network.modules():
            if type(module) is nn.BatchNorm2d:
                module.__class__ = SyncBatchNorm  # its weights, its buffers and their names stay
    return network


class SyncBatchNorm(nn.BatchNorm2d):
    """`nn.BatchNorm2d` that normalises a rank's part of a batch by the statistics of the whole batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        if not self.training:
            return super().forward(x)
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        # The parts are equally large: the whole variance is the mean of theirs, plus that of their means.
        variances, means = ranks().stacked(torch.stack(torch.var_mean(wide, (0, 2, 3), correction=0))).unbind(1)
        mean = means.mean(0)
        variance = (variances + (means - mean).square()).mean(0)
        self._follow(mean, variance, x.numel() // x.shape[1] * ranks().count)
        scale = (variance + self.eps).rsqrt()
        scale = scale * self.weight if self.affine else scale
        shift = self.bias - mean * scale if self.affine else -mean * scale
        return torch.addcmul(shift[:, None, None], wide, scale[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _follow(self, mean: torch.Tensor, variance: torch.Tensor, values: int) -> None:
        """Update the running statistics, by the unbiased variance of so many values."""
        self.get_buffer("num_batches_tracked").add_(1)
        for name, now in (("running_mean", mean), ("running_var", variance * (values / (values - 1)))):
            self.get_buffer(name).lerp_(now, self.momentum or 0.0)
