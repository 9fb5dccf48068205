"""A file of gates explained by one that says everything, as `audit --explain gates` prints it."""

from __future__ import annotations

from .lines import Line, line

WORD = "gates"

EXAMPLE = """\
# Save as gates.yaml, and give it as --gates gates.yaml. Every line but the first may be left out.
version: 1

# Usual ranges of policies for supervised or contrastive training, and no finding of level fail:
# supervised or contrastive. Usual, not good: nothing was trained to find them. none: no gate but
# those below. Without the line: no finding of level fail, and those below.
preset: supervised

# Which verdicts make exit code 1: fail, warn, inconclusive, or several as [warn, inconclusive].
fail_on: fail

# NAME: the most that is allowed, or [least, most], or {min: .., max: .., level: fail|warn}.
# A number passes if its whole 95 % interval lies inside, fails if all of it lies outside, and is
# inconclusive between.
gates:
  findings.fail: 0                # findings of that level (fail, warn); findings.DEAD: of that kind
  dead_ops: 0                     # short for findings.DEAD; so with every kind
  policy.strength: [0.2, 0.9]     # of views against originals; two unrelated images are at 1
  policy.view_strength: {max: 1.5, level: warn}   # of two views of an image
  policy.unchanged_share: 0.1     # share of views that equal their original
  policy.destroyed_share: 0.01    # share of views with nothing left to see
  ops.Solarize.strength: {min: 0.05, level: warn} # alone, where it is applied; also
                                  # effective, applied, contribution, rms. By name, or by path
  ops.RandAugment > Rotate.applied: {min: 0.05}

# Findings that are right as they are: told, and not counted. op: a name, several, or none for all.
ignore:
  - {finding: MAGNITUDE_FREE, op: [AutoContrast, Equalize], reason: they have no magnitude}
"""


def gates_page() -> list[Line]:
    return [line(row) for row in EXAMPLE.splitlines()]
