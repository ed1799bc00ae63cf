"""Images from a DCGAN checkpoint, for those who use it."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.dcgan.labels import Labels, classes_of
from gan.dcgan.sampling import generate, load, sample_latents, shape_of, walk_line, walk_sphere
from gan.run.errors import CheckpointError, GanError
from gan.sampling.use import Input, Network, Space, Use, Wanted

NORMAL = "normal"
STEPS = 100  # of a walk between two images


def samples(checkpoint: Checkpoint, wanted: Wanted, runtime: Runtime) -> Iterator[Uint8]:
    """Batches of images: of the same latents, and in the same batches, as those of the stage `sample`.

    Raises:
        CheckpointError: the checkpoint is of another model or version.
        GanError: it does not know one of the classes, or the truncation is out of range.
    """
    network, labels = load(checkpoint), _labels(checkpoint, wanted)
    z = sample_latents(checkpoint, wanted.count, wanted.seed)
    if wanted.truncation is not None:
        z = truncated(z, shape_of(checkpoint).latent, wanted.truncation)
    for first in range(0, wanted.count, wanted.batch_size):
        part = slice(first, first + wanted.batch_size)
        shown = None if labels is None else labels[part]
        yield generate(network, z[part], wanted.batch_size, runtime, shown)


def truncated(z: torch.Tensor, law: str, most: float) -> torch.Tensor:
    """Latents whose numbers lie in [-most, most], as if larger ones had been drawn again (Brock et al. 2019, BigGAN).

    Each number keeps its rank: x of a normal law becomes Φ⁻¹(½ + (Φ(x) - ½) · (2 Φ(most) - 1)). So a smaller bound
    shows the same images, but more usual ones.

    Raises:
        GanError: `most` is not above 0, or, of the uniform law, above 1.
    """
    largest = float("inf") if law == NORMAL else 1.0
    if not 0 < most <= largest:
        bound = "above 0" if law == NORMAL else "above 0 and at most 1, as the latents are uniform in [-1, 1]"
        raise GanError(f"truncation {most:g}: it must be {bound}")
    if law != NORMAL:
        return z * most
    inside = 2 * torch.special.ndtr(torch.tensor(most, dtype=torch.float64)) - 1
    rank = torch.special.ndtr(z.double()) - 0.5
    return torch.special.ndtri(0.5 + rank * inside).float()


def _labels(checkpoint: Checkpoint, wanted: Wanted) -> Labels | None:
    """The class of each image, int64 (count,); None if the checkpoint is unconditional."""
    names = classes_of(checkpoint)
    if not names:
        if wanted.classes:
            raise CheckpointError(
                f"class {wanted.classes[0]}: {checkpoint.path or 'the checkpoint'} knows no classes; "
                "train_dcgan.conditional: true trains one that does"
            )
        return None
    shown = [_label(names, one) for one in wanted.classes] or [*range(len(names))]
    return np.resize(np.array(shown, np.int64), wanted.count)


def _label(names: list[str], wanted: str | int) -> int:
    """The label of a class, by its name, or else by its number."""
    if wanted in names:
        return names.index(str(wanted))
    number = int(wanted) if isinstance(wanted, int) or wanted.isdecimal() else -1
    if 0 <= number < len(names):
        return number
    raise GanError(f"class {wanted}: the checkpoint knows {', '.join(names)}, by these names or from 0 on by number")


def networks(checkpoint: Checkpoint) -> dict[str, Network]:
    """The generator, from latents and, if it is conditional, labels; raises as `load`."""
    shape, classes = shape_of(checkpoint), classes_of(checkpoint)
    inputs = [Input("z", (shape.z_dim,), shape.latent), *([Input("labels", (), len(classes))] if classes else [])]
    return {"generator": Network(load(checkpoint), tuple(inputs))}


def space(checkpoint: Checkpoint) -> Space:
    """Its latents; raises as `samples`."""
    network, shape, classes = load(checkpoint), shape_of(checkpoint), classes_of(checkpoint)
    walk = walk_sphere if shape.latent == NORMAL else walk_line

    def between(seed: int, other: int, share: float) -> torch.Tensor:
        first, last = (sample_latents(checkpoint, 1, one)[0] for one in (seed, other))
        walked = walk(torch.stack([first, last]), STEPS + 1) if seed != other else first.expand(STEPS + 1, -1)
        return walked[round(share * STEPS)]

    def run(z: torch.Tensor, label: int | None, runtime: Runtime) -> Uint8:
        inside = z if shape.latent == NORMAL else z.clamp(-1, 1)
        labels = np.array([label or 0]) if classes else None
        return generate(network, inside[None], 1, runtime, labels)[0]

    return Space(between, axes(network), classes, run)


def axes(network: nn.Module) -> torch.Tensor:
    """The directions (z_dim, z_dim) along which the first layer changes most, the strongest first.

    They are the eigenvectors of WᵀW of its weights W (Shen and Zhou 2021, arXiv 2007.06600), each with its largest
    number above 0.
    """
    first = next(one for one in network.modules() if isinstance(one, nn.ConvTranspose2d | nn.Linear))
    weight = first.weight.detach().float()
    by_input = weight.T if isinstance(first, nn.Linear) else weight.flatten(1)  # (z_dim, outputs)
    found = torch.linalg.eigh(by_input @ by_input.T).eigenvectors.T.flip(0)
    largest = found.gather(1, found.abs().argmax(1, keepdim=True))
    return found * largest.sign()


USE = Use(samples=samples, networks=networks, space=space)
