"""A workbench for image generation with GANs. `gan.load` gives what was trained; the rest is in packages."""

# Every stage imports this file, and none depends on it (dvc.yaml): it must import nothing.
TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    from pathlib import Path

    from gan.use.trained import Trained


def load(
    source: "str | Path" = "workspace",
    model: str | None = None,
    checkpoint: str | None = None,
    *,
    accelerator: str = "auto",
    precision: str = "auto",
) -> "Trained":
    """A trained model, ready to sample or to translate.

    >>> digits = gan.load("dcgan.safetensors").sample(64, seed=1)  # uint8 (64, H, W, C)
    >>> maps = gan.load("best-experiment").translate(photos, "a2b")  # uint8, of the photos' size

    Args:
        source: the path of a checkpoint, for which neither git nor DVC is needed; or a commit, a branch, a tag or an
            experiment, whose checkpoint comes from DVC's cache or its remote; or `workspace`. Nothing is trained, and
            the workspace stays as it is.
        model: such as dcgan; needed where a revision has checkpoints of several models.
        checkpoint: of a revision: best (the default), last, or a snapshot such as step-0000625.
        accelerator, precision: as in params.yaml.

    Raises:
        gan.run.errors.GanError: one sentence that says what is missing or does not fit, and what helps.
    """
    from gan.use.load import load as found

    return found(source, model, checkpoint, accelerator, precision)
