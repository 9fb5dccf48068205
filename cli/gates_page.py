"""A file of gates explained by one that says everything, as `audit --explain gates` prints it."""

from __future__ import annotations

from .lines import Line, line

WORD = "gates"

EXAMPLE = """\
# Save as gates.yaml, and give it as --gates gates.yaml. Every line but the
# first may be left out.
version: 1

# No finding of level fail, and the usual ranges of policies for supervised or
# contrastive training. Usual, not good: nothing was trained to find them. With
# none there is no gate but those below; without the line there is one more, no
# finding of level fail.
preset: supervised

# The verdicts that make exit code 1: fail, warn, inconclusive, or several, as
# in [warn, inconclusive].
fail_on: fail

# NAME: the most that is allowed, or [least, most], or
# {min: .., max: .., level: fail|warn}. A number passes if its whole 95 %
# interval lies inside, fails if all of it lies outside, and is inconclusive
# between, or of fewer than 50 images.
gates:
  findings.fail: 0             # of that level, fail or warn
  dead_ops: 0                  # of that kind: short for findings.DEAD
  policy.strength: [0.2, 0.9]  # of views; 1 is that of two unrelated images
  policy.view_strength: {max: 1.5, level: warn}   # of two views of an image
  policy.unchanged_share: 0.1  # of views that equal their original
  policy.destroyed_share: 0.01 # of views with nothing left to see
  # An operation by its name, or by its path: strength where it is applied,
  # effective (times how often that is), applied, contribution, rms.
  ops.Solarize.strength: {min: 0.05, level: warn}
  ops.RandAugment > Rotate.applied: {min: 0.05}

# Findings that are right as they are: told, and not counted. op is a name,
# several, or, left out, any.
ignore:
  - {finding: MAGNITUDE_FREE, op: [AutoContrast, Equalize], reason: by design}
"""


def gates_page() -> list[Line]:
    return [line(row) for row in EXAMPLE.splitlines()]
