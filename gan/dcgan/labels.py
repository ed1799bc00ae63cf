"""Which class each sample of a conditional DCGAN shows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gan.artifacts.checkpoint import Checkpoint
from gan.core.streams import Stream, numpy_generator
from gan.loading.packed import load_classes, load_labels
from gan.params.models.dcgan import Sample
from gan.run.errors import CheckpointError, ParamsError
from gan.sampling.model import Context

Labels = NDArray[np.int64]


def classes_of(checkpoint: Checkpoint) -> list[str]:
    """The names of the classes that a checkpoint knows, each at the position of its label; empty if unconditional."""
    names: list[str] = checkpoint.meta.get("classes", [])
    return names


def chosen(checkpoint: Checkpoint, wanted: Sample) -> list[int]:
    """The labels of the classes to make, in the order of `wanted`; of all classes if it names none.

    Raises:
        ParamsError: the checkpoint does not know one of them.
    """
    names = classes_of(checkpoint)
    if wanted.classes and not names:
        raise ParamsError(
            f"sample.dcgan.classes: {', '.join(wanted.classes)}, but the checkpoint knows no classes; set it to [], or "
            "train with train_dcgan.conditional: true"
        )
    wanted.refuse_unknown(names, "the checkpoint knows")
    return [names.index(name) for name in wanted.classes] or [*range(len(names))]


def sample_labels(checkpoint: Checkpoint, wanted: Sample, context: Context) -> Labels | None:
    """The label of each sample, int64 (count,); None if the checkpoint is unconditional."""
    of = chosen(checkpoint, wanted)
    return as_often(checkpoint, wanted.count, of, context) if of else None


def as_often(checkpoint: Checkpoint, count: int, of: Sequence[int], context: Context) -> Labels:
    """`count` labels, each of these as often as among the training images, rounded; in an order drawn from the seed.

    Raises:
        CheckpointError: the dataset has other classes than the checkpoint.
    """
    names = load_classes(context.data)
    if names != classes_of(checkpoint):
        raise CheckpointError(
            f"{checkpoint.path or 'the checkpoint'} knows the classes {', '.join(classes_of(checkpoint))}, but "
            f"{context.data} has {', '.join(names)}; `dvc repro train-dcgan` trains on those"
        )
    there = load_labels(context.data, "train")
    there = np.sort(there[np.isin(there, of)])
    evenly = there[(2 * np.arange(count) + 1) * len(there) // (2 * count)]
    return numpy_generator(Stream.SAMPLE_CLASSES, context.seed).permutation(evenly)
