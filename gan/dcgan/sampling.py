"""Samples of a trained DCGAN, from its checkpoint alone."""

import numpy as np
import torch

from gan.artifacts.checkpoint import Checkpoint, origin, path_of, read
from gan.artifacts.samples import write_card, write_samples
from gan.core.images import Uint8, grid, save_png, to_uint8
from gan.core.runtime import Runtime
from gan.core.streams import Stream, seed_torch, torch_generator
from gan.dcgan.train.nets import Generator, latents
from gan.params.schema import Params
from gan.params.train_dcgan import DCGANGenerator
from gan.run.paths import REPORTS

# Statistics measured anew with the averaged weights gave no better samples: `python -m benchmarks.batch_norm`.
BATCH_NORM = "running statistics, averaged like the weights"
ZOOM = {32: 2, 64: 1, 128: 1}  # how much a grid enlarges an image, so that a person sees it


def sample(params: Params, runtime: Runtime) -> None:
    """Write samples of each checkpoint asked for and of `start` (untrained), a grid of one and an interpolation.

    All checkpoints get the same latents. BatchNorm uses its running statistics, so that a sample does not depend on the
    others in its batch.
    """
    wanted = params.sample.dcgan
    checkpoints = {name: read(path_of("dcgan", name)) for name in params.evaluate.checkpoints}
    shown = checkpoints[params.evaluate.checkpoint]
    networks = {name: load(one) for name, one in checkpoints.items()} | {"start": untrained(shown, params.seed)}
    shape = DCGANGenerator.model_validate(shown.meta["generator"])
    z = latents(wanted.count, shape, torch_generator(Stream.SAMPLES, params.seed))
    for name, network in networks.items():
        write_samples("dcgan", name, {"arr_0": generate(network, z, wanted.batch_size, runtime)})
    how = {"batch_norm": BATCH_NORM, "seed": params.seed, "dtype": runtime.precision}
    write_card("dcgan", {name: how | origin(one) for name, one in checkpoints.items()} | {"start": how})

    zoom = ZOOM[shown.meta["size"]]
    first = generate(networks[params.evaluate.checkpoint], z[: wanted.columns**2], wanted.batch_size, runtime)
    _save_grid("dcgan_samples.png", first, wanted.columns, zoom)
    walk = (walk_sphere if shape.latent == "normal" else walk_line)(z[: 2 * wanted.interpolations], wanted.columns)
    walked = generate(networks[params.evaluate.checkpoint], walk, wanted.batch_size, runtime)
    _save_grid("dcgan_interpolation.png", walked, wanted.columns, zoom)


def draw(checkpoint: Checkpoint, count: int, params: Params, runtime: Runtime) -> dict[str, Uint8]:
    """Samples by which `select` chooses a snapshot, from latents that no final score uses."""
    shape = DCGANGenerator.model_validate(checkpoint.meta["generator"])
    z = latents(count, shape, torch_generator(Stream.CHOICE_LATENTS, params.seed))
    return {"": generate(load(checkpoint), z, params.sample.dcgan.batch_size, runtime)}


def load(checkpoint: Checkpoint) -> Generator:
    """The generator that a checkpoint holds, on the CPU, in evaluation mode."""
    network = _build(checkpoint)
    network.load_state_dict(checkpoint.network("generator"))
    return network


def untrained(checkpoint: Checkpoint, seed: int) -> Generator:
    """A generator of the same shape before any training: where training starts from."""
    seed_torch(Stream.WEIGHTS, seed)
    return _build(checkpoint)


def _build(checkpoint: Checkpoint) -> Generator:
    meta = checkpoint.meta
    shape = DCGANGenerator.model_validate(meta["generator"])
    network = Generator(shape, meta["size"], meta["channels"])
    network.eval()
    return network


@torch.inference_mode()
def generate(network: Generator, z: torch.Tensor, batch_size: int, runtime: Runtime) -> Uint8:
    """Latents (N, z_dim) to images, uint8 (N, size, size, channels)."""
    network = runtime.place(network)
    with runtime.autocast():
        return np.concatenate([to_uint8(network(runtime.upload(part))) for part in z.split(batch_size)])


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


def _save_grid(name: str, images: Uint8, columns: int, zoom: int) -> None:
    save_png(grid(images, columns, zoom=zoom), REPORTS / "samples" / name)
