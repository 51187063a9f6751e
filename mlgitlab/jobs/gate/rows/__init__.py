"""The rows that gates on rows judge by: which count, which are fit to be judged, and which belong to a group."""
