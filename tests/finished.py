"""Runs of a stage, without DVC, that end in different ways."""

from pathlib import Path

from gan.run.recorded import record
from gan.run.runstate import RunState
from gan.training import statefile
from tests.test_recorded import lock

PIPELINE = """
stages:
  make:
    foreach:
      a: {}
    do:
      cmd: python -m train
      deps: [code.py]
      params: [seed]
      outs: [out.bin]
"""
STAGE = "make@a"  # the name that `lock` uses


def write_project(folder: Path) -> Path:
    """A pipeline of one stage, in a folder."""
    (folder / "dvc.yaml").write_text(PIPELINE)
    (folder / "params.yaml").write_text("seed: 0\n")
    (folder / "code.py").write_text("pass\n")
    return folder


def run(number: int) -> int:
    """One run, as a stage does it; returns the number of the run whose state it found, or its own if it found none."""
    Path("out.bin").unlink(missing_ok=True)  # as DVC does
    with RunState(STAGE, keep=5) as state:
        saved = statefile.load(state.folder) or {"number": number}
        statefile.save(state.folder, saved)
        Path("out.bin").write_bytes(b"%d" % saved["number"])
        state.finish()
    return int(saved["number"])


def dvc_records() -> None:
    Path("dvc.lock").write_text(lock(record(STAGE)))


def left() -> list[str]:
    """The names in .state, without fingerprints."""
    return sorted(path.name.partition("-")[0] + path.suffix for path in Path(".state").iterdir())


def stopped(by: type[BaseException], saved: bool = False, ended: bool = False) -> None:
    """A run that ends with an exception."""
    with RunState(STAGE, keep=5) as state:
        if saved:
            statefile.save(state.folder, {"number": 1})
        if ended:
            state.check_inputs()
        raise by
