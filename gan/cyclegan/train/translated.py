"""Images through a generator."""

import numpy as np
import torch
from torch import nn

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.tensors import to_float, to_uint8


@torch.no_grad()
def translated(network: nn.Module, images: Uint8, batch_size: int, runtime: Runtime) -> Uint8:
    """uint8 (N, H, W, C) to the same in the other domain, by a generator that lies on the device."""
    inputs = (to_float(runtime.upload(part)).to(runtime.dtype) for part in torch.from_numpy(images).split(batch_size))
    return np.concatenate([to_uint8(network(part)) for part in inputs])
