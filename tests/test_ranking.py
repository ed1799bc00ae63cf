"""How the settings of a study are ranked, and which of them are called better or worse."""

import numpy as np
import pandas as pd
import pytest

from gan.commands.ranking import holm, ranks
from tests.study_rows import row


def test_holm_corrects_as_in_his_paper() -> None:
    """Four tests: 4 · 0.005, 3 · 0.01, 2 · 0.03, and 0.04, which is raised to that before it."""
    assert holm(np.array([0.01, 0.04, np.nan, 0.03, 0.005])) == pytest.approx(
        [0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True
    )
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1.0, 1.0])


def test_settings_are_ranked_with_verdicts_that_know_the_noise_of_training() -> None:
    scores = {"default": (0.030, 0.031, 0.032), "good": (0.020, 0.021, 0.022), "bad": (0.05, 0.06, 0.07),
              "same": (0.029, 0.031, 0.034)}  # fmt: skip
    table = pd.DataFrame([row(name, seed, kid) for name, kids in scores.items() for seed, kid in enumerate(kids)])
    kids = ranks(table).query("metric == 'kid'").set_index("setting")
    assert list(kids.index) == ["good", "default", "same", "bad"]
    assert list(kids["verdict"]) == ["better", "the default", "within noise", "worse"]
    assert kids.loc["good", "change"] == pytest.approx(-0.01)
    assert kids.loc["good", "reach"] == pytest.approx(4.3027 * 0.001 / np.sqrt(3), rel=1e-4)


def test_many_comparisons_need_more_evidence() -> None:
    """A change that is better alone is within noise beside 20 others, each of which had two chances."""
    base = [row("default", seed, kid) for seed, kid in enumerate((0.030, 0.032, 0.034))]
    good = [row("good", seed, kid) for seed, kid in enumerate((0.024, 0.026, 0.028))]
    others = [row(f"other-{n}", seed, kid) for n in range(20) for seed, kid in enumerate((0.031, 0.032, 0.033))]
    alone, beside = (ranks(pd.DataFrame(part)).query("setting == 'good' and metric == 'kid'").iloc[0] for part in
                     (base + good, base + good + others))  # fmt: skip
    assert (alone["verdict"], beside["verdict"]) == ("better", "within noise")
    assert beside["p"] == pytest.approx(21 * alone["p"])


def test_another_extractor_confirms_kid_alone() -> None:
    """Its other scores are not shown, so they do not make the evidence of those that are shown weaker."""
    base = [row("default", seed, kid, sea_iou=0.9) for seed, kid in enumerate((0.030, 0.032, 0.034))]
    good = [row("good", seed, kid, sea_iou=0.9) for seed, kid in enumerate((0.024, 0.026, 0.028))]
    table = pd.DataFrame([one | {"extractor": by} for by in ("lite", "waves") for one in (*base, *good)])
    found = ranks(table).query("setting == 'good'").set_index(["extractor", "metric"])["p"]
    assert [metric for by, metric in found.index if by == "waves"] == ["kid"]
    assert found["lite", "kid"] == pytest.approx(2 * found["waves", "kid"])


def test_a_setting_that_only_another_extractor_scored_comes_last() -> None:
    """As experiments that docs/evaluation.md scores with Inception alone: without a rank, --html ended in an error."""
    table = pd.DataFrame([row("default", 0, 0.03), row("waves", 0, 0.02, extractor="waves"), row("slow", 0, 0.3)])
    found = ranks(table)
    assert dict(zip(found["setting"], found["rank"], strict=True)) == {"default": 1, "slow": 2, "waves": 3}
    assert set(found[found["setting"] == "waves"]["verdict"]) == {"default has none"}


def test_runs_that_were_scored_differently_are_not_compared() -> None:
    table = pd.DataFrame([row("default", 0, 0.03), row("hinge", 0, 0.02, n_real=1000), row("flip", 0, 0.02)])
    kids = ranks(table).query("metric == 'kid'").set_index("setting")["verdict"]
    assert kids["hinge"] == "scored differently: n_real"
    assert kids["flip"] == "better (one seed)"
    alone = ranks(table[table["setting"] != "default"])
    assert set(alone["verdict"]) == {"default has none"}
