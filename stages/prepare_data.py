"""prepare-data: check the images of one model, pack them into arrays, and describe them by a card."""

import sys
from pathlib import Path

from gan.datasets.prepare import Preparation
from gan.params import schema as params
from gan.run.errors import clean_exit
from gan.run.files import write_whole
from gan.run.paths import DOMAINS, IMAGES, REPORTS
from gan.run.runstate import RunState


def main(model: str) -> None:
    p = params.load()
    with RunState(f"prepare-data@{model}", p.keep_states, saves="packing/journal.json") as state:
        preparation = Preparation(p.prepare_data, state.folder, p.save_every_seconds)
        if model == "dcgan":
            preparation.images(IMAGES)
        else:
            preparation.domains(DOMAINS)
        _report(IMAGES if model == "dcgan" else DOMAINS, model)
        state.finish()


def _report(packed: Path, model: str) -> None:
    """Copy the card to where git keeps it: it says which images the scores beside it are of."""
    write_whole(REPORTS / model / "data.json", (packed / "card.json").read_bytes())


if __name__ == "__main__":
    with clean_exit():
        main(sys.argv[1])
