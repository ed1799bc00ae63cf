"""Figures of matplotlib as SVG inside a page, in the page's own colours."""

import io
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from matplotlib.figure import Figure

INK = "#fe00fe"  # is replaced with the colour of the text
LINES = tuple(f"#fe01{number:02x}" for number in range(1, 7))  # are replaced with --line-1 to --line-6
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}


@dataclass(frozen=True)
class Drawing:
    """A panel that was drawn: SVG to be put into HTML as it is."""

    title: str
    caption: str
    svg: str


def svg(figure: Figure, name: str, title: str) -> str:
    """The figure as an SVG element for HTML: as wide as its place, coloured by the page, with ids of its own."""
    content = io.StringIO()
    figure.savefig(content, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = content.getvalue()
    text = text[text.index("<svg") :]
    box = re.search(r'viewBox="[^"]+"', text)
    body = text[text.index(">") + 1 :]
    # Metadata names its standards by http addresses, and <style> would hold for the whole page.
    body = re.sub(r"<(metadata|style).*?</\1>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', body)
    body = body.replace("url(#", f"url(#{name}-").replace(INK, "currentColor")
    for number, colour in enumerate(LINES, 1):
        body = body.replace(colour, f"var(--line-{number})")
    head = f'<svg {box[0] if box else ""} role="img" aria-labelledby="{name}-title"><title id="{name}-title">'
    return f"{head}{escape(title)}</title>{body}"
