"""`augscore train METHOD` as its users meet it: the plan, the run, and everything it refuses."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import jsonschema
import numpy as np
import pytest
import torch
from click.testing import Result
from PIL import Image

from augscore.methods.table import METHODS
from augscore.training.config import TrainConfig, WeightingKind
from augscore.training.planning.request import TrainRequest
from augscore.training.planning.resolve import Images, resolve, setting_names
from augscore.training.reporting.log_row import LogRow
from augscore_cli.commands.train import PAIRS
from augscore_cli.commands.train_pairs import moco
from augscore_cli.pair_keys import WEIGHTINGS, keys_of

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]

SMALL = ("--size", "32", "--arch", "small", "--set", "projector.hidden=16", "--workers", "0")
CPU = torch.device("cpu")
QUICK = (*SMALL, "--steps", "2", "--batch-size", "4", "--set", "projector.out=8")


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of six small pictures."""
    folder = tmp_path_factory.mktemp("labelled") / "classes"
    random = np.random.default_rng(0)
    for number in range(12):
        name = folder / ("cat" if number % 2 else "dog") / f"{number}.png"
        name.parent.mkdir(parents=True, exist_ok=True)
        coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((40, 40), Image.Resampling.BICUBIC).save(name)
    return folder


@pytest.fixture
def ask(invoke: Invoke, classes: Path) -> Invoke:
    """`train METHOD` on the labelled pictures, into `run`."""

    def run(method: str, *options: str) -> Result:
        return invoke("train", method, str(classes), "--out", "run", "--device", "cpu", *options)

    return run


def refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    for word in words:
        assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert not Path("run").exists()


# The plan


def test_a_dry_run_tells_all_in_80_columns_and_writes_nothing(ask: Invoke) -> None:
    result = ask("wmse", *SMALL, "--steps", "3", "--dry-run", "--set", "slice_size=4",
                 "--set", "projector.out=3")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "network    small at 32 px, " in result.stdout
    assert "length     3 steps of 8 images, " in result.stdout
    assert "10 images for training, 2 for accuracy" in result.stdout
    assert "None" not in result.stdout
    assert "(" not in result.stdout.partition("settings")[2].partition("expected")[0]
    assert "trust" not in result.stdout
    assert "optim.milestones 50, 25" in result.stdout
    assert not Path("run").exists()


def test_a_plan_names_each_setting_as_it_can_be_set(ask: Invoke) -> None:
    told = ask("moco", *QUICK, "--dry-run").stdout.partition("settings")[2].partition("expected")[0]
    names = [item.split()[0] for item in re.split(r" {3,}|\n", told) if item.strip()]
    assert {"optim.scale-lr", "queue-size", "channels-last", "momentum-end"} < set(names)
    options = {f"--{name}" for name in names}
    known = {name for param in moco.params for name in param.opts}
    assert options <= known


def test_a_plan_says_that_there_is_no_accuracy_and_how_many_images_are_used(
    invoke: Invoke, photos: Path, ask: Invoke
) -> None:
    plan = invoke("train", "simclr", str(photos / "b"), "-o", "run", "--dry-run", *QUICK[:-4],
                  "--batch-size", "2")  # fmt: skip
    assert plan.exit_code == 0, plan.output
    assert "so no accuracy" in plan.stdout
    assert "only 4 of those for training are used" in " ".join(
        ask("simclr", *QUICK, "--limit", "4", "--dry-run").stdout.split()
    )


def test_a_plan_counts_the_score_network_that_comes_first(ask: Invoke, model_file: Path) -> None:
    first = plan_of(ask, "--weighting", "score")
    assert first["score_seconds"] > 0
    named = plan_of(ask, "--weighting", "score", "--score-model", str(model_file))
    assert named["score_seconds"] == 0
    plain = plan_of(ask)
    assert plain["score_seconds"] == 0
    assert plain["memory_bytes"] > 10**6


def plan_of(ask: Invoke, *options: str) -> dict[str, float]:
    result = ask("simclr", *QUICK, "--dry-run", "--json", "-", *options)
    assert result.exit_code == 0, result.output
    document: dict[str, float] = json.loads(result.stdout)
    schema_of("train-plan-2").validate(document)
    return document


# The run


