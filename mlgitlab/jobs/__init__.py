"""What a generated job runs, decided from values; the world arrives as Protocols."""
