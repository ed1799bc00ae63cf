"""A headless Chromium without network, told what to do through a pipe by the Chrome DevTools Protocol."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
SECONDS = 60  # after them the browser is taken for hung
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe")
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"


class Tab:
    """A tab; `events` are what it told since it was opened, as (method, params)."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, offline: bool) -> None:
        self.reader, self.writer, self.number, self.session = reader, writer, 0, ""
        self.events: list[tuple[str, dict[str, Any]]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}  # not limited
        self.ask("Network.emulateNetworkConditions", offline=offline, **speed)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.writer.write(json.dumps(message).encode() + b"\0")
        self.writer.flush()
        while (told := self._next()).get("id") != self.number:
            self.events.append((told.get("method", ""), told.get("params", {})))
        assert "result" in told, told
        return dict(told["result"])

    def open(self, page: Path | str, width: int, **features: str) -> None:
        """Open a file or an address in a window of this width, with features such as prefers_color_scheme="dark"."""
        found = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", features=found)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.events.clear()
        self.ask("Page.navigate", url=page if isinstance(page, str) else page.absolute().as_uri())
        while not any(method == "Page.loadEventFired" for method, _ in self.events):
            told = self._next()
            self.events.append((told.get("method", ""), told.get("params", {})))

    def value(self, expression: str) -> Any:
        """The value of an expression in JavaScript, or of the promise that it returns."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return told["result"].get("value")

    def upload(self, selector: str, path: Path) -> None:
        """Choose a file in an input, as a person does."""
        found = self.ask("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")["result"]
        self.ask("DOM.setFileInputFiles", files=[str(path.absolute())], objectId=found["objectId"])

    def asked(self) -> list[str]:
        """The addresses that the page asked for since it was opened, itself the first."""
        return [told["request"]["url"] for method, told in self.events if method == "Network.requestWillBeSent"]

    def _next(self) -> dict[str, Any]:
        letters = bytearray()
        while (letter := self.reader.read(1)) != b"\0":
            assert letter, "Chromium has ended"
            letters += letter
        return dict(json.loads(letters))


@contextmanager
def tab(profile: Path, offline: bool = True) -> Iterator[Tab]:
    """A tab of a browser that keeps its files in the folder `profile`, and ends afterwards.

    Args:
        offline: reach no address at all; else localhost, and none else.
    """
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    script = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    command = ["bash", "-c", script, CHROMIUM, *OPTIONS, ONLY_HERE, f"--user-data-dir={profile}"]
    with subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL) as process:
        os.close(theirs_in)
        os.close(theirs_out)
        with open(ours_in, "rb") as reader, open(ours_out, "wb") as writer:  # noqa: PTH123 - these are no paths
            late = threading.Timer(SECONDS, process.kill)
            late.start()
            try:
                yield Tab(reader, writer, offline)
            finally:
                late.cancel()
                process.kill()
