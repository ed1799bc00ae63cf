"""A third model, of one linear layer: everything that must be written to add a model."""

from pathlib import Path

import yaml

from gan.params.training import Training
from tests import tiny

FILES = {
    "gan/params/models/toy.py": """
from gan.params.blocks import Count
from gan.params.sampling import Sampling
from gan.params.training import Training


class Train(Training):
    steps: Count


class Sample(Sampling):
    count: Count
""",
    **dict.fromkeys(("gan/toy/__init__.py", "gan/toy/train/__init__.py"), ""),
    "gan/toy/train/recipe.py": """
import torch
from torch import nn

from gan.artifacts.checkpoint import named
from gan.core.images import grid
from gan.core.tensors import to_float, to_uint8
from gan.training.batches import Batches


class Toy:  # learns the mean image, whatever the noise
    def __init__(self, images, params, seed, runtime):
        self.params, self.runtime = params, runtime
        self.batches = Batches(images, params.batch_size, (seed,), runtime)
        self.per_epoch, self.total_steps = self.batches.per_epoch, params.steps
        self.shape = images.shape[1:]
        self.network = nn.Linear(4, self.shape[0] * self.shape[1] * self.shape[2])
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=0.1)

    def step(self, step):
        real = to_float(self.batches.at(step))
        loss = (make(self.network, torch.randn(len(real), 4), self.shape) - real).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.detach()}

    def preview(self):
        return grid(self.samples(4)[""], 4)

    def samples(self, count):
        z = torch.randn(count, 4, generator=torch.Generator().manual_seed(0))
        return {"": to_uint8(make(self.network, z, self.shape))}

    def reals(self):
        return {"": self.batches.images}

    def weights(self):
        return named({"toy": self.network})

    def meta(self):
        return {"shape": list(self.shape)}

    def parts(self):
        return {"toy": self.network, "optimizer": self.optimizer}


def make(network, z, shape):
    height, width, channels = shape
    return network(z).tanh().reshape(len(z), channels, height, width)
""",
    "gan/toy/sampling.py": """
import torch
from torch import nn

from gan.records.samples import ONLY
from gan.core.images import grid
from gan.core.tensors import to_uint8
from gan.core.streams import Stream
from gan.core.seeding import torch_generator
from gan.toy.train.recipe import make


def samples(checkpoint, wanted, context):
    return {ONLY: _made(checkpoint, wanted.count, torch_generator(Stream.SAMPLES, context.seed))}


def choice_samples(checkpoint, count, context):
    return {"": _made(checkpoint, count, torch_generator(Stream.CHOICE_LATENTS, context.seed))}


def grids(checkpoint, made, wanted, context):
    return {"first": grid(made[ONLY][:16], 4), "others": grid(made[ONLY][16:32], 4)}


def untrained(checkpoint, seed):
    zero = {name: torch.zeros_like(weight) for name, weight in checkpoint.weights.items()}
    return type(checkpoint)(zero, checkpoint.meta)


def network_of(checkpoint):
    shape = checkpoint.meta["shape"]
    network = nn.Linear(4, shape[0] * shape[1] * shape[2])
    network.load_state_dict({name: weight.float() for name, weight in checkpoint.network("toy").items()})
    return network


def _made(checkpoint, count, generator):
    z = torch.randn(count, 4, generator=generator)
    return to_uint8(make(network_of(checkpoint), z, checkpoint.meta["shape"]))
""",
    "gan/toy/model.py": """
from gan.sampling.model import Model
from gan.records.samples import Output
from gan.toy import sampling

MODEL = Model({"": Output()}, "none", sampling.samples, sampling.choice_samples, sampling.grids, sampling.untrained)
""",
    "gan/toy/use.py": """
from torch import nn

from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.sampling.use import Input, Network, Use
from gan.toy.sampling import _made, network_of


def samples(checkpoint, wanted, runtime):
    yield _made(checkpoint, wanted.count, torch_generator(Stream.SAMPLES, wanted.seed))


def networks(checkpoint):
    height, width, channels = checkpoint.meta["shape"]
    module = nn.Sequential(network_of(checkpoint), nn.Tanh(), nn.Unflatten(1, (channels, height, width)))
    return {"toy": Network(module, (Input("z", (4,), "normal"),))}


USE = Use(samples=samples, networks=networks)
""",
    "stages/train_toy.py": """
from gan.loading.packed import load_images
from gan.toy.train.recipe import Toy
from gan.training.train import run


def recipe(p, data, runtime):
    return Toy(load_images(data, "train"), p.train_toy, p.seed, runtime)


if __name__ == "__main__":
    run("toy", recipe)
""",
}

MODELS = "\n      dcgan: {block: images"  # the third model's line is inserted before this one
TOY = "\n      toy: {block: images, data: data/packed/toy, grids: {first: first, second: others}}"
TRAINING = """
  train-toy:
    cmd: python -m stages.train_toy data/packed/toy
    deps: [stages/train_toy.py, gan/core, gan/loading, gan/artifacts, gan/training, gan/toy/train, data/packed/toy]
    params: [seed, precision, determinism, train_toy]
    outs:
    - data/checkpoints/toy/last.safetensors
    - data/checkpoints/toy/losses.csv
    - data/checkpoints/toy/snapshots
    - reports/toy/previews
"""
REPORT = [
    "data/packed/toy",
    "data/checkpoints/toy/last.safetensors",
    "data/samples/toy/card.json",
    *(f"reports/toy/{name}" for name in ("previews", "fid.csv", "history.csv", "metrics.json")),
    *(f"reports/samples/toy_{name}.png" for name in ("first", "neighbours")),
]
PARAMS = ["train_toy", "reports/toy/run.json: [environments, checkpoint.md5]"]


def add(project: Path) -> None:
    """Add the package, the training stage, and the entries of dvc.yaml and params.yaml."""
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    pipeline = (project / "dvc.yaml").read_text()
    assert pipeline.count(MODELS) == 1
    pipeline = pipeline.replace(MODELS, TOY + MODELS).replace("\n  train-cyclegan:", f"{TRAINING}\n  train-cyclegan:")
    last = "      cyclegan:domains:data/packed/domains:a2b,b2a\n"
    pipeline = pipeline.replace(last, f"{last}      toy:images:data/packed/toy:first\n")
    for before, added in (("    - reports/dcgan/fid.csv\n", REPORT), ("    - train_dcgan\n", PARAMS)):
        assert pipeline.count(before) == 1
        pipeline = pipeline.replace(before, before + "".join(f"    - {path}\n" for path in added))
    (project / "dvc.yaml").write_text(pipeline)
    values = tiny.values()
    block = {name: values["train_dcgan"][name] for name in Training.model_fields} | {"steps": 30}
    values["select"]["toy"], values["sample"]["toy"] = {"images": 12}, {"count": 40, "batch_size": 40}
    (project / "params.yaml").write_text(yaml.safe_dump(values | {"train_toy": block}, sort_keys=False))
