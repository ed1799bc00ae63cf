"""CycleGAN as the stages see it: translations of unseen images in both directions, and back again."""

from gan.cyclegan import sampling
from gan.sampling.model import Model

MODEL = Model(
    outputs=sampling.OUTPUTS,
    batch_norm="none",
    samples=sampling.samples,
    choice_samples=sampling.choice_samples,
    grids=sampling.grids,
)
