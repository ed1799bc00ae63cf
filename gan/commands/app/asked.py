"""The query of a request, read with suspicion."""

from http import HTTPStatus
from math import isfinite
from urllib.parse import parse_qs

from gan.commands.app.models import AXES, Models, Place

SEEDS = 2**31
FAR = 10.0  # along an axis; latents from N(0, 1) hardly come beyond 3


class Refused(Exception):
    """A request that the page never sends; `status` is that of the answer."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Asked:
    """The values of a query.

    Every method raises `Refused` if a value is missing, no number, or out of range.
    """

    def __init__(self, query: str, models: Models) -> None:
        self.values, self.models = parse_qs(query), models

    def source(self) -> str:
        """The source that `source` counts; only those that the command was given can be asked for."""
        return self.models.sources[self._whole("source", len(self.models.sources))]

    def place(self) -> Place:
        """The place of a walk."""
        moves = tuple(self._number("move", at, -FAR, FAR) for at in range(min(AXES, len(self.values.get("move", [])))))
        seeds = self._whole("from", SEEDS), self._whole("to", SEEDS)
        return Place(*seeds, self._number("share", 0, 0, 1), moves, self._whole("label", SEEDS))

    def text(self, name: str) -> str:
        """The value of this name."""
        return self._text(name, 0)

    def _text(self, name: str, at: int) -> str:
        found = self.values.get(name, [])
        if at >= len(found):
            raise Refused(HTTPStatus.BAD_REQUEST, f"{name} is missing")
        return found[at]

    def _whole(self, name: str, end: int) -> int:
        text = self.text(name)
        if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) < end):
            raise Refused(HTTPStatus.BAD_REQUEST, f"{name} {text[:20]}: it must be a whole number from 0 to {end - 1}")
        return int(text)

    def _number(self, name: str, at: int, least: float, most: float) -> float:
        text = self._text(name, at)
        try:
            found = float(text)
        except ValueError:
            found = float("nan")
        if not (isfinite(found) and least <= found <= most):
            raise Refused(HTTPStatus.BAD_REQUEST, f"{name} {text[:20]}: it must be a number from {least:g} to {most:g}")
        return found
