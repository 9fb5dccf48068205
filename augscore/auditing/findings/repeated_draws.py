"""REPEATED_DRAWS: workers or epochs of a loader see the same views again."""

from __future__ import annotations

from augscore.auditing.audit import Estimate
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, inconclusive, not_measured, told
from augscore.auditing.findings.words import counted

LEAST_RATIO = 0.9

PAGE = Page(
    code="REPEATED_DRAWS",
    group="exact",
    level="fail",
    title="workers or epochs repeat each other's views",
    means=(
        "In a DataLoader with workers there are fewer different views than without: each worker "
        "holds a copy of the same generator, or every epoch starts from the same state. Training "
        "sees a fraction of the variety that the policy promises."
    ),
    measured=(
        "The policy is run on one image in a real DataLoader, with workers and without, over "
        "several epochs; transforms of your own are run alone, too, since others hide what they "
        "repeat. It is a finding when fewer than 0.9 times as many views differ with "
        "workers as without, and the views of two workers coincide. Views that collide by "
        "themselves, such as flips, collide in both runs. The policy of a training run goes "
        "through the feed that the run had, and its epochs are compared."
    ),
    remedy="Seed the pipeline's own generator in worker_init_fn from the worker's seed.",
)


def look(evidence: Evidence) -> Outcome:
    loader = evidence.table.loader
    if loader is None or loader.distinct_without_workers <= 0:
        return not_measured(PAGE, "the policy was not run in a DataLoader")
    ratio = loader.distinct / loader.distinct_without_workers
    if ratio >= LEAST_RATIO:
        return fact(PAGE, [])
    if not loader.workers_coincide:
        why = (
            f"{loader.distinct} of {loader.samples} views differ with workers, "
            f"{loader.distinct_without_workers} without, but no workers or epochs coincide"
        )
        return inconclusive(PAGE, why)
    whose = f"{loader.op} alone: " if loader.op else ""
    statement = (
        f"{whose}only {loader.distinct} of {counted(loader.samples, 'view')} differ with "
        f"{counted(loader.workers, 'worker')} over {counted(loader.epochs, 'epoch')}, and "
        f"{loader.distinct_without_workers} without; workers or epochs repeat each other"
    )
    finding = told(
        PAGE,
        evidence.named(loader.op),
        statement,
        "different views, with workers over without",
        estimate=Estimate(ratio, None, None, loader.samples),
        threshold=LEAST_RATIO,
    )
    return fact(PAGE, [finding])
