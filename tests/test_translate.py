"""`python -m gan translate`: files, folders, archives and patterns of pictures, as users have them."""

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import gan
from gan.__main__ import main
from gan.core.images import Uint8
from gan.run.errors import DataError, GanError
from gan.use.pictures import Picture
from tests.bad_files import REASONS, bad, good, photo
from tests.trained import cyclegan, dcgan, saved

EXIF = 0x0112  # orientation


@pytest.fixture
def checkpoint(workspace: Path) -> Path:
    return saved(cyclegan(), workspace)


def translate(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["gan", "translate", *map(str, arguments), "--direction", "a2b"])
    main()


def pixels(path: Path) -> Uint8:
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def expected(checkpoint: Path, image: Image.Image) -> Uint8:
    return gan.load(checkpoint).translate(np.array(image.convert("RGB")), "a2b")


def test_a_folder_keeps_its_names_and_what_cannot_be_read_is_listed(
    checkpoint: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = workspace / "photos"
    photos.mkdir()
    names = good(photos, 11)
    bad(photos)
    (photos / "thin.png").unlink()  # 3 pixels are enough here
    for name in ("moving.jpg", "moving.jpg.png"):  # the first one's translation must not be called as the second one's
        (photos / name).write_bytes((photos / "class000" / "00000.jpg").read_bytes())
    with pytest.raises(DataError) as error:
        translate(monkeypatch, "photos", "maps", checkpoint)
    reasons = str(error.value).splitlines()
    broken = sorted(name for name in REASONS if name != "thin.png")
    assert reasons[0] == f"{len(broken)} could not be read:"
    assert sorted(line.strip().partition(": ")[0] for line in reasons[1:]) == broken
    for line in reasons[1:]:
        name, _, reason = line.strip().partition(": ")
        assert REASONS[name] in reason
    written = {path.relative_to("maps").as_posix() for path in Path("maps").rglob("*") if path.is_file()}
    both = {"moving.gif.png", "moving.jpg.png", "moving.jpg.png.png"}
    assert written == both | {str(Path(name).with_suffix(".png")) for name in names if name != "moving.gif"}
    with Image.open(photos / "class000" / "00007.jpg") as one:
        np.testing.assert_array_equal(pixels(Path("maps/class000/00007.png")), expected(checkpoint, one))
    assert (
        f"{len(names) + 2} of {len(names) + 2 + len(broken)} pictures by {checkpoint} (cyclegan, step 3), a2b: maps"
        in capsys.readouterr().out
    )
    with pytest.raises(GanError, match=rf"and {len(names) + 1} more are there already; --force"):
        translate(monkeypatch, "photos", "maps", checkpoint)


def test_a_picture_is_read_as_a_dataset_reads_it(
    checkpoint: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upright = photo(3, (40, 22))
    exif = Image.Exif()
    exif[EXIF] = 6  # turn to the right
    upright.rotate(90, expand=True).save("turned.png", exif=exif)
    upright.save("plain.png")
    glass = upright.convert("RGBA")
    glass.putalpha(Image.new("L", glass.size, 0))
    glass.save("glass.png")
    deep = Image.fromarray(np.full((22, 40), 65535, np.uint16))
    deep.save("deep.tiff")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upright.save("wide.jpg", icc_profile=profile, quality=95)
    translate(monkeypatch, "*.[pjt]*", "maps", checkpoint)
    np.testing.assert_array_equal(pixels(Path("maps/turned.png")), pixels(Path("maps/plain.png")))
    np.testing.assert_array_equal(pixels(Path("maps/plain.png")), expected(checkpoint, upright))
    white = expected(checkpoint, Image.new("RGB", upright.size, "white"))
    np.testing.assert_array_equal(pixels(Path("maps/glass.png")), white)
    np.testing.assert_array_equal(pixels(Path("maps/deep.png")), white)
    with Image.open("maps/wide.png") as wide, Image.open("maps/plain.png") as plain:
        assert wide.info["icc_profile"] == profile
        assert "icc_profile" not in plain.info


def test_a_file_becomes_a_file_and_an_archive_a_folder(
    checkpoint: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo(1).save("one.png")
    with zipfile.ZipFile("photos.zip", "w") as archive:
        archive.write("one.png", "deep/er/one.png")
    translate(monkeypatch, "one.png", "map.jpg", checkpoint)
    with Image.open("map.jpg") as made:
        assert made.format == "JPEG"
        assert made.size == (24, 20)
    translate(monkeypatch, "one.png", "folder", checkpoint)
    translate(monkeypatch, "photos.zip", "unpacked", "--tile", "99", checkpoint)  # the source may follow an option
    translate(monkeypatch, "**/one.png", "found", checkpoint)
    copies = [Path("folder/one.png"), Path("unpacked/deep/er/one.png"), Path("found/one.png")]
    copies.append(Path("found/unpacked/deep/er/one.png"))
    for copy in copies[:-1]:
        np.testing.assert_array_equal(pixels(copy), expected(checkpoint, photo(1)))
    assert copies[-1].is_file()
    photo(2).save("one.png")
    translate(monkeypatch, "one.png", "folder", checkpoint, "--force")
    np.testing.assert_array_equal(pixels(copies[0]), expected(checkpoint, photo(2)))


@pytest.mark.parametrize("suffix", [".webp", ".jpg"])
def test_a_picture_too_wide_for_its_format_is_told(suffix: str) -> None:
    with pytest.raises(DataError, match=rf"^66000×1 pixels are more than \{suffix} takes; \.png takes them$"):
        Picture(np.zeros((1, 66_000, 3), np.uint8)).encoded(suffix)


def test_a_large_picture_in_tiles(checkpoint: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = photo(0, (300, 200))
    large.save("large.png")
    translate(monkeypatch, "large.png", "map.png", checkpoint, "--tile", "64")
    np.testing.assert_array_equal(
        pixels(Path("map.png")), gan.load(checkpoint).translate(np.array(large), "a2b", tile=64)
    )


def test_bad_input_is_told_in_one_sentence_before_any_work(
    checkpoint: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo(0).save("one.png")
    Path("folder").mkdir()
    photo(0).save("folder/one.png")
    Path("empty").mkdir()
    Path("taken/one.png").mkdir(parents=True)
    Path("text.png").write_text("no picture")
    Path("notes.txt").write_text("no picture")
    Path("bad").mkdir()
    bad(Path("bad"))
    other = saved(dcgan(), workspace)
    for arguments, reason in [
        (("text.png", "x.png"), r"1 could not be read:\n  text\.png: UnidentifiedImageError: cannot identify image"),
        (("bad/bomb.png", "x.png"), r"bomb\.png: 60000×60000 pixels, max_megapixels allows 100 million"),
        (("notes.txt", "x.png"), r"notes\.txt is neither a folder nor a zip or tar"),
        (("lost.png", "x.png"), r"lost\.png is no folder, zip or tar"),
        (("empty", "x"), r"empty holds no image \(it is empty\)"),
        (("*.gif", "x"), r"\*\.gif matches no picture"),
        (("**x/*.png", "x"), "'\\*\\*' can only be an entire path component"),
        (("one.png", "x.gif"), r"x\.gif: \.gif is not written; choose one of \.png, "),
        (("folder", "one.png"), r"one\.png is a file, and folder needs a folder"),
        (("one.png", "notes.txt/x.png"), r"notes\.txt is a file, and notes\.txt needs a folder"),
        (("one.png", "notes.txt/deep/maps"), r"notes\.txt is a file, and notes\.txt/deep/maps needs a folder"),
        (("**/one.png", "taken", "--force"), r"taken/one\.png is a folder, and a file would be written there"),
        (("folder", "folder"), "folder lies in folder; name another"),
        (("folder", "folder/maps"), "folder/maps lies in folder"),
        (("one.png", "one.png", "--force"), r"one\.png would be written over"),
        (("one.png", "x.png", "--max-megapixels", "0.0001"), "max_megapixels allows 0.0001 million"),
        (("one.png", "x.png", "--tile", "0"), "tile 0"),
        (("one.png", "x.png", "--direction", "b2c"), "direction b2c: .* knows a2b and b2a"),
    ]:
        monkeypatch.setattr(sys, "argv", ["gan", "translate", "--direction", "a2b", *arguments[:2], str(checkpoint)])
        sys.argv += arguments[2:]
        with pytest.raises(GanError, match=reason):
            main()
    for source, reason in [(str(other), r"\(dcgan, step 3\) makes images from noise"), ("gone", "no project here")]:
        with pytest.raises(GanError, match=reason):
            translate(monkeypatch, "one.png", "x.png", source)
    assert not Path("x.png").exists()
    assert not Path("x").exists()
