"""Translations by a CycleGAN checkpoint, for those who use it."""

from torch import nn

from gan.artifacts.checkpoint import Checkpoint
from gan.cyclegan.public import imported
from gan.cyclegan.sampling import OUTPUTS, load
from gan.cyclegan.train.layers import InstanceNorm
from gan.cyclegan.train.nets import ResidualBlock
from gan.cyclegan.train.translated import translated
from gan.cyclegan.train.translator import Translator
from gan.cyclegan.train.unet import UNet
from gan.sampling.use import Direction, Use


def directions(checkpoint: Checkpoint) -> dict[str, Direction]:
    """a2b and b2a, or the one that an imported checkpoint has.

    Raises:
        CheckpointError: the checkpoint is of another model or version.
    """
    networks, channels = load(checkpoint), checkpoint.meta["channels"]
    found = {}
    for name, network in networks.items():
        output = OUTPUTS[name]
        inputs, outputs = (channels[str(one).lower()] for one in (output.source, output.target))
        found[name] = Direction(network, inputs, outputs, *_extent(network), _norms(network), translated)
    return found


def _extent(network: Translator) -> tuple[int, int]:
    """By what H and W must be divisible, and how many pixels away an output pixel sees.

    A 3×3 convolution sees 1 pixel of its own scale, a 4×4 convolution of stride 2 sees 2, and an enlargement up to 2 of
    the larger scale. Residual: 3 + 1 + 2, 8 for each block, 4 + 2, 3. U-Net: at most 2 + 2 of each scale 1, 2, 4, …
    """
    if isinstance(network, UNet):
        multiple = 2 ** len(network.encoder)
        return multiple, 4 * multiple
    return 4, 16 + 8 * sum(isinstance(module, ResidualBlock) for module in network.modules())


def _norms(network: nn.Module) -> dict[str, bool]:
    kinds = {InstanceNorm: True, nn.GroupNorm: False}
    return {name: kinds[type(module)] for name, module in network.named_modules() if type(module) in kinds}


USE = Use(directions=directions, imported=imported)
