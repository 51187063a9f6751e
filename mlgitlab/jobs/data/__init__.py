"""Datasets: validated, profiled, compared, described."""
