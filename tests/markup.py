"""HTML taken apart, for tests."""

from html.parser import HTMLParser

Element = tuple[str, dict[str, str]]  # tag and attributes


class Page(HTMLParser):
    """A page taken apart: its elements in order, and the text of each heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element[0] in tags]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
