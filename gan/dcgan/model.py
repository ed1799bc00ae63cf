"""DCGAN as the stages see it: one kind of image, made from noise."""

from gan.dcgan import labels, sampling
from gan.records.samples import Output
from gan.sampling.model import Model

MODEL = Model(
    outputs={"": Output()},
    # Statistics measured anew with the averaged weights gave no better samples: `python -m benchmarks.batch_norm`.
    batch_norm="running statistics, averaged like the weights",
    samples=sampling.samples,
    choice_samples=sampling.choice_samples,
    grids=sampling.grids,
    untrained=sampling.untrained,
    labels=labels.sample_labels,
)
