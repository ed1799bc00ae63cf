"""A file is complete or not there, whatever interrupts its writing."""

import errno
import resource
from pathlib import Path

import pytest

from gan.run.files import write_whole


def test_what_is_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.bin"
    write_whole(path, b"one", memoryview(b" two"))
    write_whole(path, b"three", b" four")
    assert path.read_bytes() == b"three four"
    assert [one.name for one in path.parent.iterdir()] == ["file.bin"]


def test_a_limit_of_the_system_leaves_the_old_file_and_is_named(tmp_path: Path) -> None:
    """The process has a limit on the size of its files: the kernel refuses in the middle of the write."""
    path = tmp_path / "file.bin"
    write_whole(path, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            write_whole(path, bytes(1 << 17))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert raised.value.errno == errno.EFBIG
    assert raised.value.filename == str(path.with_name("file.bin.tmp"))
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file.bin"]


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        write_whole(tmp_path / "page.html", b"new")
    assert raised.value.filename == str(tmp_path / "page.html")
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
