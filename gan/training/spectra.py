"""Spectral normalisation of a discriminator (Miyato et al. 2018, arXiv 1802.05957)."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from gan.core.runtime import Network


def normalised(network: Network, wanted: bool) -> Network:
    """The network; if wanted, the weights of each layer are divided by their largest singular value.

    Each pass in training follows that value by one iteration of the power method.
    """
    if wanted:
        for module in [*network.modules()]:
            if isinstance(module, nn.Conv2d | nn.Linear | nn.Embedding):
                spectral_norm(module)
    return network
