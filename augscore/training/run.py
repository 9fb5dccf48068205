"""`augscore train METHOD`: read → judge → train → look → save, on a run folder that can be
continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from augscore.engine.module import Augment
from augscore.evaluation.features import Preprocessing
from augscore.images.records import Skipped
from augscore.runs.checkpoint import Checkpoint
from augscore.runs.continuing import usable_checkpoint
from augscore.runs.deterministic import deterministic
from augscore.runs.keeping import Keeper
from augscore.runs.mark import mark
from augscore.runs.ranks import rank, ranks
from augscore.runs.run_folder import RunKind, check_folder, checkpoints_of, claimed
from augscore.runtime import Note, Stopped, host_facts, memory_errors
from augscore.strength.scorer import Scorer
from augscore.training.data.feed import Feed
from augscore.training.data.store import Store, open_store
from augscore.training.data.stream import labels_of, stream
from augscore.training.encoder_path import IN_A_RUN
from augscore.training.finishing import PAGE, finish, last_row
from augscore.training.footprint import LESS_MEMORY
from augscore.training.judging import SCORE, score_plan_of, scorer_of, waits_for_network
from augscore.training.kept_feed import WORKERS
from augscore.training.kept_policy import POLICY_FILE, keep_policy
from augscore.training.planning.plan import TrainPlan, binding_settings
from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.tensorboard import TensorBoardSink
from augscore.training.stepping.fabric import make_fabric
from augscore.training.stepping.learner import Learner, new_learner
from augscore.training.stepping.look import Labelled, Looking
from augscore.training.stepping.loop import Course, PairHooks, Rhythm, train
from augscore.training.stepping.pairing import constants_for
from augscore.training.stepping.scaling import load_scale
from augscore.training.stepping.step import Pass
from augscore.training.stepping.update import Update
from augscore.training.weighing.judge import judge_digest
from augscore.training.weighing.weigher import Weigher

TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class TrainResult:
    """`last` is the last row of metrics, of a complete run with what the final look saw."""

    encoder_path: Path
    page_path: Path
    complete: bool
    stopped_by: str | None
    last: LogRow | None
    test_images: int
    skipped: tuple[Skipped, ...]


def train_pairs(plan: TrainPlan, hooks: PairHooks) -> TrainResult:
    """Train, or continue, the run of a plan.

    A stop signal ends reading at once, and training after its step, with a checkpoint. Raises
    UsageError where the folder holds a finished run, one of other settings, one that another
    process works on, or files of something else, and where the loss is no number
    (`loss_not_finite`); HostError (`out_of_memory`).
    """
    hooks = hooks if rank() == 0 else _silent(hooks)
    if waits_for_network(plan):
        score_plan_of(plan, plan.request.out / SCORE)  # what it would refuse, at once
    fabric = make_fabric(torch.device(plan.device), plan.config.precision)
    with _claimed(plan), memory_errors(LESS_MEMORY):
        fabric.barrier()
        try:
            return _trained(plan, fabric, hooks)
        except Stopped as stopped:
            return _unfinished(plan, stopped.by, ())


def check_run_folder(plan: TrainPlan) -> None:
    """What `train_pairs` would refuse of the folder; changes nothing."""
    check_folder(plan.request.out, kind_of(plan), _settings(plan), force=plan.request.force)


def kind_of(plan: TrainPlan) -> RunKind:
    return RunKind(f"train {plan.config.method}", IN_A_RUN, (PAGE, TENSORBOARD, SCORE, POLICY_FILE))


def encoder_of(plan: TrainPlan) -> Path:
    return plan.request.out / IN_A_RUN


def _trained(plan: TrainPlan, fabric: Fabric, hooks: PairHooks) -> TrainResult:
    with hooks.stop.at_once():
        prepared = _prepare(plan, hooks)
    scorer = scorer_of(plan, hooks)
    if hooks.stop.ask() is not None:
        return _unfinished(plan, hooks.stop.ask(), prepared.store.skipped)
    running = _begin(plan, prepared, fabric, scorer, hooks)
    with deterministic():
        train(running.learner, running.course, running.hooks)
    if running.board is not None:
        running.board.close()
    store, test_store = prepared.store, prepared.test_store
    if running.learner.step < plan.config.steps:
        return _unfinished(plan, hooks.stop.ask(), store.skipped)
    if rank() == 0:
        finish(plan, running.learner)
    fabric.barrier()
    return TrainResult(
        encoder_path=encoder_of(plan),
        page_path=plan.request.out / PAGE,
        complete=True,
        stopped_by=None,
        last=last_row(plan),
        test_images=0 if test_store is None else len(test_store),
        skipped=store.skipped,
    )


@dataclass(frozen=True)
class _Prepared:
    settings: dict[str, object]
    checkpoint: Checkpoint | None
    store: Store
    test_store: Store | None


@dataclass(frozen=True)
class _Running:
    learner: Learner
    course: Course
    hooks: PairHooks
    board: TensorBoardSink | None


def _prepare(plan: TrainPlan, hooks: PairHooks) -> _Prepared:
    request, settings = plan.request, _settings(plan)
    # Before the images, which may take minutes to read, what they do not decide.
    checkpoint = usable_checkpoint(
        checkpoints_of(request.out), settings, force=request.force, note=hooks.note
    )
    if rank() == 0:
        _mark(plan, settings, torch.device(plan.device))
        hooks.announce(checkpoint.step if checkpoint is not None else 0)
    store = open_store(plan.train, workers=plan.workers, progress=hooks.progress)
    test_store = None
    if plan.test is not None:
        test_store = open_store(plan.test, workers=plan.workers, progress=hooks.progress)
    return _Prepared(settings, checkpoint, store, test_store)


def _begin(
    plan: TrainPlan, prepared: _Prepared, fabric: Fabric, scorer: Scorer | None, hooks: PairHooks
) -> _Running:
    config, checkpoint = plan.config, prepared.checkpoint
    learner = new_learner(config, torch.device(plan.device))
    if checkpoint is not None:
        learner.load(checkpoint.tensors, checkpoint.step)
        load_scale(fabric, checkpoint.tensors)
        hooks.note(Note("continued", f"continuing after step {learner.step} of {config.steps}"))
    board = None
    if rank() == 0:
        board = TensorBoardSink(plan.request.out / TENSORBOARD, learner.step, hooks.note)
    course = _course(plan, prepared, learner, fabric, scorer, hooks)
    return _Running(learner, course, _with_board(hooks, board), board)


def _course(
    plan: TrainPlan,
    prepared: _Prepared,
    learner: Learner,
    fabric: Fabric,
    scorer: Scorer | None,
    hooks: PairHooks,
) -> Course:
    config, request, device = plan.config, plan.request, torch.device(plan.device)
    called: Any = torch.compile(learner.online) if config.compile else learner.online
    network, optimizer = fabric.setup(called, learner.optimizer)
    weigher = Weigher(
        config.weighting,
        scorer,
        steps_per_epoch=plan.steps_per_epoch,
        epochs=config.epochs,
        seed=config.seed,
    )
    augment = Augment(plan.policy, size=config.size, seed=config.seed, views=config.views)
    run = Pass(
        network=network,
        precision=fabric.autocast,
        augment=augment,
        normalize=plan.normalize,
        pairing=plan.pairing,
        weigher=weigher,
        constants=constants_for(plan.pairing, config.constants),
        device=device,
        seed=config.seed,
    )
    feed = Feed(
        prepared.store,
        batch_size=config.batch_size,
        seed=config.seed,
        rank=rank(),
        world=ranks(),
        workers=plan.workers,
    )
    return Course(
        run=run,
        update=Update(fabric, optimizer, config, plan.steps_per_epoch),
        feed=feed,
        rhythm=Rhythm(
            request.log_every,
            request.checkpoint_every,
            request.eval_every * plan.steps_per_epoch,
        ),
        settings=prepared.settings,
        look=_looking(plan, prepared, device).at,
        keeps=Keeper(request.out, learner.step, hooks.note) if rank() == 0 else None,
    )


def _looking(plan: TrainPlan, prepared: _Prepared, device: torch.device) -> Looking:
    def of(images: Store) -> Callable[[], Iterator[torch.Tensor]]:
        return lambda: stream(images, workers=plan.workers)

    store, test_store = prepared.store, prepared.test_store
    test = None
    if test_store is not None and (labels := labels_of(test_store)) is not None:
        test = Labelled(of(test_store), labels)
    preprocessing = Preprocessing(plan.config.size, plan.normalize)
    return Looking(of(store), labels_of(store), test, preprocessing, device)


def _unfinished(plan: TrainPlan, by: str | None, skipped: tuple[Skipped, ...]) -> TrainResult:
    return TrainResult(
        encoder_of(plan), plan.request.out / PAGE, False, by, last_row(plan), 0, skipped
    )


def _settings(plan: TrainPlan) -> dict[str, object]:
    return binding_settings(plan, judge_digest(plan.config.weighting, plan.request.score_model))


def _mark(plan: TrainPlan, settings: dict[str, object], device: torch.device) -> None:
    options = {
        "told": plan.told,
        "source": plan.source,
        "images": plan.images,
        WORKERS: plan.workers,
    }
    facts = {"options": options, "host": host_facts(device)}
    mark(plan.request.out, kind_of(plan).command, settings, facts)
    keep_policy(plan.policy, plan.request.out)


@contextmanager
def _claimed(plan: TrainPlan) -> Iterator[None]:
    """By the first rank; the others only look."""
    request = plan.request
    hold = (
        claimed(request.out, kind_of(plan), _settings(plan), force=request.force)
        if rank() == 0
        else nullcontext()
    )
    with hold:
        yield


def _silent(hooks: PairHooks) -> PairHooks:
    """The first rank speaks for all; each heeds its own signals."""
    return PairHooks(
        announce=lambda done: None,
        report=lambda row: None,
        progress=lambda event: None,
        note=lambda note: None,
        stop=hooks.stop,
    )


def _with_board(hooks: PairHooks, board: TensorBoardSink | None) -> PairHooks:
    if board is None:
        return hooks

    def report(row: LogRow) -> None:
        board.row(row)
        hooks.report(row)

    return PairHooks(hooks.announce, report, hooks.progress, hooks.note, hooks.stop)
