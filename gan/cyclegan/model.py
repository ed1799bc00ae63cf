"""CycleGAN as the stages see it: translations of unseen images in both directions, and back again."""

from gan.artifacts.model import Model
from gan.artifacts.samples import Output
from gan.cyclegan import sampling

MODEL = Model(
    outputs={"a2b": Output("B", source="A", back="a2b2a"), "b2a": Output("A", source="B", back="b2a2b")},
    batch_norm="none",
    samples=sampling.samples,
    choice_samples=sampling.choice_samples,
    grids=sampling.grids,
)