def schema_of(name: str) -> jsonschema.Draft202012Validator:
    text = (files("augscore") / f"schemas/{name}.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_run_from_its_first_step_to_a_second_command(ask: Invoke) -> None:
    done = ask("simclr", *QUICK, "--log-every", "1", "--weighting", "pixel", "--json", "-")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    schema_of("train-2").validate(document)
    assert document["complete"]
    assert document["last"]["knn"] is not None
    assert "saved run/encoder.safetensors" in done.stderr
    assert "Next: augscore eval run --data " in done.stderr
    assert "epoch 0.5  step 1/2  loss " in done.stderr
    rows = [json.loads(row) for row in Path("run/metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2]
    for row in rows:
        schema_of("train-row-1").validate(row)
    assert Path("run/report.html").read_text().startswith("<!doctype html>")

    again = ask("simclr", *QUICK, "--weighting", "pixel")
    assert again.exit_code == 2
    assert "this run is finished. " in again.stderr
    other = ask("simclr", *QUICK, "--weighting", "pixel", "--set", "temperature=0.3")
    assert "of other settings (temperature: 0.5 → 0.3)" in other.stderr
    method = ask("simsiam", *QUICK, "--force", "--set", "predictor.out=8")
    assert method.exit_code == 2
    assert "is the output of augscore train simclr" in method.stderr
    assert ask("simclr", *QUICK, "--force", "-q").exit_code == 0


def test_a_run_weighs_by_a_model_that_is_named(ask: Invoke, model_file: Path) -> None:
    done = ask("simclr", *QUICK, "--weighting", "score", "--score-model", str(model_file),
               "--log-every", "1")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "weights 0." in done.stderr
    assert not Path("run/score").exists()


def test_a_plan_names_what_was_given_in_vain(ask: Invoke, model_file: Path) -> None:
    given = ("--score-model", str(model_file), "--set", "weighting.shape=sqrt", "--set",
             "optim.gamma=0.5", "--set", "optim.lr=0.5")  # fmt: skip
    vain = " ".join(ask("simclr", *QUICK, "--dry-run", *given).stdout.split())
    assert "note not used with weights none and " in vain
    told = vain.partition("note not used")[2].partition("network")[0]
    assert "weighting.shape" in told
    assert "optim.gamma" in told
    assert "score model" in told
    assert "optim.lr" not in told
    used = ask("simclr", *QUICK, "--dry-run", *given[:4], "--weighting", "score").stdout
    assert "not used" not in used


def test_a_plan_tells_that_a_short_run_warms_up_less(ask: Invoke) -> None:
    short = ask("simclr", *SMALL, "--steps", "10", "--batch-size", "4", "--dry-run").stdout
    assert "the warm-up takes half of this run, 5 steps, not " in " ".join(short.split())
    given = ("--set", "optim.warmup_epochs=0.1")
    long = ask("simclr", *SMALL, "--steps", "10", "--batch-size", "4", "--dry-run", *given).stdout
    assert "warm-up takes" not in long


def test_the_next_command_can_be_run(invoke: Invoke, photos: Path, ask: Invoke) -> None:
    assert "Next: augscore eval run --data " in ask("simclr", *QUICK).stderr
    bare = invoke("train", "simclr", str(photos / "b"), "-o", "bare", *QUICK[:-4],
                  "--batch-size", "2")  # fmt: skip
    assert bare.exit_code == 0, bare.output
    assert "Next: augscore export bare -o encoder.onnx" in bare.stderr


def test_eval_compares_with_the_images_that_a_limited_run_was_trained_on(
    invoke: Invoke, ask: Invoke, classes: Path
) -> None:
    trained = ask("simclr", *QUICK, "--limit", "5", "--seed", "3", "--json", "-")
    last = json.loads(trained.stdout)["last"]

    def judged(*options: str) -> dict[str, Any]:
        arguments = ("eval", "run", "--data", str(classes), "--device", "cpu", "--json", "-")
        document: dict[str, Any] = json.loads(invoke(*arguments, *options).stdout)["data"]
        return document

    own = judged()
    assert own["train"]["images"] == 5
    assert "only 5 of those for training are used" in own["split"]
    assert 100 * own["rows"][0]["accuracy"] == pytest.approx(last["knn"])
    assert judged("--seed", "0")["train"]["images"] == 10


def test_quiet_says_the_result_alone(ask: Invoke) -> None:
    done = ask("simclr", *QUICK, "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("saved run/encoder.safetensors\n")


def test_settings_come_from_files_too(ask: Invoke) -> None:
    Path("mine.toml").write_text("[train.simclr]\narch = 'small'\n[train.simclr.optim]\nlr = 0.5\n")
    result = ask("simclr", "--config", "mine.toml", "--print-config")
    assert result.exit_code == 0, result.output
    assert "0.5" in next(row for row in result.stdout.splitlines() if "optim.lr" in row)


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_its_checkpoints(ask: Invoke) -> None:
    wild = (*SMALL, "--steps", "20", "--batch-size", "4", "--set", "optim.lr=1e12", "--set",
            "optim.name=sgd", "--checkpoint-every", "1", "--amp", "off", "-q")  # fmt: skip
    first = ask("simclr", *wild)
    assert first.exit_code == 2, first.output
    assert "training diverged and was stopped. Try a smaller optim.lr" in first.stderr
    kept = sorted(path.name for path in Path("run/checkpoints").iterdir())
    assert kept
    again = ask("simclr", *wild)
    assert (again.exit_code, again.stderr) == (2, first.stderr)
    assert sorted(path.name for path in Path("run/checkpoints").iterdir()) == kept
    assert not Path("run/encoder.safetensors").exists()


def test_an_unfinished_run_of_other_settings_is_refused_with_the_difference(ask: Invoke) -> None:
    wild = (*QUICK, "--set", "optim.lr=1e30", "--set", "optim.name=sgd", "--checkpoint-every", "1")
    ask("simclr", *wild, "--amp", "off")
    mended = ask("simclr", *wild, "--amp", "off", "--set", "optim.lr=0.1")
    if Path("run/encoder.safetensors").exists():
        assert "this run is finished, of other settings (optim.lr: 1e+30 → 0.1)" in mended.stderr
    else:
        assert "was begun with other settings (optim.lr: 1e+30 → 0.1)" in mended.stderr
    assert mended.exit_code == 2


# What is refused, before a folder is made


@pytest.mark.parametrize(
    ("method", "options", "words"),
    [
        ("simclr", ("--arch", "resnt18"), "no network named 'resnt18'. Did you mean resnet18?"),
        ("simclr", ("--recipe", "cifr10"), "no recipe named 'cifr10'. Did you mean cifar10?"),
        ("simclr", ("--policy", "simlcr"), "simclr"),
        ("simclr", ("--set", "optim.lrr=1"), "Did you mean 'optim.lr'"),
        ("simclr", ("--set", "predictor.out=8"), "unknown key 'predictor.out'"),
        ("simclr", ("--set", "optim.lr=fast"), "'fast' is no number"),
        ("simclr", ("--set", "optim.lr=0"), "optim.lr is 0. Give a number above 0"),
        ("simclr", ("--set", "optim.momentum=1"), "optim.momentum is 1"),
        ("simclr", ("--set", "optim.accumulate=0"), "optim.accumulate is 0"),
        ("simclr", ("--set", "projector.layers=0"), "projector.layers is 0"),
        ("simclr", ("--optim.warmup-epochs", "-1"), "optim.warmup-epochs is -1"),
        ("simclr", ("--set", "temperature=0"), "temperature is 0"),
        ("simclr", ("--set", "weighting.amplitude=2", "--weighting", "pixel"), "amplitude is 2"),
        ("simclr", ("--set", "optim.name=lars", "--set", "optim.weight_decay=0"), "LARS"),
        ("simclr", ("--steps", "0"), "0 is no whole number from 1 up"),
        ("simclr", ("--batch-size", "400"), "a step takes 400 images, and there are 10"),
        ("simclr", ("--weighting", "score", "--size", "8"), "views of 8 px are too small"),
        ("simsiam", ("--set", "predictor.out=4"), "predictor.out 4 is not projector.out 8"),
        ("moco", ("--set", "queue_size=3"), "a batch brings 4 keys, and queue-size is 3"),
        ("sce", ("--set", "coefficient=2"), "coefficient is 2"),
        ("wmse", ("--set", "slice_size=6"), "slice-size 6 images together, and a batch of 4"),
        ("wmse", ("--set", "slice_size=4"), "slice_size 4 is not above the 8 dimensions"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else None,
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    ask: Invoke, method: str, options: tuple[str, ...], words: str
) -> None:
    refused(ask(method, *QUICK, *options), 2, words)


def test_wmse_is_brought_to_whole_slices_or_refused_by_name(ask: Invoke) -> None:
    options = (*SMALL, "--steps", "1", "--dry-run", "--set", "projector.out=2")
    fitted = ask("wmse", *options, "--set", "slice_size=4")
    assert "1 step of 8 images" in fitted.stdout, fitted.output
    refused(ask("wmse", *options), 2, "W-MSE whitens slice-size ", "--set slice-size=10")


@pytest.mark.parametrize(
    ("sides", "words"),
    [((16, 32), "Put the full-size views first"), ((32, 8), "views of 8 px are too small")],
)
def test_views_that_do_not_fit_are_refused(
    ask: Invoke, sides: tuple[int, int], words: str, model_file: Path
) -> None:
    views = "".join(f"  - {{size: {side}, preset: simclr-cifar}}\n" for side in sides)
    Path("odd.yaml").write_text(f"augscore_policy: 1\nname: odd\nsize: 32\nviews:\n{views}")
    by_score = ("--weighting", "score", "--score-model", str(model_file))
    refused(ask("simclr", *QUICK, "--policy", "odd.yaml", *by_score), 2, words)


def test_a_policy_of_one_view_is_drawn_twice(ask: Invoke) -> None:
    Path("one.yaml").write_text(
        "augscore_policy: 1\nname: one\nsize: 32\nviews:\n  - {preset: simclr-cifar}\n"
    )
    result = ask("simclr", *QUICK, "--policy", "one.yaml", "--dry-run")
    assert "2 views by one" in result.stdout, result.output


def test_a_missing_device_is_the_machine(invoke: Invoke, classes: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    result = invoke("train", "simclr", str(classes), "-o", "run", "--device", "cuda", *QUICK)
    refused(result, 4, "device 'cuda' is not available")


def test_a_missing_score_model_is_told_at_once(ask: Invoke) -> None:
    result = ask("simclr", *QUICK, "--weighting", "score", "--score-model", "nowhere")
    refused(result, 3, "cannot read model 'nowhere'")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ("clases", 2, "cannot find 'clases'. Did you mean"),
        ("cifra10", 2, "Did you mean cifar10?"),
        ("cifar100", 3, "--download"),
        ("classes/one.png", 3, "at least 2 images, found 1"),
        ("broken", 3, "no readable image"),
        ("empty", 3, ""),
    ],
)
def test_data_that_is_not_there_or_of_no_use(
    invoke: Invoke, data: str, code: int, words: str
) -> None:
    Path("classes").mkdir()
    Image.new("RGB", (40, 40)).save("classes/one.png")
    Path("empty").mkdir()
    Path("broken").mkdir()
    whole = Path("classes/one.png").read_bytes()
    for number in range(3):
        Path(f"broken/{number}.png").write_bytes(whole[:40])
    refused(invoke("train", "simclr", data, "-o", "run", *QUICK), code, words)


def test_pictures_of_many_sizes_and_broken_ones_are_trained_on(
    invoke: Invoke, photos: Path, classes: Path
) -> None:
    mixed = Path("mixed")
    mixed.mkdir()
    for path in [*photos.rglob("*.jpg"), *photos.rglob("*.png"), *classes.rglob("*.png")]:
        (mixed / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    result = invoke("train", "simclr", "mixed", "-o", "run", *QUICK)
    assert result.exit_code == 0, result.output
    assert "1 skipped" in result.output
    assert "k-NN" not in result.stdout


def test_out_may_lie_in_the_data_but_not_hold_it(invoke: Invoke, classes: Path) -> None:
    result = invoke("train", "simclr", str(classes), "-o", str(classes.parent), *QUICK)
    assert result.exit_code == 2
    assert "holds the images to train on" in result.stderr
    copy = Path("mine")
    for path in classes.rglob("*.png"):
        (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
        (copy / path.parent.name / path.name).write_bytes(path.read_bytes())
    for _ in range(2):
        planned = ("--dry-run", "--force")
        inside = invoke("train", "simclr", "mine", "-o", "mine/run", *QUICK, *planned)
        assert "10 images for training, 2 for accuracy" in inside.stdout, inside.output
        assert invoke("train", "simclr", "mine", "-o", "mine/run", *QUICK, "--force").exit_code == 0


# The tables of the command line


@pytest.mark.parametrize("method", METHODS)
def test_the_keys_are_those_of_the_configuration_with_their_types(method: str) -> None:
    configs = [
        resolve(TrainRequest(method=method, out=Path("run")), Images(50_000, side), CPU).config
        for side in (32, 224)
    ]
    keys = {key.name: key for key in keys_of(method)}
    assert set(keys) == set().union(*map(setting_names, configs))
    config = max(configs, key=lambda one: len(setting_names(one)))
    kinds = {bool: "yes", int: "whole", float: "number"}
    for name, key in keys.items():
        wanted = type_of(config, name)
        if get_origin(wanted) is Literal:
            assert (key.kind, key.words) == ("word", get_args(wanted)), name
        elif get_origin(wanted) is tuple:
            assert key.kind == "numbers", name
        else:
            assert key.kind == kinds[wanted], name


def type_of(config: TrainConfig, name: str) -> Any:
    """As the dataclass that has it says."""
    first, dot, leaf = name.partition(".")
    if dot:
        return get_type_hints(type(getattr(config, first)))[leaf]
    owner = config if hasattr(config, first) else config.constants
    return get_type_hints(type(owner))[first]


def test_every_method_is_a_command_and_weightings_are_those_of_the_library() -> None:
    assert set(PAIRS) == set(METHODS)
    assert get_args(WeightingKind) == WEIGHTINGS


def test_the_schema_of_a_row_names_every_field() -> None:
    row = LogRow(step=1, steps=2, epoch=0.5).to_json()
    text = (files("augscore") / "schemas/train-row-1.json").read_text(encoding="utf-8")
    assert set(json.loads(text)["properties"]) == set(row)
    whole = (files("augscore") / "schemas/train-2.json").read_text(encoding="utf-8")
    assert json.loads(whole)["$defs"]["row"]["properties"] == json.loads(text)["properties"]
