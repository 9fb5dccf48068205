"""`python -m augscore_cli` is the command `augscore`."""

from .main import main

if __name__ == "__main__":
    main()
