"""The page's server: a few files, and what models make of what the page sends. It keeps nothing that it is sent."""

import json
import re
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from gan.commands.app.asked import Asked, Refused
from gan.commands.app.models import AXES, Models
from gan.datasets.formats import SUFFIXES
from gan.run.errors import GanError, lacking_memory
from gan.use.pictures import Picture
from gan.use.trained import Trained

LOCAL = ("localhost", "127.0.0.1")
ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")  # not a name, which a stranger could point at this machine
SECONDS = 60  # a client that says nothing for so long is let go
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HERE = files("gan.commands.app")
FILES = {
    "/": ("text/html", [HERE / "index.html"]),
    "/app.js": ("text/javascript", [HERE / "app.js"]),
    "/app.css": ("text/css", [files("gan.report") / "page.css", HERE / "app.css"]),
}


@dataclass(frozen=True)
class Limits:
    """Above these, a picture is not decoded, or its file not taken."""

    megapixels: float
    megabytes: float


class Server(ThreadingMixIn, TCPServer):
    """Serves the page at `url`.

    Raises:
        GanError: the host is not this machine, or the port is taken.
    """

    allow_reuse_address = True  # soon after another one has ended
    daemon_threads = True

    def __init__(self, host: str, port: int, models: Models, limits: Limits) -> None:
        self.host, self.models, self.limits = host, models, limits
        try:
            super().__init__((host, port), Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise GanError(f"http://{host}:{port} cannot be served ({reason}); --port chooses another port") from error
        self.url = f"http://{host}:{self.server_address[1]}"

    def is_called(self, name: str) -> bool:
        """Whether this name, in a request, is one of this machine; not if a stranger may have pointed it here."""
        if self.host in LOCAL:
            return name in LOCAL
        own = socket.gethostname()
        known = {*LOCAL, *(one.lower() for one in (self.host, own, f"{own.partition('.')[0]}.local"))}
        return name.lower() in known or ADDRESS.fullmatch(name) is not None

    def serve(self) -> None:
        """Answer until Ctrl-C."""
        with suppress(KeyboardInterrupt):
            self.serve_forever()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent if the page has asked for something else by now, or Ctrl-C has closed the server at work."""
        if self.fileno() != -1 and not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


Answer = tuple[str, bytes]  # media type and content


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    timeout = SECONDS

    def do_GET(self) -> None:
        self._answer({"/models": self._models, "/model": self._model, "/walk": self._walk})

    def do_POST(self) -> None:
        self._answer({"/translate": self._translate})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no list of what was asked."""

    def _answer(self, able: dict[str, Callable[[Asked], Answer]]) -> None:
        status = HTTPStatus.OK
        try:
            self._refuse_strangers()
            path, _, query = self.path.partition("?")
            if path in able:
                kind, content = able[path](Asked(query, self.server.models))
            elif self.command == "GET" and path in FILES:
                kind, content = FILES[path][0], b"".join(part.read_bytes() for part in FILES[path][1])
            else:
                raise Refused(HTTPStatus.NOT_FOUND, f"{path} is not here")
        except Refused as error:
            status, kind, content = error.status, "text/plain", str(error).encode()
        except GanError as error:
            status, kind, content = HTTPStatus.UNPROCESSABLE_ENTITY, "text/plain", str(error).encode()
        except Exception as error:
            if not (memory := lacking_memory(error)):
                raise
            status, kind, content = HTTPStatus.UNPROCESSABLE_ENTITY, "text/plain", f"{memory}; take less".encode()
        self._send(status, kind, content)

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(content))}
        for name, value in (HEADERS | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _refuse_strangers(self) -> None:
        """Refuse what another site's page sends, as browsers tell, or by a name that it points at this machine."""
        host = self.headers.get("Host", "")
        if not self.server.is_called(host.partition(":")[0]):
            its = self.server.url if self.server.host in LOCAL else "this machine's IP address, or what --host names"
            raise Refused(HTTPStatus.FORBIDDEN, f"{host} is not the address of this page; it is {its}")
        other = self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none") and self.path != "/"  # a link
        if other or self.headers.get("Origin", f"http://{host}") != f"http://{host}":
            raise Refused(HTTPStatus.FORBIDDEN, "only this page may ask")

    def _models(self, _: Asked) -> Answer:
        limits = self.server.limits
        told = {"sources": self.server.models.sources, "megabytes": limits.megabytes, "suffixes": sorted(SUFFIXES)}
        return "application/json", json.dumps(told).encode()

    def _model(self, asked: Asked) -> Answer:
        """What a source can do, or why it cannot."""
        models, source, told = self.server.models, asked.source(), dict[str, object]()
        try:
            translator = models.translator(source)
            told["translate"] = {"by": _about(translator), "directions": [*translator.directions]}
        except GanError as error:
            told["translate"] = {"error": str(error)}
        try:
            walker = models.walker(source)
            axes = min(AXES, len(walker.space.axes))
            told["walk"] = {"by": _about(walker), "axes": axes, "classes": walker.space.classes}
        except GanError as error:
            told["walk"] = {"error": str(error)}
        return "application/json", json.dumps(told).encode()

    def _walk(self, asked: Asked) -> Answer:
        return _png(Picture(self.server.models.walked(asked.source(), asked.place())))

    def _translate(self, asked: Asked) -> Answer:
        source, direction, limits = asked.source(), asked.text("direction"), self.server.limits
        content = self._body(limits.megabytes)
        return _png(self.server.models.translated(source, direction, content, limits.megapixels))

    def _body(self, most: float) -> bytes:
        told = self.headers.get("Content-Length", "")
        if not (told.isdecimal() and len(told) < 20):
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "a picture must come with its length")
        if int(told) > most * 1e6:
            size = f"the file has {int(told) / 1e6:.1f} MB"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{size}, max_megabytes allows {most:g}")
        return self.rfile.read(int(told))


def _about(model: Trained) -> str:
    return f"{model.model}, step {model.meta.get('step')}"


def _png(picture: Picture) -> Answer:
    return "image/png", picture.encoded(".png")
