"""Where files lie. Every path is relative to the folder of dvc.yaml, in which DVC runs the stages."""

from pathlib import Path

PARAMS = Path("params.yaml")
PIPELINE = Path("dvc.yaml")

IMAGES = Path("data/images")
DOMAINS = Path("data/domains")
CHECKPOINTS = Path("data/checkpoints")
REFERENCE = Path("data/reference")
SAMPLES = Path("data/samples")
REPORTS = Path("reports")
