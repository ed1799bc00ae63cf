"""Translations of unseen images by a trained CycleGAN, from its checkpoint alone."""

import numpy as np
import torch
from numpy.typing import NDArray

from gan.artifacts.checkpoint import Checkpoint, origin, path_of, read
from gan.artifacts.samples import write_card, write_samples
from gan.core.images import Uint8, grid, save_png, to_float, to_rgb, to_uint8
from gan.core.runtime import Runtime
from gan.core.streams import Stream, numpy_generator
from gan.cyclegan.train.nets import Generator
from gan.data.card import is_aligned, read_card
from gan.data.packed import load_images
from gan.params.schema import Params
from gan.params.train_cyclegan import CycleGANGenerator
from gan.run.paths import DOMAINS, REPORTS


def sample(params: Params, runtime: Runtime) -> None:
    """Translate the test sets there and back, and draw rows of input → translation → back (→ truth).

    Writes an .npz for each checkpoint asked for, with a2b and b2a, the translations, and a2b2a and b2a2b, the
    reconstructions.
    """
    wanted = params.sample.cyclegan
    test_a, test_b = (load_images(DOMAINS, f"test{domain}")[:] for domain in "AB")
    how, card = {"batch_norm": "none", "seed": params.seed, "dtype": runtime.precision}, {}
    for name in params.evaluate.checkpoints:
        checkpoint = read(path_of("cyclegan", name))
        made = round_trips(load(checkpoint), test_a, test_b, wanted.batch_size, runtime)
        write_samples("cyclegan", name, made)
        card[name] = how | origin(checkpoint)
        if name == params.evaluate.checkpoint:
            _draw(made, test_a, test_b, wanted.columns, params.seed)
    write_card("cyclegan", card)


def draw(checkpoint: Checkpoint, count: int, params: Params, runtime: Runtime) -> dict[str, Uint8]:
    """Translations of training images, by which `select` chooses a snapshot; final scores use the test set."""
    networks = load(checkpoint)
    made = {}
    for direction, source in (("a2b", "trainA"), ("b2a", "trainB")):
        images = load_images(DOMAINS, source)
        chosen = np.sort(numpy_generator(Stream.CHOICE_INPUTS, params.seed).permutation(len(images))[:count])
        made[direction] = translate(networks[direction], images[chosen], params.sample.cyclegan.batch_size, runtime)
    return made


def load(checkpoint: Checkpoint) -> dict[str, Generator]:
    """Both generators, a2b and b2a, on the CPU, in evaluation mode."""
    networks = {}
    channels = checkpoint.meta["channels"]
    for direction, inputs, outputs in (("a2b", "a", "b"), ("b2a", "b", "a")):
        shape = CycleGANGenerator.model_validate(checkpoint.meta["generator"])
        networks[direction] = Generator(shape, channels[inputs], channels[outputs])
        networks[direction].load_state_dict(checkpoint.network(direction))
        networks[direction].eval()
    return networks


def round_trips(
    networks: dict[str, Generator], test_a: Uint8, test_b: Uint8, batch_size: int, runtime: Runtime
) -> dict[str, Uint8]:
    """a2b, b2a and their reconstructions a2b2a, b2a2b, uint8 (N, H, W, C)."""
    a2b = translate(networks["a2b"], test_a, batch_size, runtime)
    b2a = translate(networks["b2a"], test_b, batch_size, runtime)
    return {
        "a2b": a2b,
        "b2a": b2a,
        "a2b2a": translate(networks["b2a"], a2b, batch_size, runtime),
        "b2a2b": translate(networks["a2b"], b2a, batch_size, runtime),
    }


@torch.inference_mode()
def translate(network: Generator, images: Uint8, batch_size: int, runtime: Runtime) -> Uint8:
    """uint8 (N, H, W, C) to the same in the other domain."""
    network = runtime.place(network)
    parts = torch.from_numpy(np.array(images)).split(batch_size)
    inputs = (to_float(runtime.upload(part)).to(runtime.dtype) for part in parts)
    return np.concatenate([to_uint8(network(part)) for part in inputs])


def _draw(made: dict[str, Uint8], test_a: Uint8, test_b: Uint8, columns: int, seed: int) -> None:
    """One picture a direction; a column an image."""
    aligned = is_aligned(read_card(DOMAINS))
    for direction, inputs, truth in (("a2b", test_a, test_b), ("b2a", test_b, test_a)):
        back = made["a2b2a" if direction == "a2b" else "b2a2b"]
        rows = [inputs, made[direction], back, *([truth] if aligned else [])]
        chosen = varied(inputs, columns, seed)
        zoom = max(1, 128 // inputs.shape[1])
        sheet = grid(np.concatenate([to_rgb(row[chosen]) for row in rows]), len(chosen), zoom=zoom)
        save_png(sheet, REPORTS / "samples" / f"cyclegan_{direction}.png")


def varied(images: Uint8, count: int, seed: int) -> NDArray[np.intp]:
    """Indices of images worth looking at: one of each of `count` equal parts of the set (N, H, W, C).

    Each is drawn from the quarter of its part whose colours vary most: coasts and mountains, not plain sea.
    """
    rng = numpy_generator(Stream.SHOWN, seed)
    variation = images.std(axis=(1, 2)).mean(axis=-1)
    parts = np.array_split(np.arange(len(images)), min(count, len(images)))
    ranked = [part[np.argsort(variation[part])] for part in parts]
    return np.array([rng.choice(part[-max(1, len(part) // 4) :]) for part in ranked])
