"""CelebA, aligned and cropped faces: the official zip or folder of 202,599 JPEGs."""

from pathlib import Path

from torchvision import datasets

from gan.datasets import folder
from gan.datasets.collection import Collection
from gan.datasets.official import Official
from gan.run.download import Remote

IMAGES, PARTITION = "img_align_celeba", "list_eval_partition.txt"
GOOGLE_DRIVE = "https://drive.usercontent.google.com/download?export=download&confirm=t&id="
TRAIN, TEST = "0", "2"  # of the official partition; 1 is for validation, and is left out


def sets(official: Official, scratch: Path) -> dict[str, Collection]:
    """`train` and `test` by the official partition; all images as `train` if a local copy has no partition.

    Raises:
        DataError: the images can neither be found nor downloaded.
    """
    remotes = {name: Remote(name, (GOOGLE_DRIVE + key,), f"md5:{md5}") for key, md5, name in datasets.CelebA.file_list}
    local = official.find_at_home(IMAGES, f"{IMAGES}.zip") is not None
    images = folder.collection(official.get_folder(IMAGES, remotes[f"{IMAGES}.zip"]), scratch)
    partition = official.find_at_home(PARTITION) or (None if local else official.get(remotes[PARTITION]))
    if partition is None:
        return {"train": images}
    part_of = dict(line.split() for line in partition.read_text().splitlines() if line.strip())
    tested = [one for one in images.rejected if part_of.get(one[0]) == TEST]
    # Also those of no part, so that each rejected file is counted in one set.
    others = [one for one in images.rejected if part_of.get(one[0]) != TEST]
    return {
        name: images.take((index for index, image in enumerate(images.names) if part_of.get(image) == part), rejected)
        for name, part, rejected in (("train", TRAIN, others), ("test", TEST, tested))
    }
