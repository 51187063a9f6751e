"""Intervals by drawing the rows of an evaluation set again; numpy and nothing else."""
