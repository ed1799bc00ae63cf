"""Download a file once: try its mirrors in turn, continue broken transfers, verify its checksum."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import requests
from filelock import FileLock
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from gan.run.errors import DataError
from gan.run.progress import Progress

TIMEOUT = 30  # seconds without a byte before a mirror is given up
RETRIES = 4  # of a request that a server answers with 429 or 5xx, or of a transfer that breaks off without a byte
BLOCK = 1 << 20  # bytes


@dataclass(frozen=True)
class Remote:
    """A file on the web.

    Args:
        name: the file's name.
        urls: its addresses, in the order to try.
        digest: `md5:<hex>` or `sha256:<hex>` of its content.
        advice: the end of the error message if the download fails.
    """

    name: str
    urls: tuple[str, ...]
    digest: str
    advice: str = ""


def fetch(remote: Remote, folder: Path, backoff: float = 1.0) -> Path:
    """The path of the file in `folder`, downloaded if it is not there; a download that broke off is continued.

    Args:
        backoff: seconds before the first retry; doubles with each, unless the server names a time.

    Raises:
        DataError: the file in `folder` has another checksum, or no mirror delivered it. Then the message says what each
            mirror answered, and where to put the file by hand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / remote.name
    with FileLock(folder / f"{remote.name}.lock"):  # two experiments may want it at once
        if path.is_file():
            if digest_of(path, remote.digest) == remote.digest:
                return path
            raise DataError(f"{path} is not the file it should be ({remote.digest}); delete it to download it again")
        failures = []
        for url in remote.urls:
            try:
                _download(url, path.with_name(f"{path.name}.part"), remote, backoff)
            except (requests.RequestException, HTTPError, HTTPException, _Wrong) as error:
                failures.append(f"\n  {url}: {_plain(error)}")
            else:
                path.with_name(f"{path.name}.part").replace(path)
                return path
    raise DataError(
        f"{remote.name} could not be downloaded.{''.join(failures)}\n"
        f"Get it from elsewhere and put it at {path}{remote.advice}"
    )


class _Wrong(Exception):
    """A server sent something other than the file."""


def _download(url: str, part: Path, remote: Remote, backoff: float) -> None:
    begun = _length(part) > 0
    retry = Retry(RETRIES, status_forcelist=(429, 500, 502, 503, 504), backoff_factor=backoff, raise_on_status=False)
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        breaks = 0  # transfers in a row that brought no bytes
        while True:
            before = _length(part)
            try:
                _transfer(session, url, part, remote.name)
                break
            except (requests.ConnectionError, HTTPError):
                breaks = 0 if _length(part) > before else breaks + 1
                if breaks > RETRIES:
                    raise
                time.sleep(backoff * 2**breaks)
    if digest_of(part, remote.digest) != remote.digest:
        part.unlink()
        if not begun:
            raise _Wrong(f"its content is not the file's: {remote.digest} differs")
        _download(url, part, remote, backoff)  # start again: the bytes so far may come from another mirror


def _transfer(session: requests.Session, url: str, part: Path, name: str) -> None:
    """Append the missing bytes by a range request; start again if the server does not support ranges."""
    have = _length(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            return  # no byte is missing; the digest decides whether they are right
        answer.raise_for_status()
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise _Wrong("it answered with a web page, as hosts do that are over their quota or moved")
        have = have if answer.status_code == requests.codes.partial_content else 0
        total = have + int(answer.headers.get("Content-Length", 0))
        with part.open("ab" if have else "wb") as file, Progress(name, total >> 20, "MiB", have >> 20) as progress:
            while block := answer.raw.read1(BLOCK):  # write what has arrived, so that a break loses none of it
                file.write(block)
                progress.advance((file.tell() >> 20) - progress.done)
    if _length(part) < total:
        raise requests.ConnectionError(f"it broke off after {_length(part)} of {total} bytes")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def digest_of(path: Path, like: str) -> str:
    """`<algorithm>:<hex>` of a file's content. `like` names the algorithm: `sha256`, or a whole `sha256:<hex>`."""
    algorithm = like.partition(":")[0]
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _plain(error: BaseException) -> str:
    """The innermost reason of nested errors, in a few words."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    inner = list(_inside(error))[-1]
    return f"{type(inner).__name__.strip('_')}: {inner}" if not isinstance(inner, _Wrong) else str(inner)


def _inside(error: BaseException) -> Iterator[BaseException]:
    yield error
    reason = getattr(error, "reason", None) or next((one for one in error.args if isinstance(one, BaseException)), None)
    if isinstance(reason, BaseException):
        yield from _inside(reason)
