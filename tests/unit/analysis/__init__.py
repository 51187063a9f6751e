"""Tests of the room that reads what a file means."""
