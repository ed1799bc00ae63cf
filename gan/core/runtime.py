"""The machine a run meets: device and precision."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from gan.run.errors import ParamsError

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Runtime:
    """Where tensors live and in which precision convolutions run."""

    device: torch.device
    precision: str  # "fp32" or "bf16"; or "fp64", in which tests compare to the ninth digit and params.yaml offers none

    def autocast(self) -> AbstractContextManager[None]:
        """Mixed precision: weights stay float32, convolutions and products run in bfloat16."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    @property
    def dtype(self) -> torch.dtype:
        """The type of activations, for networks that compute in the type of their input."""
        return {"bf16": torch.bfloat16, "fp32": torch.float32, "fp64": torch.float64}[self.precision]

    def place(self, network: Network) -> Network:
        """Move a network to the device, laid out channels-last; its weights become float64 in fp64 alone."""
        network = network.double() if self.precision == "fp64" else network
        return network.to(self.device).to(memory_format=torch.channels_last)

    def upload(self, tensor: torch.Tensor) -> torch.Tensor:
        """To the device, without waiting for it."""
        if self.device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)


def start(accelerator: str, precision: str, determinism: str) -> Runtime:
    """Pick device, precision, and how far runs repeat each other: `exact` or `fast`.

    Raises:
        ParamsError: the accelerator asked for is not to be had on this machine.
    """
    _determine(exact=determinism == "exact")
    _ask_for_float32()
    device = _device(accelerator)
    if precision == "auto":
        precision = "bf16" if _fast_bf16(device) else "fp32"
    return Runtime(device, precision)


def _ask_for_float32() -> None:
    """Where float32 is asked for, it is float32: on Ampere and newer cuDNN would round to TF32's 10 bits by default."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _determine(exact: bool) -> None:
    """What torch needs to give the same bits twice on CUDA; CPUs do so anyway, with the same number of threads."""
    if exact:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else torch refuses; read when CUDA starts
    torch.use_deterministic_algorithms(exact)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a debugging aid, and slow
    torch.backends.cudnn.benchmark = not exact  # times several kernels and takes the quickest, another one each run


def _device(accelerator: str) -> torch.device:
    if accelerator == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if accelerator == "cuda" and not torch.cuda.is_available():
        raise ParamsError("accelerator: cuda, but torch sees no CUDA device; use auto or cpu")
    return torch.device(accelerator)


def _fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 beats float32 here.

    On CPUs it takes AMX, or AVX512-BF16 at full rate as AMD has it (1.5 to 2 times float32);
    Intel's AVX512-BF16 without AMX ran convolutions at half the speed of float32.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)  # Ampere and newer
    cpu = torch.cpu.get_capabilities()
    return bool(cpu.get("amx_bf16") or (cpu.get("avx512_bf16") and "AMD" in cpu.get("cpu_name", "")))
