"""From params to packed data: DCGAN's images and CycleGAN's domains."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gan.datasets import cyclegan_sets, earth, imagenet, layouts, lsun, mnist5k, splits
from gan.datasets.collection import Collection
from gan.datasets.decode import Preprocessing
from gan.datasets.faint import refuse_faint
from gan.datasets.labels import classes_of
from gan.datasets.licences import LICENCES
from gan.datasets.official import Official
from gan.datasets.packing import pack
from gan.datasets.publish import Card, publish, summarise
from gan.datasets.splits import Layout
from gan.datasets.walk import counted
from gan.datasets.writer import Packing, Part
from gan.params.prepare_data import DomainSource, ImageSource, PrepareData, Source
from gan.run.errors import DataError
from gan.run.paths import main_repository

OWN_SPLIT = "the source's own"


@dataclass(frozen=True)
class Preparation:
    """One run of prepare-data.

    Args:
        params: the block `prepare_data`.
        state: a folder that survives a kill.
    """

    params: PrepareData
    state: Path
    save_every_seconds: float

    def images(self, target: Path) -> None:
        """Pack `train` and `test` for DCGAN into `target`.

        Raises:
            DataError: the source cannot be found or downloaded, or too few of its images can be used.
        """
        wanted, seed = self.params.images, self.params.split_seed
        layout, about = self._earth(wanted) if wanted.source in earth.SOURCES else (self._images(wanted), {})
        sets = layout.sets
        sets["train"].refuse_missing(wanted.classes)
        sets = {name: one.of_classes(wanted.classes).limited(wanted.limit, seed) for name, one in sets.items()}
        if wanted.classes and "test" in sets and not len(sets["test"]):
            raise DataError(f"classes: the test set of its own has no image of {', '.join(wanted.classes)}")
        if wanted.labels:
            classes_of({name: one.names for name, one in sets.items() if len(one)})
        shuffled = {name: one.shuffled(seed) for name, one in sets.items()}
        how = self._how(wanted, wanted.channels)
        if "test" in sets and len(sets["test"]):
            parts = [Part(one, {name: None}, how, prefix=f"{name}/") for name, one in shuffled.items()]
            split = f"{layout.split or OWN_SPLIT}; shuffled"
        else:
            _refuse_no_training(sets["train"], wanted.test_count)
            parts = [Part(shuffled["train"], {"test": wanted.test_count, "train": None}, how)]
            split = f"shuffled with seed {seed}, the first {wanted.test_count} are the test set"
        card: Card = {**about, "split": split, "classes": wanted.classes or "all", "preprocessing": str(how)}
        self._pack(wanted, parts, target, card, layout.passed)

    def domains(self, target: Path) -> None:
        """Pack `trainA`, `trainB`, `testA` and `testB` for CycleGAN into `target`.

        Raises:
            DataError: the source cannot be found or downloaded, or too few of its images can be used.
        """
        wanted, seed = self.params.domains, self.params.split_seed
        layout, card = self._domains(wanted)
        sets = layout.sets
        aligned = bool(card["aligned"])
        if aligned:
            layouts.refuse_unpaired(sets)
        sets = {name: one.limited(wanted.limit, seed) for name, one in sets.items()}
        hows = {"A": self._how(wanted, wanted.channels.a), "B": self._how(wanted, wanted.channels.b)}
        part = {name: Part(one, {name: None}, hows[name[-1]], prefix=f"{name}/") for name, one in sets.items()}
        if aligned:
            test_a = part.pop("testA")
            pairs = Part(test_a.collection, test_a.quotas, test_a.how, test_a.prefix, twin=part.pop("testB"))
            part["testA"] = pairs
        card |= {"preprocessing": {domain: str(how) for domain, how in hows.items()}}
        if 1 in (wanted.channels.a, wanted.channels.b):
            card.pop("mask", None)  # its rules need colour
        self._pack(wanted, list(part.values()), target, card, layout.passed)

    def _images(self, wanted: ImageSource) -> Layout:
        """`train`, and `test` if the source has one."""
        if wanted.source == "mnist5k":
            return Layout({"train": mnist5k.collection()})
        if wanted.source == "folder":  # before `_official`, which refuses an archive
            return splits.of_images(_place(wanted.folder or ""), self.state)
        official = self._official(wanted)
        if wanted.source == "lsun":
            return Layout(lsun.sets(official, wanted.classes))
        from gan.datasets import celeba, torchvision_sets  # torchvision takes seconds to import

        readers = {**torchvision_sets.SOURCES, "celeba": celeba.sets, "imagenet": imagenet.sets}
        return Layout(readers[wanted.source](official, self.state))

    def _domains(self, wanted: DomainSource) -> tuple[Layout, Card]:
        if wanted.source in earth.SOURCES:
            layout, about = self._earth(wanted)
            return layout, {"aligned": True, **about}
        if wanted.source == "folder":
            seed = self.params.split_seed
            layout = layouts.collections(_place(wanted.folder or ""), self.state, wanted.test_count, seed)
            return layout, {"aligned": wanted.aligned, "split": layout.split}
        layout = cyclegan_sets.sets(self._official(wanted), self.state)
        return layout, {"aligned": cyclegan_sets.SOURCES[wanted.source].aligned, "split": layout.split}

    def _earth(self, wanted: ImageSource | DomainSource) -> tuple[Layout, Card]:
        about = earth.card(wanted.source, wanted.earth)
        sets = earth.collections(wanted.source, wanted.image_size, wanted.earth, self.params.split_seed)
        return Layout(sets, str(about["split"])), about

    def _pack(self, wanted: Source, parts: list[Part], target: Path, card: Card, passed: Counter[str]) -> None:
        work = self.params.work
        job = Packing(
            title=f"{target.name}, {wanted.source}",
            folder=self.state,
            workers=work.threads,
            shard_bytes=self.params.shard_megabytes << 20,
            max_rejected=wanted.max_rejected,
            save_every_seconds=self.save_every_seconds,
        )
        start: Card = {"source": wanted.source, "licence": LICENCES.get(wanted.source)}
        end = {"passed_over": counted(passed)} if passed else {}
        packed = pack(parts, job)
        if wanted.bits is None:
            block = "images" if isinstance(wanted, ImageSource) else "domains"
            refuse_faint(packed, self.state / "packing", f"prepare_data.{block}")
        labels = isinstance(wanted, ImageSource) and wanted.labels
        publish(packed, self.state / "packing", target, {**start, **card, "limit": wanted.limit, **end}, labels)
        summarise(target, job.title)

    def _how(self, wanted: Source, channels: int) -> Preprocessing:
        params = self.params
        return Preprocessing(
            wanted.image_size,
            channels,
            wanted.resample,
            wanted.fit,
            params.min_side,
            params.max_megapixels,
            wanted.bits,
        )

    def _official(self, wanted: Source) -> Official:
        home = _place(wanted.folder) if wanted.folder else None
        if home and not home.is_dir():
            raise DataError(f"{home} is no folder; give the one that holds the files of {wanted.source}, or null")
        downloads = main_repository() / self.params.work.downloads
        return Official(wanted.source, home, downloads, tuple(self.params.work.mirrors))


def _place(path: str) -> Path:
    """A path of params.yaml, here or in the user's own repository: DVC's copies of it lack what git ignores."""
    return Path(path) if Path(path).exists() else main_repository() / path


def _refuse_no_training(images: Collection, test_count: int) -> None:
    if len(images) < test_count + 2:
        raise DataError(
            f"test_count {test_count} leaves nothing to train on: there are {len(images)} images{images.losses}"
        )
