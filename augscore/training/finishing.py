"""The end of a run: its page, its encoder, and the rows from which both tell what came out."""

from __future__ import annotations

from dataclasses import asdict

from augscore.json_values import parsed_object
from augscore.runs.run_folder import metrics_of
from augscore.training.encoder_file import EncoderCard, EncoderData, save_encoder
from augscore.training.encoder_path import IN_A_RUN
from augscore.training.planning.plan import TrainPlan
from augscore.training.planning.settings import settable
from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.page import write_page
from augscore.training.stepping.learner import Learner
from augscore.version import VERSION

PAGE = "report.html"


def finish(plan: TrainPlan, learner: Learner) -> None:
    """The page, then the backbone: its file comes last and ends the run."""
    rows = rows_of(plan)
    config = plan.config
    out = plan.request.out
    write_page(
        out / PAGE,
        f"{learner.method.title} on {plan.train.name}",
        [(settable(name), _told(value)) for name, value in plan.settings],
        rows,
        _figures(rows),
    )
    classes = len(plan.train.classes)
    card = EncoderCard(
        arch=config.arch,
        stem=learner.online.backbone.stem,
        size=config.size,
        feature_dim=learner.online.backbone.feature_dim,
        normalize=plan.normalize,
        method=config.method,
        weighting=asdict(config.weighting),
        epochs=config.epochs,
        steps=config.steps,
        seed=config.seed,
        data=EncoderData(len(plan.train), classes, plan.train.fingerprint),
        augscore=VERSION,
    )
    save_encoder(plan.request.out / IN_A_RUN, learner.online.backbone, card)


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _figures(rows: list[LogRow]) -> list[tuple[str, str]]:
    if not rows:
        return []
    last = rows[-1]
    figures = []
    if last.knn is not None:
        figures.append(("k-NN top-1", f"{last.knn:.1f} %"))
    if last.loss is not None:
        figures.append(("loss", f"{last.loss:.4g}"))
    if last.rankme is not None:
        figures.append(("effective rank", f"{last.rankme:.1f}"))
    if last.images_per_second is not None:
        figures.append(("speed", f"{last.images_per_second:,.0f} images/s"))
    return figures


def rows_of(plan: TrainPlan) -> list[LogRow]:
    path = metrics_of(plan.request.out)
    if not path.exists():
        return []
    found = (parsed_object(line.encode()) for line in path.read_text("utf-8").splitlines())
    return [LogRow.from_json(row) for row in found if row is not None]


def last_row(plan: TrainPlan) -> LogRow | None:
    rows = rows_of(plan)
    return rows[-1] if rows else None
