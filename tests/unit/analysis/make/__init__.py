"""Makefiles that are read, and those that are not."""
