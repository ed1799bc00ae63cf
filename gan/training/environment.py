"""What decides the bits of a result besides the inputs: hardware, number of threads, versions."""

import platform
from importlib.metadata import version
from typing import Any

import torch

from gan.core.runtime import Runtime
from gan.training.ranks import ranks

PACKAGES = ("torch", "torchvision", "numpy", "pillow")
UNSAID = {"ranks": 1}  # what an environment means that does not name it


def environment(runtime: Runtime) -> dict[str, Any]:
    """Where and with what a run computes, as JSON values."""
    cuda = runtime.device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(runtime.device) if cuda else _processor(),
        "threads": torch.get_num_threads(),
        **({"ranks": ranks().count} if ranks().count > 1 else {}),
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
    pairs = {name: [given.get(name, UNSAID.get(name)) for given in (one, other)] for name in names}
    return [f"{name} {before} → {after}" for name, (before, after) in pairs.items() if before != after]
