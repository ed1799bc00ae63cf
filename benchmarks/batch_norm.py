"""Which statistics should BatchNorm use in the averaged generator? `python -m benchmarks.batch_norm` compares two.

A checkpoint keeps the running statistics of training, averaged like the weights. BigGAN and StudioGAN measure new ones,
with the averaged weights on fresh latents (`torch.optim.swa_utils.update_bn`). Each snapshot generates images from the
same latents with either, and the table gives the KID of both.
"""

import argparse
from pathlib import Path

import pandas as pd
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from gan.artifacts.checkpoint import read
from gan.core.runtime import Runtime, choose_runtime
from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.dcgan import sampling
from gan.dcgan.train.nets import latents
from gan.distances.kid import features_to_kid, mean_within
from gan.features.extractors import build_as
from gan.features.features import extract
from gan.features.reference import read_features
from gan.params.models.dcgan import GeneratorShape
from gan.params.schema import load
from gan.run.paths import CHECKPOINTS, REFERENCE

BATCHES = 100  # batches of latents to measure on, each of the size used in training


def measured_anew(network: nn.Module, z: torch.Tensor, batch_size: int, runtime: Runtime) -> nn.Module:
    """The network with BatchNorm's statistics measured on these latents (N, z_dim), in evaluation mode."""
    network = runtime.place(network)
    with torch.no_grad(), runtime.autocast():
        update_bn([runtime.upload(part) for part in z.split(batch_size)], network)
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch_norm", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=CHECKPOINTS / "dcgan" / "snapshots", help="%(default)s")
    parser.add_argument("--count", type=int, default=1000, help="samples of each; %(default)s")
    given = parser.parse_args()
    params = load()
    runtime = choose_runtime(params.accelerator, params.precision, params.determinism)
    folder = REFERENCE / "dcgan" / params.evaluate.extractors[0]
    extractor = build_as(folder, params.evaluate, runtime)
    real = read_features(folder, "train")
    within, batch_size, rows = mean_within(real), params.train_dcgan.batch_size, []
    for path in sorted(given.folder.glob("*.safetensors")):
        checkpoint = read(path)
        shape = GeneratorShape.model_validate(checkpoint.meta["generator"])
        z = latents(given.count, shape, torch_generator(Stream.SAMPLES, params.seed))
        fresh = latents(BATCHES * batch_size, shape, torch_generator(Stream.PREVIEW, params.seed))
        row = {"snapshot": path.stem}
        kinds = {"averaged": sampling.load(checkpoint)}
        kinds["measured anew"] = measured_anew(sampling.load(checkpoint), fresh, batch_size, runtime)
        for name, network in kinds.items():
            images = sampling.generate(network, z, params.sample.dcgan.batch_size, runtime)
            kid, _ = features_to_kid(real, extract(images, extractor, params.evaluate.batch_size, name), within)
            row[f"KID ×1000, {name}"] = f"{kid * 1000:.2f}"
        rows.append(row)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
