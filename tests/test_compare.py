"""`compare` answers better, worse or within noise, and refuses scores of different protocols."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan.commands import compare as command
from gan.commands.verdicts import UnlikeError, compare
from gan.metrics.columns import ALIKE, COLUMNS
from gan.run.errors import GanError

LIKE = dict.fromkeys(COLUMNS, "x") | {"n_features": 1280, "step": 10, "seed": 0, "libraries": "torch 2"}


def scores(kid: float, **changes: Any) -> pd.DataFrame:
    keys = {"model": "dcgan", "direction": "", "checkpoint": "best", "extractor": "lite", "reference": "train"}
    values = {"n_real": 2000, "n_fake": 1000, "kid": kid, "kid_std": 0.001, "fid": 20.0, "fid_std": 0.3}
    return pd.DataFrame([keys | LIKE | values | changes])


def verdict(before: list[pd.DataFrame], after: list[pd.DataFrame], metric: str = "kid") -> tuple[str, str]:
    rows = compare(before, after, "best", set()).set_index("metric")
    return str(rows.loc[metric, "verdict"]), str(rows.loc[metric, "change"])


@pytest.mark.parametrize(("kid", "expected"), [(0.0129, "worse"), (0.0127, "within noise"), (0.007, "better")])
def test_one_seed_each_is_judged_by_the_noise_of_sampling(kid: float, expected: str) -> None:
    """1.96 · √(0.001² + 0.001²) = 0.00277."""
    said, change = verdict([scores(0.01)], [scores(kid)])
    assert said == f"{expected} (one seed)"
    assert change.endswith("± 0.0028")


def test_deviations_that_differ_add_up_but_for_kids() -> None:
    """KID's deviation is too large when KID is far from its mean, so the smaller of two estimates weighs more."""
    one, other = scores(0.01), scores(0.01, kid_std=0.003, fid_std=0.9, fid=21.0)
    assert verdict([one], [other], "fid")[1].endswith(f"± {1.96 * np.hypot(0.3, 0.9):.2g}")
    assert verdict([one], [other])[1].endswith(f"± {1.96 * (2 * 0.001 * 0.003) ** 0.5:.2g}")
    assert verdict([one], [scores(0.01, kid_std=0.0, fid=21.0)])[1].endswith(f"± {1.96 * 0.001:.2g}")


def test_seeds_are_judged_by_their_own_noise() -> None:
    """Welch's textbook case with equal counts: pooled deviation, Student's t with 4 degrees of freedom is 2.776."""
    before = [scores(kid) for kid in (0.010, 0.012, 0.014)]
    near, far = ([scores(kid + shift) for kid in (0.010, 0.012, 0.014)] for shift in (0.004, 0.005))
    reach = 2.776 * 0.002 * np.sqrt(2 / 3)
    assert 0.004 < reach < 0.005
    assert verdict(before, near)[0] == "within noise"
    assert verdict(before, far) == ("worse", f"+0.005 ± {reach:.2g}")
    assert verdict(far, before)[0] == "better"


def test_several_seeds_on_one_side_lend_their_noise_to_the_other() -> None:
    before = [scores(kid) for kid in (0.010, 0.012, 0.014)]
    assert verdict(before, [scores(0.016)])[0] == "within noise"
    assert verdict(before, [scores(0.030)])[0] == "worse"


def test_seeds_that_agree_by_chance_do_not_make_a_noise_of_0() -> None:
    said, change = verdict([scores(0.0113), scores(0.0113, seed=1)], [scores(0.0103)])
    assert said == "within noise"
    assert change.endswith(f"± {12.706 * 0.001 * np.sqrt(1.5):.2g}")


def test_a_run_that_revisions_share_is_one_seed() -> None:
    """As of CycleGAN in three experiments that trained DCGAN alone."""
    before, after = scores(0.030), scores(0.020)
    assert verdict([before] * 3, [after] * 3) == verdict([before], [after])


