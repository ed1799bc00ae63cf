"""The history of a training as rows of a table, and checks for NaN and infinite numbers."""

from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from gan.run.errors import NonFiniteError

Row = dict[str, float]
CURE = "the last good state is kept; a smaller lr or `precision: fp32` is the usual cure"


def settle(pending: list[dict[str, Any]], step: int) -> None:
    """Move the scalars of the last steps to the CPU, in place and in one transfer, and check them.

    Args:
        pending: a dict of scalar tensors (or of numbers, once settled) for each step.
        step: the number of the last of them, counted from 1.

    Raises:
        NonFiniteError: names the first step and scalar that became NaN or infinite.
    """
    tensors = [value for scalars in pending for value in scalars.values() if torch.is_tensor(value)]
    numbers = iter(torch.stack(tensors).double().cpu().tolist() if tensors else [])
    for index, scalars in enumerate(pending):
        for name, value in scalars.items():
            scalars[name] = next(numbers) if torch.is_tensor(value) else value
            if not isfinite(scalars[name]):
                at = step - len(pending) + index + 1
                raise NonFiniteError(f"{name} became {scalars[name]} at step {at}; {CURE}")


def refuse_broken_weights(weights: dict[str, torch.Tensor], step: int) -> None:
    """Raise NonFiniteError, naming the tensor, when a weight is NaN or infinite."""
    norms = torch.stack([tensor.float().norm() for tensor in weights.values()]).cpu()
    for name, norm in zip(weights, norms, strict=True):
        if not norm.isfinite():
            raise NonFiniteError(f"{name} holds NaN or infinity after step {step}; {CURE}")


def mean_row(pending: list[Row], step: int, per_epoch: int) -> Row:
    """The step, the epoch, and the means of scalars that `settle` has moved, over the steps that have them."""
    values = {name: [one[name] for one in pending if name in one] for scalars in pending for name in scalars}
    means = {name: sum(seen) / len(seen) for name, seen in values.items()}
    return {"step": step, "epoch": round(step / per_epoch, 4), **means}


def write_losses(path: Path, rows: list[Row]) -> None:
    """Write one CSV line for each row; cells of columns that a row lacks stay empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, index=False, float_format="%.6g")
