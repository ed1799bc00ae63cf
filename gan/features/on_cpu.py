"""Networks on the CPU, by ONNX Runtime: several times as fast as torch there."""

import hashlib
import io
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from gan.run.files import read_checked, with_checksum, write_whole


class OnCPU:
    """A network of images (N, 3, size, size), float32, in inference mode.

    Converting it takes seconds, so it is kept beside torch's own downloads, with a checksum. The file name contains a
    hash of everything that decides its content.

    Args:
        parts: names of the network and of its weights, and versions of packages that define it.
        code: the file that defines the network; this file's own code counts too.
        build: makes the network.
    """

    def __init__(self, parts: list[str], code: Path, build: Callable[[], nn.Module], size: int) -> None:
        decide = [*(part.encode() for part in parts), *(path.read_bytes() for path in (code, Path(__file__)))]
        versions = [f"{name} {version(name)}".encode() for name in ("torch", "onnx")]
        key = hashlib.sha256(b"\0".join([*decide, *versions])).hexdigest()[:16]
        path = Path(torch.hub.get_dir()) / "gan" / f"{parts[0]}-{key}.onnx"
        model = _kept(path)
        if model is None:
            model = _converted(build(), size)
            with suppress(OSError):  # a home that may not be written, or is full: it is converted each time
                write_whole(path, *with_checksum(model))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leaves the cores to other work
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """(N, 3, size, size) to the network's output (N, …), both float32 on the CPU."""
        made: np.ndarray = self.session.run(None, {"images": images.numpy()})[0]
        return torch.from_numpy(made)


def _kept(path: Path) -> bytes | None:
    """The converted network; None if there is none, or its file is damaged."""
    try:
        model = read_checked(path)
    except OSError:
        return None
    return None if model is None else bytes(model)


def _converted(network: nn.Module, size: int) -> bytes:
    """The network in ONNX's format, for any number of images."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls this exporter old; the new one needs one more package
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 3, size, size),),
            buffer,  # type: ignore[arg-type]  # torch's types do not know it
            input_names=["images"],
            output_names=["made"],
            dynamic_axes={"images": {0: "count"}, "made": {0: "count"}},
            dynamo=False,
        )
    return buffer.getvalue()
