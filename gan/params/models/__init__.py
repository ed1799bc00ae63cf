"""The blocks of each model: a file to a model, with `Train` for `train_<model>` and `Sample` for `sample.<model>`."""
