"""The blocks of each model: one file per model, with `Train` for `train_<model>` and `Sample` for `sample.<model>`."""
