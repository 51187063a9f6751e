"""`python -m mlgitlab` is `mlgitlab`."""

from mlgitlab.cli.main import run

if __name__ == "__main__":
    run()
