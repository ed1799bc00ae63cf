"""What decides the bits of a result besides the inputs: hardware, number of threads, versions."""

import platform
from importlib.metadata import version
from typing import Any

import torch

from gan.core.runtime import Runtime

PACKAGES = ("torch", "torchvision", "numpy", "pillow")


def environment(runtime: Runtime) -> dict[str, Any]:
    """Where and with what a run computes, as JSON values."""
    cuda = runtime.device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(runtime.device) if cuda else _processor(),
        "threads": torch.get_num_threads(),
        "precision": runtime.precision,
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **({"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version()} if cuda else {}),
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    """The CPU's name and the vector instructions that torch uses: both decide the order of its sums."""
    name = torch.cpu.get_capabilities().get("cpu_name") or platform.processor()
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}"


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What differs between two environments, as `threads 2 → 4`."""
    names = [*one, *(name for name in other if name not in one)]
    return [f"{name} {one.get(name)} → {other.get(name)}" for name in names if one.get(name) != other.get(name)]
