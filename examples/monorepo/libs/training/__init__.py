"""What all trainings share: tables and their checks, parameters, the model file, metrics."""
