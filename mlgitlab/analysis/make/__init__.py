"""Makefiles that are plain enough to read: which shell lines one target runs."""
