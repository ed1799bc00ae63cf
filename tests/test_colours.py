"""The colours of all pages, from gan/report/page.css: everyone can read them, on a light and on a dark ground."""

import re

import pytest

from tests.tiny import ROOT

CSS = (ROOT / "gan" / "report" / "page.css").read_text()


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours #rrggbb, as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_differ_enough_from_their_ground_in_both_schemes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    light, dark = CSS.partition("@media screen and (prefers-color-scheme: dark)")[::2]
    for scheme in (colours(light), colours(dark)):
        assert len(scheme) == 13
        for ground in (scheme["paper"], scheme["card"]):
            assert min(contrast(scheme[name], ground) for name in ("ink", "soft", "link")) >= 4.5
            assert min(contrast(scheme[name], ground) for name in scheme if name[:4] in ("line", "fill")) >= 3


def test_verdicts_are_readable_in_both_schemes() -> None:
    for scheme in map(colours, CSS.partition("@media screen and (prefers-color-scheme: dark)")[::2]):
        assert min(contrast(scheme[name], scheme["card"]) for name in ("fill", "line-6")) >= 4.5
