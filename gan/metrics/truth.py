"""Scores of translations without an extractor: against the true translation, and of the translation back."""

from pathlib import Path
from typing import Any

from gan.core.images import Uint8, to_rgb
from gan.metrics import aligned, masks
from gan.metrics.comparisons import CONSTANT, Comparison, images_of
from gan.records.dataset import is_aligned, read_dataset_card
from gan.records.samples import read_samples_card

Scores = dict[tuple[str, str], dict[str, float]]


def truth_scores(model: str, data: Path, wanted: list[Comparison]) -> Scores:
    """Agreement with the true translation by (direction, checkpoint); empty if the dataset does not know it.

    The checkpoint `constant` stands for images of the best single colour: the scores that a model reaches without
    looking at its input.
    """
    if not is_aligned(card := read_dataset_card(data)):
        return {}
    scores: Scores = {}
    for one in wanted:
        if one.inputs is None:
            continue  # made from noise, or a set of real images: there is no input whose true translation is known
        truth, target = images_of(one.test, model, data)[:], one.test[-1]
        scores[one.direction, one.checkpoint] = _against(truth, images_of(one.compared, model, data)[:], target, card)
        scores[one.direction, CONSTANT] = _against(truth, aligned.best_constant(truth), target, card)
    return scores


def cycle_scores(model: str, data: Path, checkpoints: list[str]) -> Scores:
    """How close a test image comes back after both translations: `cycle_l1` in [0, 255] and `cycle_psnr` in dB."""
    scores: Scores = {}
    for direction, output in read_samples_card(model).outputs.items():
        if output.back is None:
            continue
        images = images_of(f"real/test{output.source}", model, data)[:]
        for checkpoint in checkpoints:
            returned = images_of(f"fake/{checkpoint}/{output.back}", model, data)[:]
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
