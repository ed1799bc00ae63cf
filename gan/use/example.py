"""A program of ten lines that loads an export, and needs nothing of this one."""

from gan.sampling.use import Input, Network
from gan.use.formats import MADE, ONNX, SAFETENSORS, TORCH, WEIGHTS, File

COUNT = 8  # images that an example makes from noise
NAME = "example.py"
READS = f"""\"\"\"Prints what the file holds: `python {NAME}` in this folder; needs numpy and safetensors.\"\"\"

import json

from safetensors import safe_open

with safe_open("{WEIGHTS}", "np") as file:
    about = json.loads(file.metadata()["gan"])  # what the networks are built from, as in config.json
    weights = {{name: file.get_tensor(name) for name in file.keys()}}
for name, weight in weights.items():
    print(name, weight.dtype, weight.shape)
print(about)
"""
RUNS = """\"\"\"{does}: `python {name} {arguments}` in this folder; needs numpy, {library} and pillow.\"\"\"

import sys

import numpy as np
import {library}
from PIL import Image

{inputs}
network = {load}("{file}")
{made} = {run}  # float32 (N, C, H, W) in [-1, 1]
images = np.rint(({made} + 1) * 127.5).astype(np.uint8).transpose(0, 2, 3, 1)
Image.fromarray(np.hstack(images).squeeze()).save(sys.argv[-1])
"""


def example(kind: str, network: Network, file: File) -> str:
    """The text of the program: it makes images with this network; of safetensors, it prints what they are."""
    if kind == SAFETENSORS:
        return READS
    translates = any(one.free for one in network.inputs)
    names = [one.name for one in network.inputs]
    given = ", ".join(f'"{name}": {name}' for name in names)
    of_onnx = f"network.run(None, {{{given}}})[0]"
    of_torch = f"network({', '.join(f'torch.from_numpy({name})' for name in names)}).numpy()"
    library, load, run = {
        ONNX: ("onnxruntime", "onnxruntime.InferenceSession", of_onnx),
        TORCH: ("torch", "torch.jit.load", of_torch),
    }[kind]
    return RUNS.format(
        name=NAME,
        does="Translates a picture" if translates else "Makes images from noise",
        arguments="photo.jpg made.png" if translates else "made.png",
        inputs="\n".join(_picture(one) if one.free else _noise(one) for one in network.inputs),
        library=library,
        load=load,
        run=run,
        file=file.file,
        made=MADE,
    )


def _noise(one: Input) -> str:
    """The line that draws an input."""
    if isinstance(one.draws, int):
        return f"{one.name} = np.arange({COUNT}) % {one.draws}"
    shape = ", ".join(map(str, (COUNT, *one.sizes)))
    law = {"normal": "standard_normal(({}), np.float32)", "uniform": "random(({}), np.float32) * 2 - 1"}[one.draws]
    return f"{one.name} = np.random.default_rng().{law.format(shape)}"


def _picture(one: Input) -> str:
    """The lines that read a picture, cut to sides that the network takes."""
    mode, multiple = {1: "L", 3: "RGB"}[one.sizes[0]], one.sizes[1]
    cut = f"[: len(pixels) // {multiple} * {multiple}, : pixels.shape[1] // {multiple} * {multiple}]"
    return (
        f'pixels = np.asarray(Image.open(sys.argv[1]).convert("{mode}"), np.float32)\n'
        f"{one.name} = np.atleast_3d(pixels{cut}).transpose(2, 0, 1)[None] / 127.5 - 1"
    )
