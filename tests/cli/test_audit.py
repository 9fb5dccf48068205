"""`augscore audit` from end to end, with a small network on small pictures."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result
from PIL import Image

pytestmark = pytest.mark.usefixtures("small_chunks")

Invoke = Callable[..., Result]
Audit = Callable[..., Result]

SCHEMA = json.loads((files("augscore") / "schemas/audit-1.json").read_text())
SMALL = ("--size", "64", "--n", "9", "--op-images", "2", "--draws", "2", "--levels", "2")
WRITTEN = (
    "curves.png",
    "gallery.png",
    "junit.xml",
    "measurements.jsonl",
    "report.html",
    "report.json",
    "report.md",
    "run.json",
)
NEVER = """\
augscore_policy: 1
name: never
size: 64
views:
  - transforms:
      - RandomHorizontalFlip: {p: 0.5}
      - RandomSolarize: {threshold: 0.4, p: 0}
"""


@pytest.fixture
def audit(invoke: Invoke, photos: Path, model_file: Path) -> Audit:
    """`augscore audit` of nine photos at most, with the small model at 64 px."""

    def run(*arguments: str, data: Path = photos) -> Result:
        common = ("--data", str(data), "--model", str(model_file), *SMALL)
        return invoke("audit", *arguments, *common)

    return run


def report(folder: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(folder, "report.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_few_images_are_no_pass_and_every_form_is_written(audit: Audit) -> None:
    result = audit("simclr", "--out", "a")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("INCONCLUSIVE")
    assert "whether labels stay true" in result.stdout
    assert [path.name for path in sorted(Path("a").iterdir())] == list(WRITTEN)
    document = report("a")
    assert document["status"] == "inconclusive"
    assert "<script" in Path("a/report.html").read_text()
    assert "INCONCLUSIVE" in Path("a/report.md").read_text()


def test_images_that_were_enlarged_are_told(audit: Audit) -> None:
    Path("tiny").mkdir()
    for number in range(3):
        Image.effect_noise((32, 32), 20 + number).save(f"tiny/{number}.png")
    told = "3 of 3 images under 64 px: they were enlarged"
    assert told in audit("simclr", data=Path("tiny")).stdout
    Image.effect_noise((80, 80), 30).save("tiny/large.png")
    assert "3 of 4 images under 64 px" in audit("simclr", data=Path("tiny")).stdout
    for number in (0, 1):
        Image.effect_noise((80, 80), number).save(f"tiny/{number}.png")
    assert "enlarged" not in audit("simclr", data=Path("tiny")).stdout


def test_a_fault_fails_in_every_form_and_by_the_exit_code(audit: Audit) -> None:
    Path("never.yaml").write_text(NEVER)
    result = audit("never.yaml", "--out", "a", "--format", "github", "--summary", "s.md")
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("FAIL")
    assert "P_ZERO" in result.stdout
    assert "::error" in result.stdout
    assert report("a")["status"] == "fail"
    for name in ("a/report.md", "a/junit.xml", "a/report.html", "s.md"):
        assert "P_ZERO" in Path(name).read_text(), name


def test_the_same_command_judges_anew_without_measuring(audit: Audit) -> None:
    Path("never.yaml").write_text(NEVER)
    assert audit("never.yaml", "--out", "a").exit_code == 1
    first = Path("a/report.json").read_bytes()
    Path("gates.yaml").write_text(
        "version: 1\n"
        "gates: {findings.P_ZERO: 0}\n"
        "ignore: [{finding: P_ZERO, op: [RandomSolarize], reason: it is on its way out}]\n"
    )
    result = audit("never.yaml", "--out", "a", "--gates", "gates.yaml")
    assert result.exit_code == 0, result.output
    assert "5 images done before" in result.stderr or "6 images done before" in result.stderr
    assert audit("never.yaml", "--out", "b").exit_code == 1
    assert Path("b/report.json").read_bytes() == first


def test_other_settings_are_refused_by_name(audit: Audit) -> None:
    assert audit("simclr", "--out", "a").exit_code == 0
    result = audit("simclr", "--out", "a", "--seed", "3")
    assert result.exit_code == 2
    assert "seed: 0 → 3" in result.stderr
    assert audit("simclr", "--out", "a", "--seed", "3", "--force").exit_code == 0


def test_changed_code_is_not_taken_for_what_was_measured(audit: Audit) -> None:
    code = (
        "import torch\n\n\ndef dim(image: torch.Tensor) -> torch.Tensor:\n    return image // {}\n"
    )
    Path("mine.py").write_text(code.format(2))
    command = ("mine.py:dim", "--allow-code", "--out", "a")
    assert audit(*command).exit_code < 2
    Path("mine.py").write_text(code.format(9))
    result = audit(*command)
    assert result.exit_code == 2
    assert "code: " in result.stderr
    assert "--force" in result.stderr


def test_force_measures_anew(audit: Audit) -> None:
    assert audit("simclr", "--out", "a").exit_code == 0
    first = Path("a/report.json").read_bytes()
    result = audit("simclr", "--out", "a", "--force")
    assert result.exit_code == 0
    assert "done before" not in result.stderr
    assert Path("a/report.json").read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("simclr", "--gates", "wrong.yaml"), "strenght"),
        (("simcrl",), "simclr"),
        (("simclr", "--compare", "byol", "--baseline", "x.json"), "exclude each other"),
        (("simclr", "--force"), "--force needs --out"),
        (("simclr", "--baseline", "a/report.json", "--out", "a"), "folder of the baseline"),
        (("simclr", "--baseline", "nowhere.json"), "nowhere.json"),
        (("mine.py:pipeline",), "--allow-code"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_clear_sentence(
    audit: Audit, arguments: tuple[str, ...], told: str
) -> None:
    Path("wrong.yaml").write_text("version: 1\ngates: {policy.strenght: [0, 1]}\n")
    result = audit(*arguments)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert result.stdout == ""


def test_nothing_to_measure_is_exit_3(audit: Audit) -> None:
    Path("empty").mkdir()
    result = audit("simclr", data=Path("empty"))
    assert result.exit_code == 3
    assert result.stderr == ""
    assert "nothing was measured: no image files in the folder, it is empty" in result.stdout
    assert "images: under" not in result.stdout
    Path("empty/a.png").write_text("words")
    result = audit("simclr", data=Path("empty"))
    assert result.exit_code == 3
    assert "nothing was measured: 1 of 1 skipped, first a.png: not_an_image" in result.stdout


def test_two_policies_and_an_earlier_report_are_compared(audit: Audit) -> None:
    result = audit("simclr", "--compare", "identity", "--out", "a")
    assert result.exit_code == 0, result.output
    found = report("a")["comparison"]
    assert isinstance(found, dict)
    assert found["what"] == "compare"
    deltas = {delta["key"]: delta for delta in found["deltas"]}
    assert deltas["policy.strength"]["paired"]
    assert deltas["policy.strength"]["before"] == 0
    result = audit("simclr", "--baseline", "a/report.json", "--out", "b")
    assert result.exit_code == 0, result.output
    found = report("b")["comparison"]
    assert isinstance(found, dict)
    changes = [delta["change"] for delta in found["deltas"] if delta["key"] == "policy.strength"]
    assert changes[0]["value"] == 0
    assert audit("simclr", "--baseline", "a/report.json", "--seed", "1").exit_code == 2


@pytest.mark.parametrize(("policy", "called"), [("byol", "byol"), ("never.yaml", "POLICY")])
def test_a_view_is_drawn_again_by_its_command(
    audit: Audit, invoke: Invoke, photos: Path, policy: str, called: str
) -> None:
    Path("never.yaml").write_text(NEVER)
    audit(policy, "--out", "a")
    document: dict[str, Any] = report("a")
    assert document["examples"]
    for example in document["examples"]:
        command = shlex.split(example["command"])
        assert command[:4] == ["augscore", "policy", "draw", called]
        image = command[4].replace("DATA", str(photos), 1)
        drawn = invoke("policy", "draw", policy, image, *command[5:], "-o", "sheet.png", "--force")
        assert drawn.exit_code == 0, drawn.output
        steps = json.loads(Path("sheet.json").read_text())["views"][example["view"] - 1]["steps"]
        for step, told in zip(steps, example["steps"], strict=True):
            values = {name: value for name, (value,) in step["magnitudes"].items()}
            assert (step["op"], step["applied"]) == (told["op"], [told["applied"]])
            assert not told["applied"] or values == told["magnitudes"]


def test_an_anonymous_report_has_no_names(audit: Audit, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>.png"
    folder = tmp_path / "secret-folder"
    folder.mkdir()
    for number in range(4):
        picture = Image.effect_noise((80, 80), 40 + number).convert("RGB")
        picture.save(folder / f"{number}{hostile}")
    assert audit("simclr", "--out", "a", data=folder).exit_code == 0
    assert "<img src=x" not in Path("a/report.html").read_text()
    assert "onerror" in Path("a/report.json").read_text()
    told = ("--json", "told.json", "--summary", "told.md", "--format", "github")
    result = audit("simclr", "--out", "b", "--anonymous", *told, data=folder)
    assert result.exit_code == 0
    elsewhere = result.output + Path("told.json").read_text() + Path("told.md").read_text()
    assert "onerror" not in elsewhere
    assert "secret-folder" not in elsewhere
    for path in Path("b").iterdir():
        content = path.read_bytes()
        assert b"onerror" not in content, path
        assert path.name == "run.json" or b"secret-folder" not in content, path
    assert not Path("b/measurements.jsonl").exists()


def test_findings_are_explained(invoke: Invoke) -> None:
    result = invoke("audit", "--explain", "reversed")
    assert result.exit_code == 0
    assert result.stdout.startswith("REVERSED")
    assert "RAISES" in invoke("audit", "--explain", "all").stdout
    unknown = invoke("audit", "--explain", "REVERSE")
    assert unknown.exit_code == 2
    assert "REVERSED" in unknown.stderr


def test_json_alone_is_on_stdout(audit: Audit) -> None:
    result = audit("simclr", "--json", "-")
    assert json.loads(result.stdout)["schema"] == "augscore.audit/1"
    assert "INCONCLUSIVE" in result.stderr


def test_a_budget_ends_in_a_partial_report_that_never_passes(audit: Audit) -> None:
    result = audit("simclr", "--out", "a", "--budget-s", "0.01", "--batch-size", "1")
    assert result.exit_code in (0, 3), result.output
    document = report("a") if Path("a/report.json").exists() else {"status": "inconclusive"}
    assert document["status"] in ("inconclusive", "error")


@pytest.mark.slow
def test_signals_leave_partial_reports_and_the_same_command_goes_on(
    photos: Path, model_file: Path, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for k in range(24):
        (many / f"{k:02d}.jpg").write_bytes((photos / "0.jpg").read_bytes())
    command = [sys.executable, "-m", "augscore_cli", "audit", "simclr", "--data", str(many)]
    command += ["--model", str(model_file), "--size", "64", "--n", "24", "--op-images", "6"]
    command += ["--levels", "2", "--batch-size", "2"]
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        done = measured_images("a")
        process = subprocess.Popen(
            [*command, "--out", "a"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 120
        while measured_images("a") <= done:
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == code, stderr
        assert (f"continues a: {done} images done before" in stderr) == (done > 0)
        assert stdout.startswith("INCONCLUSIVE")
        document = report("a")
        assert document["complete"] is False
        assert document["stopped_by"] == number.name
        assert document["status"] == "inconclusive"
    done = measured_images("a")
    again = subprocess.run([*command, "--out", "a"], capture_output=True, text=True, timeout=240)
    assert f"continues a: {done} images done before" in again.stderr
    assert done < 24
    straight = subprocess.run([*command, "--out", "b"], capture_output=True, text=True, timeout=240)
    assert again.returncode == straight.returncode
    for name in ("report.json", "report.html", "report.md", "junit.xml"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes(), name


def test_a_stopped_audit_names_the_command_that_goes_on(audit: Audit, photos: Path) -> None:
    """As it was written, with what shapes it and without its outputs."""
    result = audit("simclr", "--budget-s", "0.001", "--out", "my audit", "--json", "a.json")
    assert json.loads(Path("a.json").read_text())["stopped_by"] == "budget"
    (told,) = [row for row in result.stderr.splitlines() if row.startswith("Next: ")]
    words = shlex.split(told.removeprefix("Next: "))
    assert words[:5] == ["augscore", "audit", "simclr", "--data", str(photos)]
    assert words[-2:] == ["--out", "my audit"]
    assert {"--model", "--size", "--n", "--draws"} <= set(words)
    assert not {"--json", "--budget-s"} & set(words)


def measured_images(out: str) -> int:
    """That the journal of a run tells of."""
    journal = Path(out, "measurements.jsonl")
    return journal.read_bytes().count(b"\n") if journal.exists() else 0
