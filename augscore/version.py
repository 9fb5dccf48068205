"""The version of this package, where every room may read it."""

from __future__ import annotations

VERSION = "0.1.0"
