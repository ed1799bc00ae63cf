"""An archive is unpacked completely, once, and only into its folder; an error says in one sentence what is wrong."""

import io
import lzma
import resource
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan.datasets.archive import unpack
from gan.run.errors import DataError
from tests.bad_files import swap
from tests.official_files import tar_gz, zipped

NOISE = np.random.default_rng(0).bytes(300_000)  # more than a decoder reads ahead


def folders(scratch: Path) -> list[Path]:
    return [path for path in scratch.iterdir() if path.is_dir()]


def test_it_is_unpacked_once(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"x": b"1"}))
    first = unpack(tmp_path / "a.zip", tmp_path / "scratch")
    (first / "mark").touch()
    assert unpack(tmp_path / "a.zip", tmp_path / "scratch") == first
    assert sorted(path.name for path in first.iterdir()) == ["mark", "x"]


@pytest.mark.parametrize("packed", [zipped, tar_gz])
def test_a_mended_archive_takes_the_place_of_what_it_was(
    tmp_path: Path, packed: Callable[[dict[str, bytes]], bytes]
) -> None:
    (tmp_path / "a").write_bytes(packed({"x": b"broken", "gone": b""}))
    unpack(tmp_path / "a", tmp_path / "scratch")
    (tmp_path / "a").write_bytes(packed({"x": b"whole"}))
    found = unpack(tmp_path / "a", tmp_path / "scratch")
    assert {path.name: path.read_bytes() for path in found.iterdir()} == {"x": b"whole"}
    assert folders(tmp_path / "scratch") == [found]


def test_neither_size_nor_date_hide_that_it_was_mended(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(zipped({"x": b"one"}))
    unpack(tmp_path / "a", tmp_path / "scratch")
    swap(tmp_path / "a", zipped({"x": b"two"}))
    assert (unpack(tmp_path / "a", tmp_path / "scratch") / "x").read_bytes() == b"two"


def test_two_archives_do_not_mix(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.zip").write_bytes(zipped({"x": name.encode()}))
    found = [unpack(tmp_path / name / "same.zip", tmp_path / "scratch") for name in "abab"]
    assert [(path / "x").read_bytes() for path in found] == [b"a", b"b", b"a", b"b"]


def evil_zip(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "evil")


def evil_tar(path: Path, name: str) -> None:
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))


def evil_link(path: Path, name: str) -> None:
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, name
        archive.addfile(link)


@pytest.mark.parametrize("write", [evil_zip, evil_tar, evil_link])
@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/tmp/evil.png"])  # noqa: S108 - nothing is written
def test_an_archive_cannot_write_outside(tmp_path: Path, write: Callable[[Path, str], None], name: str) -> None:
    write(tmp_path / "evil", name)
    with pytest.raises(DataError, match=r"evil.png|link"):
        unpack(tmp_path / "evil", tmp_path / "a" / "b")
    assert not list(tmp_path.rglob("evil.png"))
    assert not folders(tmp_path / "a" / "b")


def patched(content: bytes, at_local: int, at_central: int, value: int) -> bytes:
    """A zip of one member with a field of two bytes set in both of its headers."""
    changed = bytearray(content)
    for start, offset in ((0, at_local), (content.rindex(b"PK\1\2"), at_central)):
        struct.pack_into("<H", changed, start + offset, value)
    return bytes(changed)


def tarred(*members: tuple[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo("link")
            member.type, member.linkname = tarfile.LNKTYPE, link
            archive.addfile(member)
    return buffer.getvalue()


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


ONE = zipped({"x.png": b"content"})
GZ, XZ = tar_gz({"x.png": NOISE}), lzma.compress(tarred(("x.png", NOISE)))
BAD = {
    "password": (patched(ONE, 6, 8, 1), "it asks for a password; unpack it yourself and give the folder"),
    "deflate64": (patched(ONE, 8, 10, 9), "That compression method is not supported"),
    "unknown": (patched(ONE, 8, 10, 77), "That compression method is not supported"),
    "long name in a zip": (zipped({"n" * 300: b""}), f"File name too long: {'n' * 60}…;"),
    "long name in a tar": (tarred(("n" * 300, b"")), "File name too long: nnn"),
    "file and folder in a zip": (zipped({"a": b"", "a/b": b""}), "(File exists|Not a directory): "),
    "file and folder in a tar": (tarred(("a", b""), ("a/b", b"")), "(File exists|Not a directory): "),
    "folder and file in a zip": (zipped({"a/b": b"", "a": b""}), "Is a directory: a"),
    "odd name": (patched(zipped({"\u00ff": b""}), 6, 8, 0x800).replace(b"\xc3\xbf", b"\xff\xff"), "codec can't decode"),
    "zip cut short": (ONE[:-30], "damaged, cut short"),
    "wrong bytes in a zip": (ONE.replace(b"content", b"CONTENT"), "Bad CRC-32"),
    "xz breaks": (flipped(XZ, len(XZ) // 2), "Corrupt input data"),
    "xz cut short": (XZ[: len(XZ) // 2], "Compressed file ended"),
    "xz of nothing": (XZ[:20], "damaged, cut short"),
    "gz breaks": (flipped(GZ, 12), "Error -3 while decompressing|damaged, cut short"),
    "gz cut short": (GZ[: len(GZ) // 2], "Compressed file ended"),
    "gz of a wrong checksum": (flipped(GZ, -8), "CRC check failed"),
    "small gz of a wrong checksum": (flipped(tar_gz({"x": b""}), -8), "CRC check failed|damaged, cut short"),
    "hard link to nothing": (tarred(link="gone"), "linkname 'gone' not found"),
    "name with a zero": (tarred(("a\0b\u00ff" * 40, b"")), "null byte"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(DataError, match=reason) as caught:
        unpack(tmp_path / "bad", tmp_path / "scratch")
    assert str(caught.value).startswith(f"{tmp_path / 'bad'} cannot be unpacked: ")
    assert str(caught.value).endswith("unpack it yourself and give the folder")
    assert "\n" not in str(caught.value)
    assert not folders(tmp_path / "scratch")


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(DataError, match="text is neither a folder nor a zip or tar"):
        unpack(tmp_path / "text", tmp_path / "scratch")


def test_a_full_disk_is_no_fault_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"x": NOISE}))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(NOISE) // 2, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            unpack(tmp_path / "a.zip", tmp_path / "scratch")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert not folders(tmp_path / "scratch")
    assert unpack(tmp_path / "a.zip", tmp_path / "scratch").is_dir()
