"""Print the commands of README.md that CI runs: its code lines that begin with `pip install`."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def code_blocks(text: str, language: str) -> list[str]:
    """The bodies of the fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shell_lines(text: str) -> list[str]:
    """The lines of the shell blocks, without comments."""
    rows = (row for block in code_blocks(text, "sh") for row in block.splitlines())
    return [line for row in rows if (line := re.sub(r"\s+#.*", "", row).strip())]


def commands(text: str) -> list[str]:
    return [line for line in shell_lines(text) if line.startswith("pip install")]


if __name__ == "__main__":
    print("\n".join(commands(README.read_text(encoding="utf-8"))))
