"""`audit --explain`: every finding has a page that fits a terminal."""

from __future__ import annotations

import pytest

from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.errors import UsageError
from augscore_cli.audit_pages import explained
from augscore_cli.lines import plain

CODES = [kind.page.code for kind in CATALOGUE]


@pytest.mark.parametrize("code", CODES)
def test_a_page(code: str) -> None:
    lines, document = explained(code.lower())
    told = [plain(row) for row in lines]
    page = next(kind.page for kind in CATALOGUE if kind.page.code == code)
    assert told[0] == f"{code}: {page.title}   level {page.level}"
    words = " ".join(" ".join(told).split())
    for part in (page.means, page.measured, page.remedy):
        assert " ".join(part.split()) in words
    assert max(map(len, told[1:])) <= 80
    assert document["code"] == code
    assert document["remedy"] == page.remedy


def test_all_of_them() -> None:
    lines, document = explained("all")
    told = "\n".join(plain(row) for row in lines)
    assert all(code in told for code in CODES)
    assert max(map(len, told.splitlines())) <= 80
    found = document["findings"]
    assert isinstance(found, list)
    assert [page["code"] for page in found] == CODES


def test_an_unknown_one() -> None:
    with pytest.raises(UsageError, match="Did you mean REVERSED"):
        explained("reversd")
