"""The datasets of the CycleGAN paper (Zhu et al. 2017), from the zips that its authors publish."""

from dataclasses import dataclass
from pathlib import Path

from gan.datasets import layouts
from gan.datasets.official import Official
from gan.datasets.splits import Layout
from gan.run.download import Remote

HOSTS = (
    "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets",
    "https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets",
)


@dataclass(frozen=True)
class Published:
    """A zip of the authors: its SHA-256, as in TensorFlow Datasets, and whether testA[i] and testB[i] are pairs."""

    sha256: str
    aligned: bool = False


SOURCES = {
    "apple2orange": Published("845a191e9af8926408ea597001cd03a452e3300a1f44a79fe329b3d59f6e3eb8"),
    "cezanne2photo": Published("3a6c10ca21f9485862f1cbd707744b9dc258954a04631271d23a3605eeb63cff"),
    "cityscapes": Published("d2f6910fd056c1ee9873777ae838e7ac4a2c833598ae62a04188e5ab2f4ea036", aligned=True),
    "facades": Published("9a31ebf3a31b9b5cd195dd5bf62e9308e00cb94604d1019e3889ac84248695c0", aligned=True),
    "horse2zebra": Published("a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1"),
    "iphone2dslr_flower": Published("8fcb5e374d631b107e1d961b8c4cd0a186aa2a4ff3e279923f4c426128de7113"),
    "maps": Published("639534f69dbf9f36bef8d6292a7698006361221f83f0285d7c9ca78afe6e8a9e", aligned=True),
    "monet2photo": Published("88f91b00fc228f97c9411fbf1880ec1d119c98f1722e4cfcfaa2fb35fac05b04"),
    "summer2winter_yosemite": Published("167fe1726807a9d22bd106b4a6c0bd7953b688af924ac1bf967439c4961e49f9"),
    "ukiyoe2photo": Published("02a2a2fb5ecf425ca1bf86aca7304377da64a2a1d3b86df54eb65e4068bf3b08"),
    "vangogh2photo": Published("362c3473e70be0944bda08d49d660eafdc2854df55d697835b8186d1d79caaff"),
}


def sets(official: Official, scratch: Path) -> Layout:
    """trainA, trainB, testA and testB, from a local folder called like the dataset, or from its zip.

    Raises:
        DataError: the dataset can neither be found nor downloaded.
    """
    name = official.source
    root = official.home if official.home and (official.home / "trainA").is_dir() else official.find(name)
    if root is None or not root.is_dir():
        urls = tuple(f"{host}/{name}.zip" for host in HOSTS)
        root = official.get_unpacked(Remote(f"{name}.zip", urls, f"sha256:{SOURCES[name].sha256}"))
    return layouts.collections(root, scratch, test_count=0, seed=0)
