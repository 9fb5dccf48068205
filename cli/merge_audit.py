"""`merge` for the parts of an audit: joined, judged and told as the single audit would be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from augscore.errors import AugscoreError

from .audit_job import found_policy
from .audit_result import Telling, told
from .measure_files import check_target
from .merge_settings import MergeSettings, refuse_parts
from .progress import progress_sink

if TYPE_CHECKING:
    from augscore.auditing.api import Audited
    from augscore.auditing.keeping.merging import Whole
    from augscore.engine.policy import Policy
    from augscore.runtime import Note


def merge_audit(settings: MergeSettings) -> None:
    """Ends with the verdict's exit code."""
    began = time.monotonic()
    with ExitStack() as held:
        with progress_sink(settings.streams):
            from augscore.auditing.keeping.merging import read_parts

            whole = read_parts(settings.parts, _teller(settings))
            policy = _policy(settings, whole)
            _claim(settings, whole, held)
            audited = _joined(settings, whole, policy)
        told(settings, _telling(settings, whole), audited, time.monotonic() - began)


def _telling(settings: MergeSettings, whole: Whole) -> Telling:
    """Annotations name files as seen from here, where they lie below."""
    name = settings.policy or whole.asked.policy
    below = name.removeprefix(os.path.join(os.getcwd(), ""))
    return Telling(settings.out, whole.asked.wanted, settings.format, settings.summary, below)


def _policy(settings: MergeSettings, whole: Whole) -> Policy | None:
    """To draw pictures with; None, and a note, where it is not what it was, or not here."""
    from augscore.auditing.keeping.merging import is_policy_of, other_policy

    name = settings.policy or whole.asked.policy
    try:
        policy = found_policy(name, settings.allow_code).policy
        if not is_policy_of(whole.terms, policy):
            raise other_policy(name)
    except AugscoreError as error:
        if settings.policy is not None:
            raise
        settings.streams.note(f"note: the report lacks pictures of the images: {error}")
        return None
    return policy


def _claim(settings: MergeSettings, whole: Whole, held: ExitStack) -> None:
    """The folder is this process's own until the end."""
    from augscore.auditing.keeping.audit_folder import Claim, claimed_audit
    from augscore.outputs import check_writable

    check_target(settings.json, "--json")
    if settings.summary is not None:
        check_writable(settings.summary)
    refuse_parts(settings)
    place = whole.asked.place
    images = () if place is None else tuple(Path(path) for path in place.paths)
    claim = Claim(whole.settings, whole.terms.empty)
    held.enter_context(claimed_audit(settings.out, claim, images, force=settings.force))


def _joined(settings: MergeSettings, whole: Whole, policy: Policy | None) -> Audited:
    from augscore.auditing.api import concluded
    from augscore.auditing.concluding.against import against_baseline, read_baseline
    from augscore.auditing.keeping.audit_folder import whole_journal
    from augscore.auditing.keeping.merging import join, studio_again

    terms, asked, gathered = whole.terms, whole.asked, whole.gathered
    before = None if asked.baseline is None else read_baseline(Path(asked.baseline), terms)
    with whole_journal(settings.out) as journal:
        probed = join(gathered, journal)
    studio = studio_again(terms, asked.place, policy, _teller(settings))
    audited = concluded(gathered.facts, probed, terms, studio, asked.gates)
    return audited if before is None else against_baseline(audited, before)


def _teller(settings: MergeSettings) -> Callable[[Note], None]:
    streams = settings.streams
    return lambda note: streams.note(f"note: {note.text}")
