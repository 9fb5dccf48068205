"""Pictures on the page: original, view and difference beside each other, as many as fit."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from augscore.auditing.audit import Example
from augscore.auditing.report.page.markup import NOTHING, fill, shortened
from augscore.auditing.report.page.numbers import measured
from augscore.auditing.report.page.steps import steps_text
from augscore.auditing.report.picture import Picture


def shown_example(example: Example, picture: Picture | None) -> Markup:
    """A view with its name, strength, steps and the command that draws it again; without a
    picture the words alone."""
    return fill(
        '<figure class="view">{}<figcaption><span class="name">{}</span>'
        '<span class="reads">strength {} <span class="faint">view {}</span></span>'
        '<span class="steps">{}</span>{}</figcaption></figure>',
        NOTHING if picture is None else _triptych(picture),
        *(
            example.image,
            measured(example.strength),
            example.view,
            shortened(steps_text(example.steps)),
        ),
        _again(example.command),
    )


def fitting(pictures: Sequence[Picture], room: int) -> list[Picture]:
    """As many as `room` bytes of the page hold: the first of every group, then the second, …"""
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, Picture]] = []
    for picture in pictures:
        ranked.append((seen[_group(picture)], picture))
        seen[_group(picture)] += 1
    kept: list[Picture] = []
    for _, picture in sorted(ranked, key=lambda pair: pair[0]):
        room -= len(shown_example(picture.example, picture).encode())
        if room < 0:
            break
        kept.append(picture)
    return kept


def _group(picture: Picture) -> str:
    finding = picture.finding
    return f"= {picture.example.kind}" if finding is None else f"{finding.code} {finding.part}"


def _triptych(picture: Picture) -> Markup:
    name = picture.example.image
    return fill(
        '<div class="triptych"><div>{}<span>original</span></div><div>{}<span>view</span></div>'
        "<div>{}<span>difference × {}</span></div></div>",
        _image(picture.original, f"{name}, original"),
        _image(picture.view, f"{name}, view {picture.example.view}"),
        _image(picture.difference, f"difference of the two, times {picture.gain}"),
        picture.gain,
    )


def _image(jpeg: bytes, told: str) -> Markup:
    return fill(
        '<img src="data:image/jpeg;base64,{}" alt="{}" width="128" height="128">',
        *(b64encode(jpeg).decode("ascii"), told),
    )


def _again(command: str) -> Markup:
    if not command:
        return NOTHING
    return fill(
        "<details><summary>Draw it again</summary><pre><code>{}</code></pre></details>", command
    )
