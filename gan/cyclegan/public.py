"""Generators of the public CycleGAN, github.com/junyanz/pytorch-CycleGAN-and-pix2pix, as a checkpoint of ours.

It saves the `state_dict` of each network, such as latest_net_G_A.pth. With its residual generators and its U-Nets, with
instance norm, ours give the same translations. Their biases before a norm are left out, as the norm takes them away.
"""

import hashlib
import io
import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from gan.artifacts.checkpoint import Checkpoint, Weights, named
from gan.cyclegan.sampling import BACKWARDS, OUTPUTS
from gan.cyclegan.train.generators import described, generator
from gan.cyclegan.train.translator import Translator
from gan.params.models.cyclegan import GeneratorShape
from gan.run.errors import CheckpointError, GanError, lacking_memory

PUBLIC = {
    "gated": False, "downsample_padding": "zeros", "upsample": "transposed", "norm": "instance", "output": "tanh",
    "standardise": False,
}  # fmt: skip
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")  # of norms; that project ignores them too
OF_DISCRIMINATORS = ("model.0.weight", "net.0.weight")  # the first layer of a patch and of a pixel discriminator
CHANNELS = (1, 3)


@dataclass(frozen=True)
class Found:
    """A generator in a file: our network with its weights, and what it is rebuilt from."""

    network: Translator
    shape: GeneratorShape
    depth: int  # of a U-Net
    inputs: int
    outputs: int
    source: dict[str, str]  # the file's name, and the SHA-256 of its content


def imported(path: Path, direction: str, back: Path | None) -> Checkpoint:
    """A checkpoint with the generator of a file, and with that of the opposite direction, `back`, if there is one.

    The number of blocks, the widths and the channels are inferred. Without `back`, the metadata says which direction
    the checkpoint `lacks`. Its step is 0: none was made here.

    Args:
        direction: a2b or b2a. The public G_A translates from A to B.

    Raises:
        CheckpointError: a file is missing, damaged, or holds anything but such a generator.
        GanError: there is no such direction, or the two generators have different shapes.
    """
    if direction not in OUTPUTS:
        raise GanError(f"direction {direction}: it is {' or '.join(OUTPUTS)}")
    other = BACKWARDS[direction]
    found = {name: read(file) for name, file in ((direction, path), (other, back)) if file}
    one = found[direction]
    if back and _built(one) != _built(found[other], reverse=True):
        raise GanError(f"{path} and {back} hold generators of different shapes; import each into a file of its own")
    source, target = (str(domain).lower() for domain in (OUTPUTS[direction].source, OUTPUTS[direction].target))
    meta = {
        "model": "cyclegan",
        "step": 0,
        "ema_decay": 0.0,
        "channels": {source: one.inputs, target: one.outputs},
        "imported": {name: each.source for name, each in found.items()},
    }
    lacking = {} if back else {"lacks": other}
    return Checkpoint(named({n: f.network for n, f in found.items()}), meta | described(one.shape, one.depth) | lacking)


def _built(found: Found, reverse: bool = False) -> tuple[GeneratorShape, int, int, int]:
    ends = (found.outputs, found.inputs) if reverse else (found.inputs, found.outputs)
    return found.shape, found.depth, *ends


