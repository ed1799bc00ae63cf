"""How far two runs of one training agree: to the bit, within a tolerance, or up to which step."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import torch

from gan.artifacts.checkpoint import Weights, read
from gan.run.errors import CheckpointError


def difference(recorded: Path, rerun: Path) -> float:
    """The largest difference of a weight between two checkpoints, relative to the largest weight of its tensor.

    It is infinite if the tensors differ in name or shape, or if a weight is NaN.
    """
    one, other = read(recorded).weights, read(rerun).weights
    if {name: tensor.shape for name, tensor in one.items()} != {name: tensor.shape for name, tensor in other.items()}:
        return float("inf")
    return max(_relative(one, other, name) for name in one)


def _relative(one: Weights, other: Weights, name: str) -> float:
    a, b = one[name].double(), other[name].double()
    largest = a.abs().max().clamp(min=torch.finfo(torch.float32).tiny)
    return float(((a - b).abs().max() / largest).nan_to_num(nan=torch.inf))


def first_other_row(recorded: Path, rerun: Path) -> str | None:
    """The first difference of two tables of losses, such as `step 50: d_loss 1.31 recorded, 1.32 here`; else None.

    Only rows that both tables have are compared. One may lack columns: what the watchdog sees comes late in a training.
    """
    one, other = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (recorded, rerun))
    names = [name for name in one if name in other]
    if len(names) < min(len(one.columns), len(other.columns)):
        return f"columns: {', '.join(one)} recorded, {', '.join(other)} here"
    for (_, before), (_, after) in zip(one.iterrows(), other.iterrows(), strict=False):
        for name in names:
            if before[name] != after[name]:
                return f"step {before['step']}: {name} {before[name]} recorded, {after[name]} here"
    return None


def _apart(recorded: Path, rerun: Path) -> float:
    try:
        return difference(recorded, rerun) if recorded.suffix == ".safetensors" else float("inf")
    except CheckpointError:
        return float("inf")


@dataclass
class Agreement:
    """The files compared so far, by how far they agree."""

    tolerance: float
    same: int = 0  # files that are equal to the bit
    near: dict[str, float] = field(default_factory=dict)  # file → difference, within the tolerance
    far: dict[str, float] = field(default_factory=dict)  # file → difference, beyond the tolerance

    def add(self, name: str, recorded: Path, rerun: Path) -> str:
        """Compare two files, safetensors by their weights; returns the result as text."""
        if rerun.exists() and recorded.read_bytes() == rerun.read_bytes():
            self.same += 1
            return f"{name}: the same bits"
        apart = _apart(recorded, rerun)
        (self.near if apart <= self.tolerance else self.far)[name] = apart
        return f"{name}: differs by {apart:.1e}" if apart < float("inf") else f"{name}: differs"

    @property
    def verdict(self) -> str:
        """The level of agreement that was reached."""
        if self.far:
            return f"different from {next(iter(self.far))} on, by more than {self.tolerance:g}"
        if self.near:
            return f"equal within {self.tolerance:g}: the largest difference is {max(self.near.values()):.1e}"
        return f"bit-identical: {self.same} files"
