"""sample: rebuild the generators of one model from their checkpoints alone, and write images and grids."""

import sys
from functools import partial
from pathlib import Path

from gan.artifacts.checkpoint import Checkpoint, origin, path_of, read
from gan.core.images import Uint8, save_png
from gan.core.runtime import Runtime, choose_runtime
from gan.params.by_model import block_of
from gan.params.sampling import Sampling
from gan.params.schema import Params, load
from gan.records.samples import START, SamplesCard, write_labels, write_samples, write_samples_card
from gan.run.paths import REPORTS
from gan.run.sharing import sharing
from gan.run.stage import stage
from gan.sampling.model import Context, Model, checked, model_of


def main(p: Params, runtime: Runtime, model: str, data: Path, pictures: list[str]) -> None:
    """Write samples and grids; `pictures` are the names of the grids that dvc.yaml expects."""
    record = model_of(model, data)
    block = block_of(p.sample, model)
    context = Context(data, p.seed, block.batch_size, runtime)
    how = {"batch_norm": record.batch_norm, "seed": p.seed, "dtype": runtime.precision}
    made = {}
    for wanted in p.evaluate.checkpoints:
        checkpoint = read(path_of(model, wanted))
        images = written(record, checkpoint, block, context, (model, wanted))
        made[wanted] = how | origin(checkpoint)
        if wanted == p.evaluate.checkpoint:
            grids = checked("grids", record.grids(checkpoint, images, block, context), pictures, ndim=3)
            for name, picture in grids.items():
                save_png(picture, REPORTS / "samples" / f"{model}_{name}.png")
            if record.untrained:
                written(record, record.untrained(checkpoint, p.seed), block, context, (model, START))
                made[START] = how
    write_samples_card(model, SamplesCard(record.outputs, made))


def written(
    record: Model, checkpoint: Checkpoint, block: Sampling, context: Context, place: tuple[str, str]
) -> dict[str, Uint8]:
    """Make the samples of a checkpoint, and write them and their labels to a place: (model, name of the checkpoint)."""
    images = checked("samples", record.samples(checkpoint, block, context), record.arrays)
    write_samples(*place, images)
    labels = record.labels(checkpoint, block, context) if record.labels else None
    if labels is not None:
        write_labels(*place, labels)
    return images


if __name__ == "__main__":
    with stage(f"sample@{sys.argv[1]}", load) as p:
        choose = partial(choose_runtime, p.accelerator, p.precision, p.determinism)
        with sharing(p.devices, choose) as runtime:
            main(p, runtime, sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
