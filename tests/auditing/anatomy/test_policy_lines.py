"""Operations and the lines of their policy file."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.auditing.anatomy.parts import probes_of
from augscore.auditing.anatomy.policy_lines import lines_of, matched, with_lines
from augscore.engine.policies import find_policy
from augscore.errors import UsageError

HEAD = "augscore_policy: 1\nname: mine\nsize: 32\nviews:\n"


def lines(tmp_path: Path, text: str, name: str = "p.yaml") -> dict[str, int | None]:
    file = tmp_path / name
    file.write_text(text)
    parts = [probe.part for probe in probes_of(find_policy(file), 2)]
    return {part.path: part.line for part in with_lines(parts, file)}


def test_steps_and_what_is_inside_of_containers(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        HEAD
        + """\
  - transforms:
      - RandomCrop: {padding: 4}
      - RandomApply:
          p: 0.5
          transforms:
            - ColorJitter: {brightness: 0.4}
      - Grayscale: {}
      - RandAugment: {}
""",
    )
    assert found.pop("RandomCrop") == 6
    assert found.pop("ColorJitter") == 10
    assert found.pop("RandomGrayscale") == 11
    assert found
    assert all(path.startswith("RandAugment > ") for path in found)
    assert set(found.values()) == {12}


def test_several_of_a_name_go_by_their_order(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        HEAD
        + """\
  - transforms:
      - GaussianBlur: {p: 0.1}
      - GaussianBlur: {p: 0.2}
  - transforms:
      - RandomSolarize: {threshold: 0.5}
      - GaussianBlur: {p: 0.3}
""",
    )
    assert list(found.values()) == [6, 7, 9, 10]


def test_what_is_defined_once_and_used_twice_has_the_line_of_its_definition(
    tmp_path: Path,
) -> None:
    text = """\
augscore_policy: 1
name: mine
size: 32
define:
  flips:
    - RandomHorizontalFlip: {p: 0.5}
views:
  - transforms: [{use: flips}, {RandomSolarize: {threshold: 0.5}}]
  - transforms: [{use: flips}]
"""
    found = lines(tmp_path, text)
    assert found == {
        "RandomHorizontalFlip": 6,
        "RandomSolarize": 8,
        "view 2 > RandomHorizontalFlip": 6,
    }


def test_where_it_is_not_sure_there_is_none(tmp_path: Path) -> None:
    text = """\
augscore_policy: 1
name: mine
size: 32
define:
  flips:
    - RandomHorizontalFlip: {p: 0.5}
views:
  - transforms: [{RandomHorizontalFlip: {p: 0.1}}, {use: flips}]
"""
    assert set(lines(tmp_path, text).values()) == {None}
    twice = "  - transforms:\n      - RandomHorizontalFlip: {p: 0.5}\n"
    # Equal views count once, so that nothing says which of the two is meant.
    assert set(lines(tmp_path, HEAD + twice + twice).values()) == {None}


def test_json(tmp_path: Path) -> None:
    text = '{"augscore_policy": 1, "name": "m", "size": 32,\n'
    text += ' "views": [{"transforms": [\n{"RandomCrop": {"padding": 4}}]}]}'
    assert lines(tmp_path, text, "p.json") == {"RandomCrop": 3}


def test_a_preset_in_a_file_has_no_lines(tmp_path: Path) -> None:
    found = lines(tmp_path, "augscore_policy: 1\nname: mine\npreset: simclr-cifar\n")
    assert set(found.values()) == {None}


def test_what_is_no_policy_has_no_lines(tmp_path: Path) -> None:
    assert lines_of(b"{", is_json=True) == {}
    assert lines_of(b"transforms: 3", is_json=False) == {}
    assert matched([], {}) == ()
    with pytest.raises(UsageError):
        with_lines([], tmp_path / "none.yaml")
