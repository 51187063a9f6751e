"""The project as it is and as it was: configuration, files, what they load, what differs, and fingerprints."""
