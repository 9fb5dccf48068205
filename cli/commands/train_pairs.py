"""`augscore train simclr` and its siblings: a backbone from pairs of views, without labels."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from ..export_step import export_command
from ..lines import Line
from ..measure_files import check_target
from ..named_settings import named_command, with_named_settings
from ..names import shown, shown_path
from ..options import shared_options
from ..pair_keys import METHODS, keys_of
from ..pair_screen import log_line, plan_document, plan_lines, result_document, result_lines
from ..pair_settings import TrainPairSettings, pair_options
from ..policy_source import named_policy, tell_notes
from ..progress import progress_sink
from ..results import print_result
from ..streams import Streams
from ..watching import end_stopped, watched
from .train import PAIRS

if TYPE_CHECKING:
    from augscore.engine.policy import Policy
    from augscore.training.planning.plan import TrainPlan
    from augscore.training.planning.request import TrainRequest
    from augscore.training.reporting.log_row import LogRow
    from augscore.training.run import TrainResult

_HELP = """{title}

    DATA is a folder of images (classes by sub-folder, or none), or a data set of torchvision by
    name, such as cifar10. A folder with train/ and test/ is taken as it is; else a fifth of the
    labelled images, the same of each class, is kept for looking at nearest neighbours.

    With --weighting score, pairs count by how differently a score network sees their two views.
    It is trained on DATA first and kept in RUN/score, unless --score-model names one.

    RUN/encoder.safetensors is the trained backbone, RUN/report.html its curves.

    \b
    augscore train {name} photos --out runs/{name} --dry-run
    augscore train {name} photos --out runs/{name} --weighting score
    augscore eval runs/{name} --data photos
    """


def _command(method: str) -> click.Command:
    keys = tuple(keys_of(method))

    @shared_options
    @with_named_settings(TrainPairSettings, keys)
    def callback(settings: TrainPairSettings) -> None:
        _run(method, settings)

    return named_command(
        method,
        pair_options(callback),
        keys,
        help=_HELP.format(title=PAIRS[method], name=method),
        short_help=PAIRS[method],
    )


def _run(method: str, settings: TrainPairSettings) -> None:
    streams = settings.streams
    check_target(settings.json, "--json")
    plan = _plan(method, settings, streams)
    if settings.dry_run:
        if is_first():
            _show(settings, streams, plan)
        return
    result = _train(plan, streams)
    if is_first():
        _tell(settings, result)
        streams.note(f"Next: {_next(settings, plan)}")


def is_first() -> bool:
    """Of the processes that torchrun started."""
    from augscore.runs.ranks import rank

    return rank() == 0


def _plan(method: str, settings: TrainPairSettings, streams: Streams) -> TrainPlan:
    with progress_sink(streams) as progress:
        from augscore.training.planning.plan import plan_training

        policy = None
        if settings.policy is not None:
            policy = named_policy(settings.policy, settings.allow_code)
            tell_notes(policy, streams)
        return plan_training(settings.data, _request(method, settings, policy), progress)


def _request(method: str, settings: TrainPairSettings, policy: Policy | None) -> TrainRequest:
    from augscore.training.planning.request import TrainRequest

    return TrainRequest(
        method=method,
        out=settings.out,
        recipe=settings.recipe,
        policy=policy,
        size=settings.size,
        arch=settings.arch,
        epochs=settings.epochs,
        steps=settings.steps,
        batch_size=settings.batch_size,
        amp=settings.amp,  # type: ignore[arg-type]
        weighting=settings.weighting,
        score_model=settings.score_model,
        settings=settings.more,
        labels=settings.labels,
        download=settings.download,
        limit=settings.limit,
        seed=settings.seed,
        device=settings.device,
        workers=settings.workers,
        checkpoint_every=settings.checkpoint_every,
        log_every=settings.log_every,
        eval_every=settings.eval_every,
        force=settings.force,
    )


def _show(settings: TrainPairSettings, streams: Streams, plan: TrainPlan) -> None:
    """The plan alone, where the same command could begin."""
    with progress_sink(streams):
        from augscore.training.footprint import expect
        from augscore.training.run import check_run_folder

        check_run_folder(plan)
        expected = expect(plan)
    print_result(settings, plan_lines(plan, expected), plan_document(plan, expected))


def _train(plan: TrainPlan, streams: Streams) -> TrainResult:
    from augscore.training.footprint import expect
    from augscore.training.run import train_pairs

    def planned(done: int) -> list[Line]:
        return plan_lines(plan, expect(plan, done))

    def logged(row: LogRow) -> Line:
        return log_line(row, plan.device)

    with watched(streams, planned, logged) as hooks:
        return train_pairs(plan, hooks)


def _tell(settings: TrainPairSettings, result: TrainResult) -> None:
    if result.stopped_by is not None and not result.complete:
        end_stopped(settings, result.stopped_by, result_document(result))
    print_result(settings, result_lines(result), result_document(result))


def _next(settings: TrainPairSettings, plan: TrainPlan) -> str:
    """Without classes there is nothing to evaluate on these images."""
    if plan.test is None:
        return export_command(settings.out, plan.config.arch)
    words = ["augscore", "eval", shown_path(settings.out), "--data", settings.data]
    return shown(shlex.join(words))


simclr, simsiam, wmse, vicreg, moco, ressl, sce = (_command(method) for method in METHODS)
