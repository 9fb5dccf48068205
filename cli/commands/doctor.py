"""`augscore doctor`: one line a check, `ok` or `FAIL`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import click

from ..exits import Exit
from ..lines import Line, Span, line
from ..names import shown
from ..options import Configured, Settings, device_option, shared_options, with_settings
from ..results import print_result


@dataclass(frozen=True, kw_only=True)
class DoctorSettings(Settings):
    """Every option of `doctor`, resolved."""

    device: str


@click.command(cls=Configured, short_help="Check that this machine can run augscore.")
@device_option
@shared_options
@with_settings(DoctorSettings)
def doctor(settings: DoctorSettings) -> None:
    """Check Python, torch and the device, the libraries that read and change pixels, the bundled
    model, and the folder for temporary files. Exit 4 if a line says FAIL."""
    from ..checks import run_checks

    checks = run_checks(settings.device)
    lines = [_line(c.passed, c.text) for c in checks]
    print_result(settings, lines, {"checks": [asdict(c) for c in checks]})
    if not all(c.passed for c in checks):
        raise click.exceptions.Exit(Exit.HOST)


def _line(passed: bool, text: str) -> Line:
    mark = Span("ok  ", "ok") if passed else Span("FAIL", "fail")
    return line(mark, f"  {shown(text)}")
