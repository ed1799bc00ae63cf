"""The run card: how and where a training ran, as JSON beside its reports; `python -m gan verify` reads it.

It differs between machines, so DVC does not hash it; git keeps it with the results. It names the checkpoint that it
belongs to by the MD5 that DVC uses.
"""

import json
import os
from pathlib import Path
from typing import Any

from gan.params.schema import Params
from gan.run.files import write_whole
from gan.run.recorded import dvc_hash
from gan.run.runstate import RunState
from gan.run.tools import ToolError, git


def write_run_card(
    path: Path, state: RunState, params: Params, checkpoint: Path, environments: list[dict[str, Any]], seconds: float
) -> None:
    """Write the card of a run that has just ended in `checkpoint`, after so many seconds of training."""
    card = {
        "stage": state.stage,
        "seed": params.seed,
        "determinism": params.determinism,
        "revision": _revision(),
        "environments": environments,
        "seconds": round(seconds, 1),
        "inputs": state.inputs,
        "checkpoint": {"path": checkpoint.as_posix(), "md5": dvc_hash(checkpoint)},
    }
    write_whole(path, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())


def _revision() -> str | None:
    """The commit of the code and params that ran, and whether they have uncommitted changes; None if git fails.

    DVC runs an experiment on a new commit. Then the result names the commit that the experiment started from.
    """
    if baseline := os.environ.get("DVC_EXP_BASELINE_REV"):
        return f"{baseline} with the changes of experiment {os.environ.get('DVC_EXP_NAME')}"
    try:
        commit = git("rev-parse", "HEAD").strip()
        changed = git("diff", "--name-only", "HEAD", "--", "gan", "stages", "dvc.yaml", "params.yaml")
    except ToolError:
        return None
    return f"{commit} with uncommitted changes" if changed else commit
