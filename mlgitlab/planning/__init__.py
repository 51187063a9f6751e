"""From a change to a pipeline: pure decisions over plain values."""