def read(path: Path) -> Found:
    """The generator of one file; raises CheckpointError as `imported`."""
    content = _content(path)
    weights = {
        name.removeprefix("module."): tensor  # what DataParallel puts before each name
        for name, tensor in _weights(content, path).items()
        if not name.endswith(STATISTICS)
    }
    architecture, layers = _layers(weights, path)
    first, last = weights[f"{layers[0]}.weight"], weights[f"{layers[-1]}.bias"]
    if first.ndim != 4 or last.ndim != 1 or first.shape[1] not in CHANNELS or len(last) not in CHANNELS:
        raise CheckpointError(
            f"{path}: its first weights are {tuple(first.shape)} and its last biases {tuple(last.shape)}; images of 1 "
            "or 3 channels go in and come out here"
        )
    unet = architecture == "unet"
    options = {"architecture": architecture, "width": len(first), "blocks": 0 if unet else (len(layers) - 6) // 2}
    shape = GeneratorShape.model_validate(PUBLIC | options | {"skips": unet})
    depth = len(layers) // 2 if unet else 0
    network = generator(shape, first.shape[1], len(last), depth)
    _fill(network, layers, weights, path)
    source = {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}
    return Found(network, shape, depth, first.shape[1], len(last), source)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise CheckpointError(
            f"{path} is {'a folder' if path.is_dir() else 'missing'}; name a .pth file of a generator"
        )
    content = path.read_bytes()
    if content[8:9] == b"{" and int.from_bytes(content[:8], "little") < len(content):
        raise CheckpointError(
            f"{path} is a safetensors file, and the public CycleGAN saves .pth; one of this program needs no import"
        )
    return content


def _weights(content: bytes, path: Path) -> Weights:
    """The tensors of a file, on the CPU. No code in it is run."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what torch would say of formats, the errors below say
            found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle may raise any
        if lacking_memory(error):
            raise
        code = re.search(r"GLOBAL (\S+)", str(error)) if isinstance(error, pickle.UnpicklingError) else None
        if code:
            reason = f"holds {code[1]}, which is code and no weights; it was not run, and cannot be imported"
        else:
            reason = "is damaged, or was not written by torch.save; get it anew"
        raise CheckpointError(f"{path} {reason}") from error
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in found.items()
    ):
        raise CheckpointError(f"{path} holds no weights by their names; name a file such as latest_net_G_A.pth")
    return found


def _layers(weights: Weights, path: Path) -> tuple[str, list[str]]:
    """The architecture, and the names of the convolutions in the order of ours."""
    if any(name in weights for name in OF_DISCRIMINATORS):
        raise CheckpointError(f"{path} holds a discriminator; the generators are in files such as latest_net_G_A.pth")
    unet = "model.model.0.weight" in weights
    layers = _unet(weights) if unet else _residual(weights)
    wanted = {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    if "model.2.weight" in weights or "model.model.1.model.2.weight" in weights:
        raise CheckpointError(f"{path} has batch norm; only generators with instance norm, CycleGAN's, are imported")
    if differing := sorted(wanted ^ {*weights}):
        what = "lacks" if differing[0] in wanted else "has"
        raise CheckpointError(
            f"{path} holds another network: it {what} {differing[0]}, unlike the public CycleGAN's generators with "
            "instance norm"
        )
    return "unet" if unet else "residual", layers


def _residual(weights: Weights) -> list[str]:
    blocks = sum(name.endswith(".conv_block.1.weight") for name in weights)
    second = 6 if "model.10.conv_block.6.weight" in weights else 5  # behind dropout, which translates nothing
    inner = [f"model.{10 + block}.conv_block.{place}" for block in range(blocks) for place in (1, second)]
    return ["model.1", "model.4", "model.7", *inner, *(f"model.{10 + blocks + after}" for after in (0, 3, 7))]


def _unet(weights: Weights) -> list[str]:
    """Each level lies inside the one before: `model.model.1.model.3.model.3.model`."""
    depth = max(2, sum(name.endswith(".weight") for name in weights) // 2)
    outer, *inner = "model.model", *(f"model.model.1.model{'.3.model' * level}" for level in range(depth - 1))
    up = [f"{inner[-1]}.3", *(f"{place}.5" for place in reversed(inner[:-1])), f"{outer}.3"]
    return [f"{outer}.0", *(f"{place}.1" for place in inner), *up]


@torch.no_grad()
def _fill(network: nn.Module, layers: list[str], weights: Weights, path: Path) -> None:
    ours = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)]
    for layer, module in zip(layers, ours, strict=True):
        for kind, own in module.named_parameters():
            tensor = weights[f"{layer}.{kind}"]
            if tensor.shape != own.shape:
                shapes = f"{tuple(tensor.shape)}, expected {tuple(own.shape)}"
                raise CheckpointError(f"{path} holds another network: {layer}.{kind} is {shapes}")
            if not tensor.isfinite().all():
                raise CheckpointError(f"{path}: {layer}.{kind} is not finite everywhere; this training failed")
            own.copy_(tensor)
