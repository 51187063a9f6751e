"""Whether a checkpoint is whole, told from its bytes alone: nothing that it holds is run."""
