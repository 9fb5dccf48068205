"""Do judges that have never seen the reading agree with it? Readable in one sitting.

What was read is journalled piece by piece, so that the same command goes on where it was stopped;
tables are made from all rows in the end. Contenders may be added to a folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path

from augscore.json_values import Json, whole
from augscore.outputs import write_json, write_text
from augscore.runs.differences import Change
from augscore.runs.journal import Journal, read_journal
from augscore.runs.mark import mark
from augscore.runs.run_folder import begun_otherwise
from augscore.runtime import ProgressSink, StopFlag, Stopped, StopSignal
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import LEVEL, STRENGTH, Contender
from augscore.studies.agreement.figures import Figure, condition_figure, figures_of
from augscore.studies.agreement.functional.drops import JUDGE
from augscore.studies.agreement.lacking import lacking, read_everywhere
from augscore.studies.agreement.panel import Panel, panel_of
from augscore.studies.agreement.public_metrics import any_metric, package_version
from augscore.studies.agreement.rows import drops_in, readings_in, values_in
from augscore.studies.agreement.same_order import order_figure
from augscore.studies.agreement.summary import save_summary, summary_of
from augscore.studies.agreement.table import SCHEMA, SPREAD, figures_json, markdown
from augscore.studies.agreement.within.following import (
    Following,
    cases_in,
    figures_of_following,
    following,
)
from augscore.studies.agreement.within.sets import SetSizes, sizes_for
from augscore.studies.agreement.work import BASE, Work, missing_rows
from augscore.studies.model_facts import model_facts
from augscore.studies.study_folder import claimed_study, rows_of

COMMAND = "study agreement"
TABLE, RESULT = "table.md", "agreement.json"


@dataclass(frozen=True)
class AgreementStudy:
    """folder    of judges
    out       where the study lives
    pictures  of each human judge, at most
    command   how to make it again
    others    metrics of others and other models; those that a folder has stay in its table
    save      the model's file, whose card gets the column of strength, if any
    sizes     of the sets within whose images the magnitude judges; None: those for `pictures`
    """

    folder: Path
    out: Path
    pictures: int
    scorer: Scorer
    command: str
    _: KW_ONLY
    others: tuple[Contender, ...] = ()
    save: Path | None = None
    sizes: SetSizes | None = None

    @property
    def settings(self) -> Mapping[str, object]:
        return {"pictures": self.pictures, "model": self.scorer.model.sha256}

    @property
    def facts(self) -> Mapping[str, object]:
        return {"folder": self.folder.name}


@dataclass(frozen=True)
class AgreementHooks:
    """`stop` ends the work at once; what was read is kept."""

    progress: ProgressSink
    stop: StopFlag


@dataclass(frozen=True)
class Agreement:
    """figures    by contender
    followed   which operations strength follows, a set of pictures each
    """

    figures: Mapping[str, Sequence[Figure]]
    followed: tuple[Following, ...]


@dataclass(frozen=True)
class AgreementResult:
    """`found`, and the document of it: None where a signal stopped it. `left_out`: who, and why."""

    found: Agreement | None
    document: Mapping[str, object] | None
    left_out: tuple[str, ...]
    stopped_by: StopSignal | None


def run_agreement(study: AgreementStudy, hooks: AgreementHooks) -> AgreementResult:
    """Raises InputError for tables or pictures that cannot be read, UsageError (`resume_mismatch`)
    for sets of other sizes than the folder's, else as `claimed_study` and `save_summary`."""
    with (
        ExitStack() as lent,
        claimed_study(study.out, COMMAND, study.settings, study.facts),
    ):
        working_size = study.scorer.calibration.lens.working_size
        sizes = study.sizes or sizes_for(study.pictures)
        panel = panel_of(study.folder, working_size, sizes, lent)
        rows = list(read_journal(rows_of(study.out)))
        _check_sizes(study.out, panel, rows)
        work = _work(study, panel, rows)
        with Journal(rows_of(study.out)) as journal:
            try:
                with hooks.stop.at_once():
                    for row in missing_rows(work, hooks.progress):
                        journal.append(row)
                        rows.append(row)
            except Stopped as end:
                return AgreementResult(None, None, panel.left_out, end.by)
        found = agreement_in(rows, panel)
        if study.save is not None:
            study = _saved(study, study.save, found)
        write_text(study.out / TABLE, markdown(found.figures, found.followed, study.command))
        told = _document(study, found)
        write_json(study.out / RESULT, told)
    return AgreementResult(found, told, panel.left_out, None)


def _saved(study: AgreementStudy, path: Path, found: Agreement) -> AgreementStudy:
    """With the model as it is called from now on: its SHA-256 is also that of its card."""
    model = study.scorer.model
    sha256 = save_summary(path, model, summary_of(found.figures, study.pictures))
    saved = replace(study, scorer=replace(study.scorer, model=replace(model, sha256=sha256)))
    mark(study.out, COMMAND, saved.settings, saved.facts)
    return saved


def _document(study: AgreementStudy, found: Agreement) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "complete": True,
        "command": study.command,
        "folder": study.folder.name,
        "pictures": study.pictures,
        "spread": SPREAD,
        "model": model_facts(study.scorer.model),
        "metrics_package": package_version() if any_metric(found.figures) else None,
        "contenders": figures_json(found.figures),
        "within_image": [one.to_json() for one in found.followed],
    }


def agreement_in(rows: Sequence[Json], panel: Panel) -> Agreement:
    """Of the contenders that have read everything: others after our own."""
    names = (*BASE, *sorted(read_everywhere(rows) - frozenset(BASE)))
    seeing = [name for name in names if name != LEVEL]
    return Agreement(
        figures={name: _figures(panel, rows, name) for name in names},
        followed=tuple(following(one.name, rows, seeing, STRENGTH) for one in panel.sets),
    )


def _work(study: AgreementStudy, panel: Panel, rows: Sequence[Json]) -> Work:
    names = (*BASE, *(other.name for other in study.others))
    return Work(
        study.folder, study.scorer, study.others, study.pictures, panel, lacking(rows, names)
    )


def _figures(panel: Panel, rows: Sequence[Json], contender: str) -> tuple[Figure, ...]:
    """Those of all judges, one after the other."""
    found: list[Figure] = []
    for judge in panel.people:
        found += figures_of(judge, readings_in(rows, judge.name, contender))
    if panel.corrupt is not None:
        drops, values = drops_in(rows, JUDGE), values_in(rows, JUDGE, contender)
        for what, kinds in (("pooled", None), ("corruptions", panel.names)):
            some = {c: v for c, v in values.items() if kinds is None or c.kind in kinds}
            found.append(condition_figure(JUDGE, what, some, drops))
        operations = {c: v for c, v in values.items() if c.kind not in panel.names}
        found.append(order_figure(STRENGTH, operations, values_in(rows, JUDGE, STRENGTH)))
    for one in panel.sets:
        found += figures_of_following(one.name, cases_in(rows, one.name, contender))
    return tuple(found)


def _check_sizes(out: Path, panel: Panel, rows: Sequence[Json]) -> None:
    """Rows of a set are about all of its pictures: there is no adding to them."""
    counts = {row["judge"]: whole(row["pictures"]) for row in rows if "pictures" in row}
    changed = [
        Change(f"pictures {one.name}", counts[one.name], one.count)
        for one in panel.sets
        if counts.get(one.name, one.count) != one.count
    ]
    if changed:
        raise begun_otherwise(out, changed, force=False)
