"""Translations of unseen images by a trained CycleGAN, from its checkpoint alone."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gan.artifacts.checkpoint import Checkpoint, refuse_others
from gan.core.images import Images, Uint8, grid, to_rgb
from gan.core.streams import Stream, numpy_generator
from gan.cyclegan.train.generators import rebuilt
from gan.cyclegan.train.translated import translated
from gan.cyclegan.train.translator import Translator
from gan.loading.packed import load_images
from gan.params.models.cyclegan import Sample
from gan.records.dataset import is_aligned, read_dataset_card
from gan.records.samples import Output
from gan.run.errors import CheckpointError
from gan.run.sharing import shared
from gan.sampling.model import Context

OUTPUTS = {"a2b": Output("B", source="A", back="a2b2a"), "b2a": Output("A", source="B", back="b2a2b")}
BACKWARDS = {"a2b": "b2a", "b2a": "a2b"}


def samples(checkpoint: Checkpoint, _: Sample, context: Context) -> dict[str, Uint8]:
    """Translations of the test sets, and these translated back: a2b, b2a, a2b2a, b2a2b."""
    networks = load_both(checkpoint)
    made = {
        name: translate(networks[name], load_images(context.data, f"test{output.source}"), context)
        for name, output in OUTPUTS.items()
    }
    backs = {
        str(output.back): translate(networks[BACKWARDS[name]], made[name], context) for name, output in OUTPUTS.items()
    }
    return made | backs


def choice_samples(checkpoint: Checkpoint, count: int, context: Context) -> dict[str, Uint8]:
    """Translations of training images, by which `select` chooses a snapshot; final scores use the test set."""
    networks = load_both(checkpoint)
    made = {}
    for name, output in OUTPUTS.items():
        images = load_images(context.data, f"train{output.source}")
        chosen = np.sort(numpy_generator(Stream.CHOICE_INPUTS, context.seed).permutation(len(images))[:count])
        made[name] = translate(networks[name], images[chosen], context)
    return made


def grids(_: Checkpoint, made: dict[str, Uint8], wanted: Sample, context: Context) -> dict[str, Uint8]:
    """A grid per direction, with a column per image: input, translation, back again, and the truth if it is known."""
    aligned = is_aligned(read_dataset_card(context.data))
    sheets = {}
    for name, output in OUTPUTS.items():
        inputs, truth = (load_images(context.data, f"test{one}")[:] for one in (output.source, output.target))
        rows = [inputs, made[name], made[str(output.back)], *([truth] if aligned else [])]
        chosen = varied(inputs, wanted.columns, context.seed)
        zoom = max(1, 128 // inputs.shape[1])
        sheets[name] = grid(np.concatenate([to_rgb(row[chosen]) for row in rows]), len(chosen), zoom=zoom)
    return sheets


def load(checkpoint: Checkpoint) -> dict[str, Translator]:
    """Both generators, a2b and b2a, or all but the one that the checkpoint lacks; on the CPU, in evaluation mode."""
    networks = {}
    with refuse_others(checkpoint):
        channels = checkpoint.meta["channels"]
        for name, output in OUTPUTS.items():
            if name == checkpoint.meta.get("lacks"):
                continue
            inputs, outputs = (channels[str(one).lower()] for one in (output.source, output.target))
            networks[name] = rebuilt(checkpoint.meta, inputs, outputs)
            networks[name].load_state_dict(checkpoint.network(name))
            networks[name].eval()
    return networks


def load_both(checkpoint: Checkpoint) -> dict[str, Translator]:
    """As `load`.

    Raises:
        CheckpointError: the checkpoint lacks one.
    """
    if "lacks" in checkpoint.meta:
        raise CheckpointError(
            f"{checkpoint.path or 'the checkpoint'} lacks {checkpoint.meta['lacks']}, and scores need both directions; "
            "import it with --back"
        )
    return load(checkpoint)


def translate(network: Translator, images: Images, context: Context) -> Uint8:
    """uint8 (N, H, W, C) to the same in the other domain."""
    work = partial(_translated, network, context)
    return np.concatenate([*shared(work, context.batch_size, images)])


def _translated(network: Translator, context: Context, images: Images) -> Iterator[Uint8]:
    placed = context.runtime.place(network)
    yield translated(placed, np.array(images[:]), context.batch_size, context.runtime)


def varied(images: Uint8, count: int, seed: int) -> NDArray[np.intp]:
    """Indices of images worth looking at: one from each of `count` equal parts of the set (N, H, W, C).

    Each is drawn from the quarter of its part whose pixels vary most: coasts and mountains, not plain sea.
    """
    rng = numpy_generator(Stream.SHOWN, seed)
    variation = images.std(axis=(1, 2)).mean(axis=-1)
    parts = np.array_split(np.arange(len(images)), min(count, len(images)))
    ranked = [part[np.argsort(variation[part])] for part in parts]
    return np.array([rng.choice(part[-max(1, len(part) // 4) :]) for part in ranked])
