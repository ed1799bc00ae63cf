"""Translations of unseen images by a trained CycleGAN, from its checkpoint alone."""

import numpy as np
import torch
from numpy.typing import NDArray

from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Images, Uint8, grid, to_rgb
from gan.core.runtime import Runtime
from gan.core.streams import Stream, numpy_generator
from gan.core.tensors import to_float, to_uint8
from gan.cyclegan.train.nets import Generator
from gan.loading.card import is_aligned, read_dataset_card
from gan.loading.packed import load_images
from gan.params.models.cyclegan import GeneratorShape
from gan.params.schema import Params
from gan.run.paths import PACKED

DATA = PACKED / "domains"
DIRECTIONS = {"a2b": ("A", "B"), "b2a": ("B", "A")}  # from, to


def samples(checkpoint: Checkpoint, params: Params, runtime: Runtime) -> dict[str, Uint8]:
    """Translations of the test sets, and these translated back: a2b, b2a, a2b2a, b2a2b."""
    tests = {domain: load_images(DATA, f"test{domain}") for domain in "AB"}
    return round_trips(load(checkpoint), tests["A"], tests["B"], params.sample.cyclegan.batch_size, runtime)


def choice_samples(checkpoint: Checkpoint, count: int, params: Params, runtime: Runtime) -> dict[str, Uint8]:
    """Translations of training images, by which `select` chooses a snapshot; final scores use the test set."""
    networks = load(checkpoint)
    made = {}
    for direction, (source, _) in DIRECTIONS.items():
        images = load_images(DATA, f"train{source}")
        chosen = np.sort(numpy_generator(Stream.CHOICE_INPUTS, params.seed).permutation(len(images))[:count])
        made[direction] = translate(networks[direction], images[chosen], params.sample.cyclegan.batch_size, runtime)
    return made


def grids(_: Checkpoint, made: dict[str, Uint8], params: Params, __: Runtime) -> dict[str, Uint8]:
    """A grid per direction, with a column per image: input, translation, back again, and the truth if it is known."""
    aligned = is_aligned(read_dataset_card(DATA))
    sheets = {}
    for direction, (source, target) in DIRECTIONS.items():
        inputs, truth = (load_images(DATA, f"test{domain}")[:] for domain in (source, target))
        rows = [inputs, made[direction], made[f"{direction}2{source.lower()}"], *([truth] if aligned else [])]
        chosen = varied(inputs, params.sample.cyclegan.columns, params.seed)
        zoom = max(1, 128 // inputs.shape[1])
        sheets[direction] = grid(np.concatenate([to_rgb(row[chosen]) for row in rows]), len(chosen), zoom=zoom)
    return sheets


def load(checkpoint: Checkpoint) -> dict[str, Generator]:
    """Both generators, a2b and b2a, on the CPU, in evaluation mode."""
    networks = {}
    channels = checkpoint.meta["channels"]
    for direction, inputs, outputs in (("a2b", "a", "b"), ("b2a", "b", "a")):
        shape = GeneratorShape.model_validate(checkpoint.meta["generator"])
        networks[direction] = Generator(shape, channels[inputs], channels[outputs])
        networks[direction].load_state_dict(checkpoint.network(direction))
        networks[direction].eval()
    return networks


def round_trips(
    networks: dict[str, Generator], test_a: Images, test_b: Images, batch_size: int, runtime: Runtime
) -> dict[str, Uint8]:
    """The translations a2b and b2a, and these translated back, a2b2a and b2a2b: uint8 (N, H, W, C)."""
    a2b = translate(networks["a2b"], test_a, batch_size, runtime)
    b2a = translate(networks["b2a"], test_b, batch_size, runtime)
    return {
        "a2b": a2b,
        "b2a": b2a,
        "a2b2a": translate(networks["b2a"], a2b, batch_size, runtime),
        "b2a2b": translate(networks["a2b"], b2a, batch_size, runtime),
    }


@torch.inference_mode()
def translate(network: Generator, images: Images, batch_size: int, runtime: Runtime) -> Uint8:
    """uint8 (N, H, W, C) to the same in the other domain."""
    network = runtime.place(network)
    parts = torch.from_numpy(np.array(images[:])).split(batch_size)
    inputs = (to_float(runtime.upload(part)).to(runtime.dtype) for part in parts)
    return np.concatenate([to_uint8(network(part)) for part in inputs])


def varied(images: Uint8, count: int, seed: int) -> NDArray[np.intp]:
    """Indices of images worth looking at: one from each of `count` equal parts of the set (N, H, W, C).

    Each is drawn from the quarter of its part whose pixels vary most: coasts and mountains, not plain sea.
    """
    rng = numpy_generator(Stream.SHOWN, seed)
    variation = images.std(axis=(1, 2)).mean(axis=-1)
    parts = np.array_split(np.arange(len(images)), min(count, len(images)))
    ranked = [part[np.argsort(variation[part])] for part in parts]
    return np.array([rng.choice(part[-max(1, len(part) // 4) :]) for part in ranked])
