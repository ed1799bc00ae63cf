"""The message of a stage that was interrupted or ran out of memory: what is kept, and what to change."""

from collections.abc import Iterator
from contextlib import contextmanager

from gan.run.errors import Interrupted, OutOfMemory, lacking_memory
from gan.run.fingerprint import is_param, stages
from gan.run.names import model_trained_by

TRAIN = "train_{model}.batch_size train_{model}.crop_size train_{model}.generator.width train_{model}.generator.blocks"
SMALLER = {  # stage → the params that decide how much memory it takes; those that a model lacks are not named
    "prepare-data": (
        "prepare_data.work.threads prepare_data.max_megapixels prepare_data.{block}.image_size"
        " prepare_data.{block}.earth.map_width"
    ),
    "reference": "evaluate.batch_size prepare_data.{block}.limit",
    "train": f"{TRAIN} train_{{model}}.discriminator.width prepare_data.{{block}}.image_size",
    "select": "evaluate.batch_size sample.{model}.batch_size select.{model}.images",
    "sample": "sample.{model}.batch_size sample.{model}.count",
    "evaluate": "evaluate.batch_size evaluate.kid_subset_size sample.{model}.count",
    "report": "",
}


def explain(stage: str, error: BaseException | None, kept: str, again: str) -> None:
    """Replace an interrupt or a lack of memory by an error that tells the user what to do.

    Args:
        error: the exception that ended the stage, or None; exceptions of other kinds are ignored.
        kept: the part of the message that says what is kept of the work.
        again: the part that says what the same command does with it.

    Raises:
        Interrupted, OutOfMemory: one sentence.
    """
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(f"{stage}: interrupted; {kept}: the same command {again}") from None
    if memory := lacking_memory(error):
        names = _smaller(stage)
        fix = f"lower {', '.join(names)}" if names else "free some"
        raise OutOfMemory(f"{stage}: {memory}; {fix}, or run it where there is more; {kept}") from error


@contextmanager
def explained(stage: str) -> Iterator[None]:
    """Call `explain` on the exception that ends the block; for a stage that keeps no state."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        explain(stage, error, "this stage keeps no state", "starts it again")
        raise


def _smaller(stage: str) -> list[str]:
    """The params that decide how much memory a stage takes, by its name, such as `select@dcgan` or `train-dcgan`."""
    name, _, model = stage.partition("@") if "@" in stage else ("train", "", model_trained_by(stage))
    items = [one["foreach"][model] for one in stages().values() if model in one.get("foreach", {})]
    names = SMALLER.get(name, "").format(model=model, block=items[0].get("block", "") if items else "").split()
    return [one for one in names if is_param(one)]
