"""Scores of translations without an extractor: against the true translation, and of the translation back."""

from pathlib import Path
from typing import Any

from gan.artifacts.samples import read_samples
from gan.core.images import Uint8, to_rgb
from gan.data.card import is_aligned, read_card
from gan.data.packed import load_images
from gan.metrics import aligned, masks
from gan.metrics.comparisons import CONSTANT, FLOOR, comparisons

Scores = dict[tuple[str, str], dict[str, float]]


def truth_scores(model: str, data: Path, checkpoints: list[str], reference: str) -> Scores:
    """Agreement with the true translation by (direction, checkpoint); empty if no truth is known.

    The checkpoint `constant` is the best single colour: what a model reaches that does not look at its input.
    """
    if model != "cyclegan" or not is_aligned(card := read_card(data)):
        return {}
    tests = {f"real/test{domain}": load_images(data, f"test{domain}")[:] for domain in "AB"}
    scores: Scores = {}
    for one in comparisons(model, checkpoints, reference):
        if one.checkpoint == FLOOR:
            continue  # real images: the truth itself, or images that do not belong to it
        truth, target = tests[one.test], one.test[-1]
        images = tests[one.fake] if one.fake in tests else read_samples(model, *one.fake.split("/")[1:])
        scores[one.direction, one.checkpoint] = _against(truth, images, target, card)
        scores[one.direction, CONSTANT] = _against(truth, aligned.best_constant(truth), target, card)
    return scores


def cycle_scores(model: str, data: Path, checkpoints: list[str]) -> Scores:
    """How near both translations bring a test image back to itself: `cycle_l1` in [0, 255] and `cycle_psnr`."""
    if model != "cyclegan":
        return {}
    scores: Scores = {}
    for direction, source, back in (("a2b", "A", "a2b2a"), ("b2a", "B", "b2a2b")):
        images = load_images(data, f"test{source}")[:]
        for checkpoint in checkpoints:
            returned = read_samples(model, checkpoint, back)
            scores[direction, checkpoint] = {
                "cycle_l1": aligned.l1(returned, images),
                "cycle_psnr": aligned.psnr(returned, images),
            }
    return scores


def _against(truth: Uint8, images: Uint8, target: str, card: dict[str, Any]) -> dict[str, float]:
    if images.shape != truth.shape:  # the untranslated input of a domain with other channels
        images, truth = to_rgb(images), to_rgb(truth)
    marks = masks.scores(images, truth, target, card["mask"]) if "mask" in card else {}
    return marks | aligned.scores(images, truth)
