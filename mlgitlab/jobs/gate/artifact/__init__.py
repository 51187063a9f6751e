"""What the files of a model are: how large, in which formats, and what they would make a loader do."""