def test_what_an_experiment_left_alone_is_not_listed() -> None:
    other = scores(0.5, model="cyclegan", direction="a2b")
    rows = compare([pd.concat([scores(0.01), other])], [pd.concat([scores(0.02), other])], "best", set())
    assert set(rows["model"]) == {"dcgan"}
    assert compare([other], [other], "best", set()).empty


def test_of_what_is_better_when_higher_and_of_unknown_noise() -> None:
    known = {"coverage_std": 0.02}
    one, other = scores(0.01, coverage=0.5, **known), scores(0.01, coverage=0.6, **known)
    assert verdict([one], [other], "coverage")[0] == "better (one seed)"
    one, other = scores(0.01, sea_iou=0.5), scores(0.01, sea_iou=0.6)
    assert verdict([one], [other], "sea_iou")[0] == "noise not known (one seed)"
    pair = [scores(0.01, sea_iou=value) for value in (0.5, 0.51)]
    assert verdict(pair, [scores(0.01, sea_iou=0.9, seed=seed) for seed in (0, 1)], "sea_iou")[0] == "better"


@pytest.mark.parametrize("field", ALIKE)
def test_unlike_protocols_are_refused_by_name(field: str) -> None:
    if field == "extractor":
        with pytest.raises(UnlikeError, match="share no score of checkpoint best"):
            compare([scores(0.01)], [scores(0.01, extractor="other")], "best", set())
        return
    other = scores(0.02, **{field: 7})
    with pytest.raises(
        UnlikeError, match=rf"dcgan best lite does not compare: {field} is .* and 7 after.*--ignore {field}"
    ):
        compare([scores(0.01)], [other], "best", set())
    assert len(compare([scores(0.01)], [other], "best", {field})) == 2


@pytest.mark.parametrize("field", ["step", "ema_decay", "seed"])
def test_what_an_experiment_may_change_may_differ(field: str) -> None:
    assert len(compare([scores(0.01)], [scores(0.02, **{field: 7})], "best", set())) == 2


@pytest.fixture
def repository(workspace: Path) -> Path:
    """A repository with scores of 0.01 at main, of 0.02 in the experiment `slow`, and of 0.03 in the workspace."""

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(kid: float) -> None:
        (workspace / "reports" / "dcgan").mkdir(parents=True, exist_ok=True)
        scores(kid).to_csv(workspace / "reports" / "dcgan" / "fid.csv", index=False)

    git("init", "-q", "-b", "main")
    write(0.01)
    git("add", "-A")
    git("commit", "-qm", "one")
    write(0.02)
    git("add", "-A")
    git("commit", "-qm", "two")
    git("update-ref", "refs/exps/ab/cdef/slow", "HEAD")
    git("reset", "-q", "--hard", "HEAD~1")
    write(0.03)
    return workspace


def kids(printed: str) -> list[str]:
    return next(line for line in printed.splitlines() if " kid " in line).split()[3:5]


def test_revisions_experiments_and_the_workspace(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.run("main", "slow", "best", set())
    assert kids(capsys.readouterr().out) == ["0.01", "0.02"]
    command.run("slow", command.WORKSPACE, "best", set())
    printed = capsys.readouterr().out
    assert kids(printed) == ["0.02", "0.03"]
    assert "one seed: the noise is that of sampling" in printed
    with pytest.raises(GanError, match="nowhere is no revision and no experiment; `dvc exp list --all`"):
        command.run("nowhere", "main", "best", set())
    with pytest.raises(GanError, match="the name of a revision is empty; give one"):
        command.run("main,", "slow", "best", set())


def test_scores_of_before_there_was_a_protocol_do_not_compare() -> None:
    old = scores(0.01).drop(columns=list(COLUMNS))
    with pytest.raises(UnlikeError, match="extractor_sha256 is empty before and x after"):
        compare([old], [scores(0.01)], "best", set())


def test_few_images_are_flagged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.run("main", "slow", "best", set())
    assert "dcgan lite: FID of 1000 images, fewer than the 1280 features, is biased upwards: read KID first" in (
        capsys.readouterr().out
    )
