"""The message of a stage that was interrupted or ran out of memory: what is kept, and what to change."""

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
    """Replace an interrupt or a lack of memory by an error that tells the user what to do.

    Args:
        error: the exception that ended the stage, if any; one of another kind is ignored.
        kept: the part of the message that says what is kept of the work.
        again: the part that says what the same command does with it.

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
    """For a stage that keeps no state: `explain` the exception that ends the block."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        explain(stage, error, "this stage keeps no state", "starts it again")
        raise
