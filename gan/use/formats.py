"""Formats for elsewhere: each is written, read again by a program that knows nothing of this one, and compared.

* onnx, for ONNX Runtime and what else reads ONNX. By torch's older exporter: the newer one needs another package. Its
  opset is of 2022, so that older programs read it too.
* torch is TorchScript. torch recommends `torch.export` instead and calls TorchScript deprecated, on Python 3.14
  unsupported. But a program of `torch.export` treats sizes of 1 apart: a U-Net would refuse pictures of the very size
  that it was trained with, which it halves down to 1. And it is read only by a torch of about the same version, while
  TorchScript is read by any, and by C++.
* safetensors is the checkpoint itself, to the byte: all weights, and in its metadata what the networks are built from.
"""

import io
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import onnxruntime
import torch
from torch import nn

from gan.artifacts.checkpoint import content, read
from gan.run.errors import GanError
from gan.sampling.use import Network
from gan.use.networks import TRACED, TRIED, Clipped, Tensors, drawn, networks_of
from gan.use.trained import Trained

MOST = 1e-4  # of values in [-1, 1]: an eightieth of a level of 0 to 255
OPSET = 17
MADE = "made"  # the name of ONNX's output
ONNX, TORCH, SAFETENSORS = "onnx", "torch", "safetensors"
WEIGHTS, CONFIG = "model.safetensors", "config.json"

Run = Callable[[Tensors], torch.Tensor]


@dataclass(frozen=True)
class File:
    """A network that was written.

    Args:
        network: its name.
        file: the name of its file.
        shape: (C, H, W) of what it makes; H and W are those of the input where these are free.
        difference: the largest from torch, of values in [-1, 1].
    """

    network: str
    file: str
    shape: tuple[int, ...]
    difference: float


def write(kind: str, model: Trained, networks: dict[str, Network], folder: Path) -> list[File]:
    """Write the networks into a folder, read them again and compare what they make.

    Raises:
        GanError: a network makes something else than in torch.
    """
    if kind == SAFETENSORS:
        return _weights(model, networks, folder)
    convert, load, suffix = {ONNX: (_to_onnx, _run_onnx, ".onnx"), TORCH: (_to_torch, _run_torch, ".pt")}[kind]
    found = []
    for name, network in networks.items():
        path = folder / f"{name}{suffix}"
        with _quiet():
            convert(network, path)
            found.append(_compared(name, network, path, load(network, path)))
    return found


def _weights(model: Trained, networks: dict[str, Network], folder: Path) -> list[File]:
    path = folder / WEIGHTS
    path.write_bytes(content(model.checkpoint))
    (folder / CONFIG).write_text(json.dumps(model.meta, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    again = networks_of(Trained(read(path), "cpu", "fp32"), None)
    return [
        _compared(name, network, path, lambda inputs, name=name: _module(again[name])(*inputs))  # type: ignore[misc]
        for name, network in networks.items()
    ]


def _compared(name: str, network: Network, path: Path, run: Run) -> File:
    """The file, after it was run with inputs of several shapes."""
    module, worst, made = _module(network), 0.0, torch.empty(0)
    for shape in TRIED:
        inputs = drawn(network, shape)
        with torch.inference_mode():
            made = module(*inputs)
            worst = max(worst, float((run(inputs) - made).abs().nan_to_num(torch.inf, torch.inf).max()))
    if worst > MOST:
        raise GanError(f"{path.name} differs from torch by {worst:.1e} in [-1, 1], more than {MOST:g}; nothing is kept")
    return File(name, path.name, tuple(made.shape[1:]), worst)


def _module(network: Network) -> nn.Module:
    return Clipped(network.module.requires_grad_(False)).eval()


def _to_onnx(network: Network, path: Path) -> None:
    axes = {one.name: {0: "count"} | one.free for one in network.inputs}
    axes[MADE] = {0: "count"} | {axis: name for one in network.inputs for axis, name in one.free.items()}
    torch.onnx.export(
        _module(network),
        drawn(network, TRACED),
        str(path),
        input_names=[one.name for one in network.inputs],
        output_names=[MADE],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def _run_onnx(network: Network, path: Path) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in network.inputs]
    return lambda inputs: torch.from_numpy(
        session.run(None, {name: one.numpy() for name, one in zip(names, inputs, strict=True)})[0]
    )


def _to_torch(network: Network, path: Path) -> None:
    with torch.no_grad():
        traced = torch.jit.trace(_module(network), drawn(network, TRACED), check_trace=False)  # `_compared` checks it
    content = io.BytesIO()  # on a full disk, torch's own writing to a file ends the process
    torch.jit.save(traced, content)
    path.write_bytes(content.getvalue())


def _run_torch(_: Network, path: Path) -> Run:
    loaded = torch.jit.load(str(path))
    return lambda inputs: loaded(*inputs)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's warnings that both formats are old, and that a trace may be wrong, which is checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
