"""A small classifier, trained on the training images: does a sample show the class that was asked for?"""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn
from torch.nn import functional

from gan.core.images import Images, Uint8
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.core.tensors import to_float
from gan.run.errors import DataError
from gan.run.files import write_whole
from gan.run.progress import Progress

FILE = "classifier.safetensors"
SEEN = 32  # pixels; larger images are averaged down to it, so that photographs take no longer than digits
WIDTH = 16  # channels of the first layer
# These decide how well it knows the classes, not how well a generator does, so no param turns them.
STEPS, BATCH, RATE = 1000, 64, 3e-3
SHIFT = 2  # pixels, the most by which a batch of training images is moved
MANY = 256  # images that are classified at once

Labels = NDArray[np.int64]


class Classifier(nn.Module):
    """Images (N, channels, 32, 32) in [-1, 1] to logits (N, classes): four convolutions, then the mean over places."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.channels, self.classes = channels, classes
        self.layers = nn.Sequential(
            *_block(channels, WIDTH, stride=2),  # (N, 16, 16, 16)
            *_block(WIDTH, 2 * WIDTH, stride=2),  # (N, 32, 8, 8)
            *_block(2 * WIDTH, 4 * WIDTH),
            *_block(4 * WIDTH, 4 * WIDTH),  # (N, 64, 8, 8)
        )
        self.output = nn.Linear(4 * WIDTH, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.output(self.layers(images).mean(dim=(2, 3)))
        return logits


def _block(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def train(images: Images, labels: Labels, runtime: Runtime) -> Classifier:
    """Learn the classes of images, uint8 (N, H, W, C), from their labels (N,) in [0, classes), always in float32.

    The same for all experiments on the same data: its random numbers do not depend on `seed`.
    """
    seed_torch(Stream.CLASSIFIER)
    network = runtime.place(Classifier(images.shape[-1], int(labels.max()) + 1)).train()
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    order = torch.empty(0, dtype=torch.int64)
    with Progress("classifier", STEPS, "steps") as progress:
        for _ in range(STEPS):
            while len(order) < BATCH:
                order = torch.cat([order, torch.randperm(len(images))])
            chosen, order = order[:BATCH].numpy(), order[BATCH:]
            logits = network(runtime.upload(_shifted(_small(images[chosen]))))
            loss = functional.cross_entropy(logits, runtime.upload(torch.from_numpy(labels[chosen])))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            progress.advance()
    return network.eval()


def _small(images: Uint8) -> torch.Tensor:
    """uint8 (N, H, W, C) to float (N, C, 32, 32) in [-1, 1]; each pixel is the mean of those that it covers."""
    whole = to_float(torch.from_numpy(np.array(images)))
    return functional.avg_pool2d(whole, whole.shape[-1] // SEEN)


def _shifted(images: torch.Tensor) -> torch.Tensor:
    """All images moved alike, by up to SHIFT pixels; their borders are repeated."""
    height, width = images.shape[-2:]
    top, left = torch.randint(2 * SHIFT + 1, (2,)).tolist()
    wider = functional.pad(images, (SHIFT,) * 4, mode="replicate")
    return wider[..., top : top + height, left : left + width]


@torch.inference_mode()
def classify(network: Classifier, images: Images, runtime: Runtime) -> Labels:
    """The most likely class of each image, uint8 (N, H, W, C): (N,)."""
    seen = []
    for first in range(0, len(images), MANY):
        logits = network(runtime.upload(_small(images[first : first + MANY])))
        seen.append(logits.argmax(dim=1).cpu().numpy())
    return np.concatenate(seen)


def write_classifier(folder: Path, network: Classifier, test_accuracy: float) -> None:
    """Write folder/classifier.safetensors; the same network gives the same bytes."""
    about = {"channels": network.channels, "classes": network.classes, "test_accuracy": test_accuracy}
    weights = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    write_whole(folder / FILE, save(weights, {"classifier": json.dumps(about, sort_keys=True)}))


def read_classifier(folder: Path, runtime: Runtime) -> Classifier:
    """The classifier that `write_classifier` wrote, on the runtime's device.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = folder / FILE
    try:
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {})["classifier"])
            network = Classifier(about["channels"], about["classes"])
            network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; `dvc repro -sf reference@{folder.name}` trains it") from error
    except (SafetensorError, LookupError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:80]
        raise DataError(f"{path} is damaged ({reason}); `dvc checkout --force {path}` restores it") from error
    return runtime.place(network).eval()
