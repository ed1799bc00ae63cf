"""ImageNet (ILSVRC 2012) as folders of classes: train/n01440764/*.JPEG and val/n01440764/*.JPEG."""

from pathlib import Path

from gan.datasets import folder
from gan.datasets.collection import Collection
from gan.datasets.official import Official

ADVICE = (
    "ImageNet asks for an account, so nothing downloads it: unpack ILSVRC2012_img_train.tar to train/<class>/*.JPEG "
    "and, for the official test set, the validation images to val/<class>/*.JPEG"
)


def sets(official: Official, scratch: Path) -> dict[str, Collection]:
    """`train`, and the validation images as `test` if they lie in folders of classes too.

    Raises:
        DataError: there is no folder `train`.
    """
    train = official.must_find(ADVICE, "train")
    found = {"train": folder.collection(train, scratch)}
    val = train.with_name("val")
    if val.is_dir() and any(path.is_dir() for path in val.iterdir()):
        found["test"] = folder.collection(val, scratch)
    return found
