"""prepare-data: pack the images of DCGAN and the two domains of CycleGAN, once, with a card each."""

from pathlib import Path

from gan.core import params
from gan.core.errors import clean_exit
from gan.core.params import PrepareData
from gan.core.paths import DOMAINS, IMAGES
from gan.datasets import earth, folder, mnist5k
from gan.datasets.packing import RESIZING, draw, pack, split, write


def images(block: PrepareData) -> None:
    """data/images: train and test."""
    wanted = block.images
    own = wanted.source == "folder"
    items = folder.items(Path(wanted.folder or "")) if own else mnist5k.items()
    drawn = draw(items, wanted.limit, block.split_seed)
    packed = pack(drawn, wanted.image_size, wanted.channels, wanted.max_rejected, "images")
    card = {
        "source": wanted.source,
        "licence": "your own" if own else mnist5k.LICENCE,
        "resizing": RESIZING,
        "split": f"shuffled with seed {block.split_seed}, the first {wanted.test_count} are the test set",
    }
    write(IMAGES, split(packed.images, wanted.test_count, block.split_seed), card, packed.rejected)


def domains(block: PrepareData) -> None:
    """data/domains: trainA, trainB, testA, testB."""
    wanted = block.domains
    if wanted.source in earth.SOURCES:
        tiles = earth.read(wanted.source, wanted.image_size, wanted.earth, block.split_seed)
        write(DOMAINS, tiles, earth.card(wanted.source, wanted.earth), [])
        return
    packed = {
        name: pack(items, wanted.image_size, 3, wanted.max_rejected, name)
        for name, items in folder.domains(Path(wanted.folder or "")).items()
    }
    card = {"source": wanted.source, "licence": "your own", "resizing": RESIZING, "split": "as found", "aligned": False}
    rejected = [(f"{name}/{item}", why) for name, part in packed.items() for item, why in part.rejected]
    write(DOMAINS, {name: part.images for name, part in packed.items()}, card, rejected)


def main() -> None:
    block = params.load().prepare_data
    images(block)
    domains(block)


if __name__ == "__main__":
    with clean_exit():
        main()
