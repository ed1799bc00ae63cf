"""Images are checked once: what cannot be read is set aside and named, what can is packed the same way twice."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gan.core.errors import DataError
from gan.datasets.folder import items
from gan.datasets.packing import Item, content_hash, draw, pack, split, write


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A tree as users have it: nested, of many formats, with broken files among them."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "photos"
    (folder / "deep" / "er").mkdir(parents=True)
    for name, mode, size in [
        ("a.png", "RGB", (40, 30)),
        ("deep/b.jpg", "L", (32, 64)),
        ("deep/er/c.webp", "RGB", (9, 9)),
    ]:
        bands = len(Image.new(mode, (1, 1)).getbands())
        pixels = rng.integers(0, 256, (size[1], size[0], bands), np.uint8).squeeze()
        Image.fromarray(pixels, mode).save(folder / name)
    Image.new("RGBA", (20, 20), (10, 20, 30, 0)).save(folder / "clear.png")
    (folder / "notes.txt").write_text("no image")
    (folder / "cut.jpg").write_bytes((folder / "deep" / "b.jpg").read_bytes()[:200])
    (folder / "empty.png").write_bytes(b"")
    return folder


def test_broken_images_are_listed_with_a_reason_and_the_rest_packed(photos: Path) -> None:
    packed = pack(items(photos), 16, 3, max_rejected=0.5, title="photos")
    assert packed.images.shape == (4, 16, 16, 3)
    assert packed.images.dtype == np.uint8
    assert [name for name, _ in packed.rejected] == ["cut.jpg", "empty.png"]
    assert all(reason for _, reason in packed.rejected)


def test_too_many_broken_images_stop_the_work(photos: Path) -> None:
    with pytest.raises(DataError, match=r"2 of 6 images cannot be used, max_rejected allows 10.0%.*cut.jpg"):
        pack(items(photos), 16, 3, max_rejected=0.1, title="photos")


def test_exif_orientation_is_followed(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4] = 255  # the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by half
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    (image,) = pack(items(tmp_path), 8, 1, 0.0, "").images
    assert image[:4].max() == 0
    assert image[4:].min() == 255


def test_resizing_keeps_the_aspect_and_crops_the_centre() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 200
    (image,) = pack([Item("wide", lambda: Image.fromarray(wide))], 10, 3, 0.0, "").images
    assert (image == 200).all()


def test_split_parts_share_nothing_and_lose_nothing() -> None:
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
    parts = split(images, 12, seed=3)
    assert (len(parts["train"]), len(parts["test"])) == (38, 12)
    assert sorted(np.concatenate(list(parts.values())).ravel()) == list(range(50))
    assert not np.array_equal(parts["test"].ravel(), np.arange(12))  # MNIST comes sorted by label
    np.testing.assert_array_equal(parts["test"], split(images, 12, seed=3)["test"])
    assert not np.array_equal(parts["test"], split(images, 12, seed=4)["test"])


def test_split_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="test_count 9 leaves nothing to train on: there are 10 images"):
        split(np.zeros((10, 1, 1, 1), np.uint8), 9, 0)


@given(count=st.integers(0, 30), limit=st.none() | st.integers(1, 40), seed=st.integers(0, 5))
def test_draw_takes_distinct_items_in_order(count: int, limit: int | None, seed: int) -> None:
    found = [Item(f"{index:02d}", Image.Image) for index in range(count)]
    names = [item.name for item in draw(found, limit, seed)]
    assert names == sorted(set(names))
    assert len(names) == (count if limit is None else min(count, limit))


def test_the_same_images_give_the_same_files(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 1), np.uint8)
    for name in ("one", "two"):
        write(tmp_path / name, {"train": images}, {"source": "x"}, [("bad\t.png", "why")])
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    card = json.loads((tmp_path / "one" / "card.json").read_text())
    assert card["sets"]["train"] == {"count": 3, "shape": [4, 4, 1]}
    assert card["sha256"]["train"] == content_hash(images)
    assert (tmp_path / "one" / "rejected.tsv").read_text() == 'name\treason\n"bad\\t.png"\t"why"\n'


def test_the_hash_sees_shape_and_pixels() -> None:
    images = np.zeros((2, 2, 2, 1), np.uint8)
    changed = images.copy()
    changed[1, 1, 1] = 1
    assert len({content_hash(images), content_hash(changed), content_hash(images.reshape(1, 4, 2, 1))}) == 3
