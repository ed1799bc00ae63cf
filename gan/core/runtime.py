"""The device and the precision of a run."""

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
    precision: str  # "fp32" or "bf16"; tests also use "fp64", which params.yaml does not offer
    graphs: bool = False  # whether training on a GPU records its steps as CUDA graphs

    def autocast(self) -> AbstractContextManager[None]:
        """Mixed precision for "bf16": weights stay float32, convolutions and matrix products run in bfloat16."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    @property
    def dtype(self) -> torch.dtype:
        """The type of activations, for networks that compute in the type of their input."""
        return {"bf16": torch.bfloat16, "fp32": torch.float32, "fp64": torch.float64}[self.precision]

    def place(self, network: Network) -> Network:
        """Move a network to the device, laid out channels-last; its weights stay float32, except in fp64."""
        network = network.double() if self.precision == "fp64" else network
        return network.to(self.device).to(memory_format=torch.channels_last)

    def upload(self, tensor: torch.Tensor) -> torch.Tensor:
        """Copy a tensor to the device without waiting."""
        if self.device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)


def choose_runtime(accelerator: str, precision: str, determinism: str) -> Runtime:
    """Choose the device and the precision, and set torch's determinism and float32 precision for the whole process.

    Args:
        accelerator, precision, determinism: the values of params.yaml.

    Raises:
        ParamsError: this machine does not have the accelerator asked for.
    """
    _determine(exact=determinism == "exact")
    _ask_for_float32()
    device = _device(accelerator)
    if precision == "auto":
        precision = "bf16" if _fast_bf16(device) else "fp32"
    return Runtime(device, precision)


def _ask_for_float32() -> None:
    """Turn TF32 off: on Ampere and newer GPUs, cuDNN would by default round float32 to TF32's 10 bits."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _determine(exact: bool) -> None:
    """Make torch repeat the same bits on CUDA. CPUs repeat them anyway, with the same number of threads."""
    if exact:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # torch requires it; CUDA reads it at its start
    torch.set_deterministic_debug_mode("error" if exact else "default")  # its other name imports the compiler, for 2 s
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # a debugging aid, and slow
    torch.backends.cudnn.benchmark = not exact  # it times several kernels, and may pick another one in each run


def _device(accelerator: str) -> torch.device:
    if accelerator == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if accelerator == "cuda" and not torch.cuda.is_available():
        raise ParamsError("accelerator: cuda, but torch sees no CUDA device; use auto or cpu")
    return torch.device(accelerator)


def _fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32 on this device.

    On CPUs it is (1.5 to 2 times) with AMX, or with AMD's AVX512-BF16. With Intel's AVX512-BF16 but no AMX,
    convolutions ran at half the speed of float32.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)  # Ampere and newer
    cpu = torch.cpu.get_capabilities()
    return bool(cpu.get("amx_bf16") or (cpu.get("avx512_bf16") and "AMD" in cpu.get("cpu_name", "")))
