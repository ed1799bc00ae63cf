"""The columns of a score's protocol, apart from the code that fills them, which needs torch."""

# The columns that must be equal to compare two scores. An experiment may change step, averaging and seed.
ALIKE = (
    "extractor", "extractor_sha256", "resizing", "reference", "reference_sha256", "images_sha256",
    "n_real", "n_fake", "batch_norm", "dtype", "reference_dtype", "images_dtype", "libraries",
)  # fmt: skip
COLUMNS = (
    "extractor_sha256", "resizing", "reference_sha256", "images_sha256",
    "step", "ema_decay", "batch_norm", "seed", "dtype", "reference_dtype", "images_dtype", "n_features", "libraries",
)  # fmt: skip
