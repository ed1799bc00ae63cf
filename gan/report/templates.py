"""Pages of HTML from templates, with the layout and the style that all pages share."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gan.report.scores import EMPTY

SHARED = Path(__file__).parent  # layout.html, which pages extend, page.css, and the macros of cells.html


def rendered(template: Path, **values: object) -> str:
    """A template with these values. All text from outside is escaped."""
    environment = Environment(
        loader=FileSystemLoader([template.parent, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = lambda drawing: Markup(drawing.svg)  # noqa: S704 - matplotlib has escaped its text
    environment.globals["empty"] = EMPTY  # for macros too, which see no values
    return environment.get_template(template.name).render(values)
