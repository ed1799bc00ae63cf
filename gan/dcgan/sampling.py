"""Samples of a trained DCGAN, from its checkpoint alone."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from gan.artifacts.checkpoint import Checkpoint, named, refuse_others
from gan.core.images import Uint8, grid
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch, torch_generator
from gan.core.streams import Stream
from gan.core.tensors import to_uint8
from gan.dcgan.labels import Labels, as_often, chosen, classes_of, sample_labels
from gan.dcgan.train.architectures import GENERATORS
from gan.dcgan.train.nets import OFF, latents
from gan.params.models.dcgan import GeneratorShape, Sample
from gan.records.samples import ONLY
from gan.run.sharing import shared
from gan.sampling.model import Context

ZOOM = {32: 2, 64: 1, 128: 1, 256: 1}  # how much a grid enlarges an image, so that a person sees it


def samples(checkpoint: Checkpoint, wanted: Sample, context: Context) -> dict[str, Uint8]:
    """Samples of one checkpoint; all checkpoints get the same latents and labels."""
    z, labels = sample_latents(checkpoint, wanted.count, context.seed), sample_labels(checkpoint, wanted, context)
    return {ONLY: generate(load(checkpoint), z, context.batch_size, context.runtime, labels)}


def choice_samples(checkpoint: Checkpoint, count: int, context: Context) -> dict[str, Uint8]:
    """Samples by which `select` chooses a snapshot, of all classes and from latents that no final score uses."""
    z = latents(count, shape_of(checkpoint), torch_generator(Stream.CHOICE_LATENTS, context.seed))
    known = range(len(classes_of(checkpoint)))
    labels = as_often(checkpoint, count, known, context) if known else None
    return {"": generate(load(checkpoint), z, context.batch_size, context.runtime, labels)}


def grids(checkpoint: Checkpoint, made: dict[str, Uint8], wanted: Sample, context: Context) -> dict[str, Uint8]:
    """The first samples, and walks between the latents of pairs of them.

    For a conditional checkpoint: a row for each of the first classes, all from the same latents, and walks that each
    stay within a class.
    """
    network, zoom, classes = load(checkpoint), ZOOM[checkpoint.meta["size"]], chosen(checkpoint, wanted)
    z, columns = sample_latents(checkpoint, wanted.count, context.seed), wanted.columns
    walk = walk_sphere if shape_of(checkpoint).latent == "normal" else walk_line
    walks, shown, within = walk(z[: 2 * wanted.interpolations], columns), made[ONLY][: columns**2], None
    if classes:
        within = np.resize(classes, wanted.interpolations).repeat(columns)
        rows, across = classes[:columns], z[:columns]
        labels = np.repeat(rows, len(across))
        shown = generate(network, across.repeat(len(rows), 1), context.batch_size, context.runtime, labels)
    walked = generate(network, walks, context.batch_size, context.runtime, within)
    return {
        "samples": grid(shown, min(columns, len(z)) if classes else columns, zoom=zoom),
        "interpolation": grid(walked, columns, zoom=zoom),
    }


def load(checkpoint: Checkpoint) -> nn.Module:
    """The generator that a checkpoint holds, on the CPU, in evaluation mode."""
    with refuse_others(checkpoint):
        network = _build(checkpoint)
        network.load_state_dict(checkpoint.network("generator"))
    return network


def untrained(checkpoint: Checkpoint, seed: int) -> Checkpoint:
    """A generator of the same shape, with the random weights that training with this seed starts from."""
    seed_torch(Stream.WEIGHTS, seed)
    return Checkpoint(named({"generator": _build(checkpoint)}), checkpoint.meta)


def sample_latents(checkpoint: Checkpoint, count: int, seed: int) -> torch.Tensor:
    """The latents of final samples (count, z_dim)."""
    return latents(count, shape_of(checkpoint), torch_generator(Stream.SAMPLES, seed))


def shape_of(checkpoint: Checkpoint) -> GeneratorShape:
    """The options of its generator; raises as `refuse_others`."""
    with refuse_others(checkpoint):
        return GeneratorShape.model_validate(OFF | checkpoint.meta["generator"])


def _build(checkpoint: Checkpoint) -> nn.Module:
    meta = checkpoint.meta
    generator = GENERATORS[meta.get("architecture", "dcgan")]
    network: nn.Module = generator(shape_of(checkpoint), meta["size"], meta["channels"], len(classes_of(checkpoint)))
    return network.eval()


def generate(
    network: nn.Module, z: torch.Tensor, batch_size: int, runtime: Runtime, labels: Labels | None = None
) -> Uint8:
    """Latents (N, z_dim), for a conditional network also labels int64 (N,), to uint8 (N, size, size, channels)."""
    inputs = [z.numpy()] if labels is None else [z.numpy(), labels]  # tensors would go by shared memory and sockets
    return np.concatenate([*shared(partial(_generated, network, batch_size, runtime), batch_size, *inputs)])


@torch.inference_mode()
def _generated(network: nn.Module, batch_size: int, runtime: Runtime, *inputs: NDArray[Any]) -> Iterator[Uint8]:
    network = runtime.place(network)
    for batch in zip(*(torch.tensor(one).split(batch_size) for one in inputs), strict=True):
        with runtime.autocast():
            made = network(*map(runtime.upload, batch))
        yield to_uint8(made)


def walk_line(z: torch.Tensor, steps: int) -> torch.Tensor:
    """Walk straight between pairs of latents (2 N, z_dim): (N · steps, z_dim), each walk in order."""
    share = torch.linspace(0, 1, steps)[None, :, None]
    return torch.lerp(z[0::2, None], z[1::2, None], share).flatten(0, 1)


def walk_sphere(z: torch.Tensor, steps: int) -> torch.Tensor:
    """Walk between pairs of latents (2 N, z_dim) on the sphere: (N · steps, z_dim), each walk in order.

    Spherical, since the straight line leaves the shell that a Gaussian fills (White 2016, arXiv 1609.04468).
    """
    start, end = z[0::2, None], z[1::2, None]  # (N, 1, z_dim)
    share = torch.linspace(0, 1, steps)[None, :, None]
    cosine = torch.nn.functional.cosine_similarity(start, end, dim=-1).unsqueeze(-1)
    angle = torch.acos(cosine)
    walk = (torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end) / torch.sin(angle)
    return walk.flatten(0, 1)
