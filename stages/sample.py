"""sample: rebuild the generators of one model from their checkpoints alone, and write images and grids."""

import sys

from gan.artifacts.checkpoint import origin, path_of, read
from gan.artifacts.model import model_of
from gan.artifacts.samples import START, SamplesCard, write_samples, write_samples_card
from gan.core.images import save_png
from gan.core.runtime import choose_runtime
from gan.params.schema import Params, load
from gan.run.paths import REPORTS
from gan.run.stage import stage


def main(p: Params, model: str) -> None:
    record, runtime = model_of(model), choose_runtime(p.accelerator, p.precision, p.determinism)
    how = {"batch_norm": record.batch_norm, "seed": p.seed, "dtype": runtime.precision}
    made = {}
    for wanted in p.evaluate.checkpoints:
        checkpoint = read(path_of(model, wanted))
        images = record.samples(checkpoint, p, runtime)
        write_samples(model, wanted, images)
        made[wanted] = how | origin(checkpoint)
        if wanted == p.evaluate.checkpoint:
            for grid, picture in record.grids(checkpoint, images, p, runtime).items():
                save_png(picture, REPORTS / "samples" / f"{model}_{grid}.png")
            if record.untrained:
                write_samples(model, START, record.samples(record.untrained(checkpoint, p.seed), p, runtime))
                made[START] = how
    write_samples_card(model, SamplesCard(record.outputs, made))


if __name__ == "__main__":
    with stage(f"sample@{sys.argv[1]}", load) as p:
        main(p, sys.argv[1])
