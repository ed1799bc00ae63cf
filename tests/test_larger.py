"""Packed sets several times as large as the memory that a training may have."""

import signal
import sys
from pathlib import Path

import psutil
import pytest
from numpy.lib.format import open_memmap

from tests.project import begin, end_all, fresh_clone, often, printed, states, wait_until

MEMORY = 2 << 30  # bytes that a training may have; a set has four times as many
SETS = {"dcgan": ("images", ["train"], 32, 1), "cyclegan": ("domains", ["trainA", "trainB"], 64, 3)}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's own memory apart from its maps")
@pytest.mark.parametrize("model", SETS)
def test_a_training_starts_and_stops_in_a_quarter_of_its_set(model: str, tmp_path: Path) -> None:
    """The stage trains on a file with holes, which takes no room; it neither maps in nor reads more than a part."""
    block, names, size, channels = SETS[model]
    clone = fresh_clone(tmp_path)
    often(clone)
    for number, name in enumerate(names):
        kept = clone / ".dvc" / "cache" / "files" / "md5" / "00" / f"{number:030x}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shape = 4 * MEMORY // len(names) // (size * size * channels), size, size, channels
        open_memmap(kept, mode="w+", dtype="uint8", shape=shape).flush()
        kept.chmod(0o444)
        link = clone / "data" / "packed" / block / f"{name}.npy"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(kept)

    command = [sys.executable, "-m", f"stages.train_{model}", f"data/packed/{block}"]
    training = begin(clone, *command, DVC_ROOT=str(clone))
    try:
        watched = psutil.Process(training.pid)
        watched.rlimit(psutil.RLIMIT_DATA, (MEMORY, MEMORY))
        wait_until(lambda: states(clone), training)
        mapped = sum(one.rss for one in watched.memory_maps() if "/files/md5/" in one.path)
        read = watched.io_counters().read_chars
        training.send_signal(signal.SIGTERM)
        assert training.wait() == 1
    finally:
        end_all()
    assert f"error: train-{model}: stopped by SIGTERM at step " in printed(clone)
    assert 0 < mapped < MEMORY / 20
    assert read < MEMORY / 4
