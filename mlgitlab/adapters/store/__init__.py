"""Folders as stores, and the local files that are pushed and pulled."""
