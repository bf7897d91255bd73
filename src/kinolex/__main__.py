"""``python -m kinolex`` is the command line."""

from __future__ import annotations

import sys

from kinolex.cli import main

if __name__ == "__main__":
    sys.exit(main())
