"""Mistakes in study.yaml and in params.yaml: each is a sentence that names the file and the value, before any work."""

from pathlib import Path

import pytest

from gan.commands.study.plan import runs
from gan.run.errors import ParamsError
from tests.test_study import DIGITS, study

pytestmark = pytest.mark.usefixtures("planned")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("model: dcgan", "model: dcgam", "there is no model 'dcgam', only cyclegan, dcgan"),
        ("default:", "base:", "settings lack 'default'"),
        ("hinge:", "Hinge Loss:", "'Hinge Loss' is no name"),
        ("seeds: [0, 1]", "seeds: []", "seeds = []: list should have at least 1 item"),
        ("seeds: [0, 1]", "seeds: [a]", "seeds.0 = 'a': input should be a valid integer"),
        ("always:", "allways:", "always is missing; study.yaml: groups.digits.allways is unknown"),
        ("hinge:", "16:", "groups.digits.settings.16 = 16: input should be text; put it in quotes"),
        ("[train_dcgan.loss=hinge]", "lr=1e-4", "settings.hinge = 'lr=1e-4': input should be a list, as in [a, b]"),
        (DIGITS, "- hinge", "study.yaml: input should be names with values"),
        ("loss=hinge", "los=hinge", "digits, hinge: Could not override 'train_dcgan.los'"),
        ("loss=hinge", "loss=hinges", "digits, hinge: train_dcgan.loss = 'hinges'"),
        ("loss=hinge", "loss", "digits, hinge: 'train_dcgan.loss' is no change of a param; write NAME=VALUE"),
        ("[train_dcgan.loss=hinge]", "['']", "digits, hinge: '' is no change of a param; write NAME=VALUE"),
        ("[train_dcgan.loss=hinge]", "['=3']", "digits, hinge: '=3' is no change of a param; write NAME=VALUE"),
        ("[train_dcgan.loss=hinge]", "['lr=(']", "digits, hinge: 'lr=(' is no change of a param; write NAME=VALUE"),
        ("seeds: [0, 1]", "seeds: [0, 0]", "seeds [0, 0]: each counts once"),
        ("seeds: [0, 1]", "seeds: [4294967296]", "seeds.0 = 4294967296: input should be less than 4294967296"),
        ("default:", "default: [lr=0.1]", "'default' has changes of its own"),
        ("hinge:", f"{'a' * 101}:", "is no name"),
        ("train_dcgan.loss=hinge", "'lr=1e-4,2e-4'", "digits, hinge: lr=1e-4,2e-4 has several values"),
        ("train_dcgan.loss=hinge", "'lr=range(1,3)'", "digits, hinge: lr=range(1,3) has several values"),
        ("train_dcgan.loss=hinge", "seed=5", "digits, hinge: seed=5: `seeds` says"),
        (
            "default:",
            "default:\n      other: [train_dcgan.loss=hinge]",
            "hinge: changes nothing for dcgan, beside 'other'",
        ),
    ],
)
def test_a_mistake_is_told_in_a_sentence_before_any_work(old: str, new: str, message: str) -> None:
    assert old in DIGITS
    with pytest.raises(ParamsError) as told:
        runs(study(DIGITS.replace(old, new)))
    assert message in str(told.value)
    assert str(told.value).startswith("study.yaml: ")
    assert "\n" not in str(told.value)


def test_two_settings_whose_experiments_have_one_name_are_refused() -> None:
    """One of them would be dropped, as one experiment ends for both."""
    other = DIGITS.partition("groups:\n")[2].replace("digits:", "digits-hinge:").replace("hinge: [", "two: [")
    text = (DIGITS + other).replace("      hinge: [", "      hinge-two: [")
    with pytest.raises(ParamsError) as told:
        runs(study(text))
    both = "digits, hinge-two and digits-hinge, two would both make the experiment study-digits-hinge-two-0-"
    assert both in str(told.value)


def test_a_mistake_in_the_params_is_not_told_of_the_study() -> None:
    path = Path("params.yaml")
    path.write_text(path.read_text().replace("lr: 0.0008", "lr: fast"))
    with pytest.raises(ParamsError, match=r"^params\.yaml: lr = 'fast'"):
        runs(study())
