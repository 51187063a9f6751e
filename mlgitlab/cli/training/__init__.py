"""`mlgitlab train`, and what a training is asked."""
