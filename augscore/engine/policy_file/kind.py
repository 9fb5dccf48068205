"""The kinds of files that are read as policies are, each by the words of its mistakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How mistakes speak of a file: `code` begins their codes, the rest are words and hints."""

    code: str
    name: str
    empty: str
    single: str
    alias: str


POLICY = Kind(
    code="policy",
    name="a policy file",
    empty="A policy has views",
    single="One policy a file",
    alias="Name steps that are used twice under define:, and write use: NAME",
)
