"""`python -m gan`: small commands for what DVC cannot do."""

import argparse
import io
import os
import sys
from importlib import import_module

from gan.commands.arguments import Parser
from gan.run.errors import clean_exit

# A module of gan/commands each. Only the one that is asked for is imported, as their imports take seconds.
COMMANDS = {
    "data": "datasets",
    "sample": "images from noise, by a trained model: an experiment, a tag, a file",
    "translate": "pictures of any size into the other domain, by a trained model",
    "export": "a trained model for ONNX, torch alone or safetensors, with a model card",
    "import": "a checkpoint from weights that another program has trained: the public CycleGAN's",
    "app": "a page on this machine: your picture translated, walks between images, two models side by side",
    "compare": "two revisions or experiments: better, worse or within noise",
    "leaderboard": "all experiments, ranked: what they changed, mean ± deviation over seeds, verdict",
    "study": "train the settings of study.yaml with several seeds, and rank them",
    "verify": "train again in a temporary clone: the same bits, nearly, or different?",
    "watch": "losses and previews of trainings in TensorBoard, as they come",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gan", description="What DVC cannot do, one small command each.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for name, about in COMMANDS.items():
        if sys.argv[1:2] == [name]:
            import_module(f"gan.commands.{name}").add(commands)
        else:
            commands.add_parser(name, help=about)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks × or ± is no reason to fail
    try:
        with clean_exit():
            main()
            sys.stdout.flush()
    except BrokenPipeError:  # the reader closed the pipe, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
