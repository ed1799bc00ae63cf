"""The params that all blocks `train_<model>` have."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gan.params.blocks import Betas, Block, Count, Decay, Natural, Share, UserPath, Weight
from gan.params.prepare_data import PrepareData

Positive = Annotated[float, Field(gt=0)]
Shape = Literal["constant", "linear", "cosine"]


class Snapshots(Block):
    count: Count
    precision: Literal["fp32", "fp16"]


class Watch(Block):
    every_steps: Count
    least_diversity: Share
    most_accuracy: Share
    least_spread: Share
    stop: bool


class Penalties(Block):
    r1: Weight
    r2: Weight
    gradient: Weight
    every: Count

    @property
    def wanted(self) -> bool:
        return self.r1 + self.r2 + self.gradient > 0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.every > 1 and not self.wanted:
            raise ValueError(f"every is {self.every}, but r1, r2 and gradient are 0: there is no penalty to add")
        return self


class Augment(Block):
    policy: list[Literal["colour", "translation", "cutout"]]
    probability: Share
    adaptive: bool
    target: Annotated[float, Field(gt=-1, lt=1)]
    rise: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.adaptive and not self.policy:
            raise ValueError("adaptive is true, but policy is empty: there is no augmentation to adapt")
        if len({*self.policy}) < len(self.policy):
            raise ValueError("policy names an augmentation twice")
        if self.policy and self.probability == 0:
            raise ValueError("probability is 0.0, so the policy never changes an image; raise it")
        if self.probability < 1 and not self.policy:
            raise ValueError(f"probability is {self.probability}, but policy is empty: nothing changes an image")
        return self


class Shuffle(Block):
    block: Count
    mixed: Annotated[int, Field(ge=2)]


class Schedule(Block):
    decay: Shape
    discriminator_decay: Shape | None
    warm_up_steps: Natural


class Discriminator(Block):
    width: Count
    norm: str
    spectral_norm: bool

    @property
    def bounded(self) -> bool:
        """Whether the slope has a bound, of a few per layer: each weight, as a matrix, has the norm 1 (SNGAN, eq. 8).

        A norm would divide the scale of the weights away again.
        """
        return self.spectral_norm and self.norm == "none"


class Training(Block):
    """The params that every model's training has; the loop reads no others."""

    start_from: Annotated[UserPath, Field(min_length=1)] | None
    batch_size: Count
    betas: Betas
    ema_decay: Decay
    log_every: Count
    preview_every_epochs: Positive
    snapshots: Snapshots
    watch: Watch

    def refuse_data(self, data: PrepareData) -> None:
        """Check that the model can be trained on this data.

        Raises:
            ValueError: it cannot; the message says which params to change.
        """


class Adversarial(Training):
    """The params of a model that trains against a discriminator: its levers."""

    epochs: Natural
    decay_epochs: Natural
    loss: Literal["non_saturating", "minimax", "least_squares", "hinge", "wasserstein", "relativistic"]
    shuffle: Shuffle
    discriminator_betas: Betas | None
    discriminator_lr_factor: Positive
    discriminator_steps: Count
    real_label: Annotated[float, Field(gt=0.5, le=1)]
    instance_noise: Weight
    clip_gradients: Weight
    schedule: Schedule
    penalties: Penalties
    augment: Augment
    ema_half_life: Positive | None
    ema_warm_up: Weight
    discriminator: Discriminator

    @model_validator(mode="after")
    def _fit_each_other(self) -> Self:
        if self.real_label < 1 and self.loss not in ("non_saturating", "minimax", "least_squares"):
            raise ValueError(
                f"loss {self.loss} has no labels to smooth; set real_label to 1.0 (it is {self.real_label})"
            )
        if self.ema_warm_up > 0 and self.ema_half_life is None:
            raise ValueError("ema_warm_up shortens ema_half_life, which is null; set both")
        if self.epochs + self.decay_epochs == 0:
            raise ValueError("epochs and decay_epochs are both 0: nothing to train")
        if self.decay_epochs == 0 and self.schedule.decay == "cosine":
            raise ValueError(
                "schedule.decay cosine is how rates fall over decay_epochs, which is 0; raise decay_epochs (and lower "
                "epochs), or set schedule.decay to linear"
            )
        if self.decay_epochs == 0 and self.schedule.discriminator_decay:
            raise ValueError(
                f"schedule.discriminator_decay {self.schedule.discriminator_decay} is how a rate falls over "
                "decay_epochs, which is 0; raise decay_epochs, or set it to null"
            )
        if self.loss == "wasserstein" and not (self.penalties.wanted or self.discriminator.bounded):
            raise ValueError(
                "loss wasserstein needs a critic whose slope is bounded; set penalties.gradient (10.0 in WGAN-GP), or "
                "discriminator.spectral_norm: true and discriminator.norm: none"
            )
        return self
