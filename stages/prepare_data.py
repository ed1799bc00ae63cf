"""prepare-data: check the images of one model, pack them into arrays, and describe them by a card."""

import sys
from pathlib import Path

from gan.datasets.prepare import Preparation
from gan.params import schema as params
from gan.run.errors import clean_exit
from gan.run.files import write_whole
from gan.run.paths import CARD, REPORTS
from gan.run.runstate import RunState


def main(model: str, block: str, packed: Path) -> None:
    """Pack what the block `prepare_data.<block>` describes; its card also goes to where git keeps it, beside scores."""
    p = params.load()
    with RunState(f"prepare-data@{model}", p.keep_states, saves="packing/journal.json") as state:
        preparation = Preparation(p.prepare_data, state.folder, p.save_every_seconds)
        {"images": preparation.images, "domains": preparation.domains}[block](packed)
        write_whole(REPORTS / model / "data.json", (packed / CARD).read_bytes())
        state.finish()


if __name__ == "__main__":
    with clean_exit():
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
