"""A web server on localhost that behaves as badly as real ones."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """Answers by path; `log` holds (path, range header) of each request in order."""

    url: str
    answers: dict[str, Callable[["Handler"], None]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    web: Web
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.web.log.append((self.path, self.headers.get("Range", "")))
        self.web.answers.get(self.path, status(404))(self)

    def log_message(self, *_: object) -> None: ...


Answer = Callable[[Handler], None]


def status(code: int, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def serve(content: bytes, kind: str = "application/zip", most: int | None = None, ranges: bool = True) -> Answer:
    """Serve the content, and ranges of it on request; the connection breaks after `most` bytes of an answer."""

    def answer(handler: Handler) -> None:
        first = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0]) if ranges else 0
        if first >= len(content) > 0:
            status(416)(handler)
            return
        handler.send_response(206 if first else 200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content) - first))
        handler.end_headers()
        handler.wfile.write(content[first : None if most is None else first + most])
        handler.close_connection = most is not None

    return answer


def lie(content: bytes, length: int) -> Answer:
    """Serve the content with a wrong Content-Length, then close the connection."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def first(times: int, bad: Answer, good: Answer) -> Answer:
    """Answer with `bad` so many times, and with `good` from then on."""
    seen = iter(range(times))
    return lambda handler: (bad if next(seen, None) is not None else good)(handler)


@contextlib.contextmanager
def running() -> Iterator[Web]:
    class Own(Handler): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    Own.web = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Own.web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
