"""`python -m mlgitlab` is `mlgitlab`."""

from mlgitlab.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
