"""What `mlgitlab train` decides: what is asked, what a run is told, whether it went well, and what is kept of it."""
