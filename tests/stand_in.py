"""A small network with the interface of Inception's weights file, which cannot be shipped."""

import warnings
from pathlib import Path

import torch
from torch import nn


class StandIn(nn.Module):
    """The interface of inception-2015-12-05.pt: `layers`, `output` and the arguments of `forward`."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.AvgPool2d(19, 14), nn.Flatten(), nn.Linear(3 * 21 * 21, 2048), nn.ReLU())
        self.output = nn.Linear(2048, 1008)

    def forward(self, img: torch.Tensor, return_features: bool = False, no_output_bias: bool = False) -> torch.Tensor:
        features = self.layers((img - 128) / 128)
        if return_features:
            return features
        logits = torch.nn.functional.linear(features, self.output.weight, None if no_output_bias else self.output.bias)
        return logits.softmax(dim=1)


def write(path: Path) -> None:
    """Write a stand-in in the format of the official file: a TorchScript, although torch has deprecated it."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(StandIn()).save(str(path))
