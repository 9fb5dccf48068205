"""Measurements → the audit: judged, summed up, held against gates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from augscore.auditing.audit import Audit, DataResult, Design, Example, Scale
from augscore.auditing.op_results import op_results
from augscore.auditing.options import FEW, FEWEST_FOR_VERDICTS
from augscore.auditing.parts import pipeline_of
from augscore.auditing.plan import AuditPlan
from augscore.auditing.policy_result import policy_result
from augscore.auditing.run import Probed
from augscore.auditing.table import Table
from augscore.images.records import Skipped
from augscore.runtime import host_facts
from augscore.strength.readings import STRENGTH
from augscore.version import VERSION

ALPHA, RESAMPLES = 0.05, 1000
_MOST_SKIPPED = 100
