"""What a folder's name says about its images: their role (train, test or val) and their domain."""

from re import fullmatch, split

ROLES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
}
# Words that say nothing more when they stand beside a role: train_images, test_set, img_train.
PLAIN = {"set", "split", "data", "image", "images", "img", "imgs", "picture", "pictures", "photo", "photos"}


def told(name: str) -> tuple[str, str]:
    """The role in a name, and its other words: ("train", "a") for trainA, ("test", "") for test_set, else ("", "")."""
    if (joined := fullmatch(r"([a-z]+)([ab])", name.casefold())) and joined[1] in ROLES:
        return ROLES[joined[1]], joined[2]
    words = [word for word in split(r"[ _.-]+", name.casefold()) if word]
    roles = {ROLES[word] for word in words if word in ROLES}
    rest = " ".join(word for word in words if word not in ROLES and word not in PLAIN)
    return (roles.pop(), rest) if len(roles) == 1 else ("", "")


def role(name: str) -> str:
    """`train`, `test` or `val`, if the name says nothing else; empty for any other."""
    found, rest = told(name)
    return found if not rest else ""


def held_out(roles: set[str]) -> str:
    """The role of the test set: `val` if there is no `test`; empty if there is neither."""
    return next((one for one in ("test", "val") if one in roles), "")
