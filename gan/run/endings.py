"""How a stage ends when it is interrupted or memory is short: what is left of it, and what to change."""

from collections.abc import Iterator
from contextlib import contextmanager

from gan.run.errors import Interrupted, OutOfMemory, lacking_memory

TRAIN_DCGAN = "train_dcgan.batch_size train_dcgan.generator.width train_dcgan.discriminator.width"
TRAIN_CYCLEGAN = (
    "train_cyclegan.batch_size train_cyclegan.crop_size train_cyclegan.generator.width"
    " train_cyclegan.generator.blocks train_cyclegan.discriminator.width"
)
SMALLER = {  # stage → the params that decide how much memory it takes
    "prepare-data@dcgan": "prepare_data.work.threads prepare_data.max_megapixels prepare_data.images.image_size",
    "prepare-data@cyclegan": (
        "prepare_data.work.threads prepare_data.max_megapixels prepare_data.domains.image_size"
        " prepare_data.domains.earth.map_width"
    ),
    "reference@dcgan": "evaluate.batch_size prepare_data.images.limit",
    "reference@cyclegan": "evaluate.batch_size prepare_data.domains.limit",
    "train-dcgan": f"{TRAIN_DCGAN} prepare_data.images.image_size",
    "train-cyclegan": TRAIN_CYCLEGAN,
    "select@dcgan": "evaluate.batch_size sample.dcgan.batch_size select.dcgan.images",
    "select@cyclegan": "evaluate.batch_size sample.cyclegan.batch_size select.cyclegan.images",
    "sample@dcgan": "sample.dcgan.batch_size sample.dcgan.count",
    "sample@cyclegan": "sample.cyclegan.batch_size",
    "evaluate@dcgan": "evaluate.batch_size evaluate.kid_subset_size sample.dcgan.count",
    "evaluate@cyclegan": "evaluate.batch_size evaluate.kid_subset_size",
    "report": "",
}


def explain(stage: str, error: BaseException | None, kept: str, again: str) -> None:
    """Raise what tells a user more than an interrupt or a lack of memory does by itself.

    Args:
        error: what ended the stage; any other is left alone.
        kept: what is left of its work.
        again: what the same command makes of that.

    Raises:
        Interrupted, OutOfMemory: one sentence.
    """
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(f"{stage}: interrupted; {kept}: the same command {again}") from None
    if memory := lacking_memory(error):
        names = SMALLER.get(stage, "").split()
        fix = f"lower {', '.join(names)}" if names else "free some"
        raise OutOfMemory(f"{stage}: {memory}; {fix}, or run it where there is more; {kept}") from error


@contextmanager
def explained(stage: str) -> Iterator[None]:
    """`explain` what ends the block, of a stage that keeps no state."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        explain(stage, error, "this stage keeps no state", "starts it again")
        raise
