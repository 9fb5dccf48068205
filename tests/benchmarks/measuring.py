"""`measure` on a folder against decoding and resizing its files alone."""

from __future__ import annotations

from augscore.images.batches import in_order
from augscore.images.find import find
from augscore.images.records import Candidate
from augscore.images.resize import bring_to_size
from augscore.measuring.plan import MeasureOptions
from augscore.measuring.run import measure_source
from augscore.measuring.sources import folder_source
from augscore.measuring.subjects import Subject, subject
from augscore.strength.scorer import load_scorer
from tests.benchmarks.case import Case, Setting

SIZE = 224


def cases(setting: Setting) -> list[Case]:
    files = [found for found in find([setting.folder]) if isinstance(found, Candidate)]
    scorer = load_scorer(setting.model, str(setting.device))
    source = folder_source([setting.folder])

    def read_alone() -> int:
        outcomes = in_order(files, subject, workers=0)
        read = [bring_to_size(s.reference, SIZE) for s in outcomes if isinstance(s, Subject)]
        return len(read)

    def one_policy(name: str) -> object:
        return measure_source(source, scorer, MeasureOptions(policy=name, size=SIZE, workers=0))

    group = f"measure, {SIZE} px"
    return [
        Case(group, "decode and resize alone", len(files), read_alone),
        Case(group, "measure identity", len(files), lambda: one_policy("identity")),
        Case(group, "measure simclr", len(files), lambda: one_policy("simclr")),
    ]
