"""Draw the picture of the README: python assets/gallery.py CIFAR_FOLDER [OUT_DIR].

Three policies audited on 300 images of CIFAR-10, as curves, and what they do to six of the sample
pictures. `gallery.json` beside it holds the numbers.
"""

import io
import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Run from anywhere, this checkout is what is drawn with.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from augscore.auditing.api import audit_images
from augscore.auditing.audit import Audit
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import plan_audit
from augscore.engine.augment import views_of
from augscore.images.decode import decode
from augscore.images.find import find
from augscore.images.records import Candidate, Picture
from augscore.images.resize import bring_to_size
from augscore.measuring.sources import folder_source
from augscore.outputs import write_bytes, write_json
from augscore.strength.scorer import Scorer, load_scorer

POLICIES = {
    "pad-crop-flip": "#0072b2",
    "randaugment(2,9)": "#009e73",
    "simclr-cifar": "#d55e00",
}
IMAGES, SIDE, SHOWN, SEED = 300, 160, 6, 0
SAMPLES = Path(__file__).resolve().parent / "samples"


def main() -> None:
    cifar = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent / "evidence" / "audit"
    out.mkdir(parents=True, exist_ok=True)
    scorer = load_scorer(None, "cpu")
    audits = {name: audited(name, cifar, scorer) for name in POLICIES}
    write_json(out / "gallery.json", {name: numbers(audit) for name, audit in audits.items()})
    write_bytes(out / "gallery.png", drawn(audits))


def audited(policy: str, folder: Path, scorer: Scorer) -> Audit:
    options = AuditOptions(images=IMAGES, op_images=0, size=32, seed=SEED)
    return audit_images(plan_audit(policy, folder_source([folder]), scorer, options)).audit


def numbers(audit: Audit) -> dict[str, object]:
    document = audit.to_json()["policy"]
    assert isinstance(document, dict)
    kept = ("strength", "view_strength", "unchanged_share", "noise_sd", "histogram", "sha256")
    return {"images": audit.data.measured, **{key: document[key] for key in kept}}


def drawn(audits: dict[str, Audit]) -> bytes:
    figure = Figure(figsize=(9.6, 8.2), dpi=110)
    figure.patch.set_facecolor("white")
    halves = figure.add_gridspec(2, 1, height_ratios=[1, 1.9], hspace=0.2)
    grid = halves[1].subgridspec(len(POLICIES), SHOWN, hspace=0.2, wspace=0.03)
    _distributions(figure.add_subplot(halves[0]), audits)
    for row, name in enumerate(POLICIES):
        for column, (picture, strength) in enumerate(_views(name)):
            axes = figure.add_subplot(grid[row, column])
            _picture(axes, picture, f"{strength:.2f}")
            if column == 0:
                axes.set_ylabel(name, color=POLICIES[name], fontsize=9, fontweight="bold")
    figure.subplots_adjust(left=0.05, right=0.985, top=0.95, bottom=0.035)
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _distributions(axes: Axes, audits: dict[str, Audit]) -> None:
    for name, audit in audits.items():
        found, strength = audit.policy.histogram, audit.policy.strength
        assert found is not None
        assert strength is not None
        middle = (np.array(found.edges[:-1]) + np.array(found.edges[1:])) / 2
        share = np.array(found.views) / sum(found.views)
        label = f"{name}: {strength.value:.2f} ({strength.low:.2f} to {strength.high:.2f})"
        axes.plot(middle, share, color=POLICIES[name], lw=2, label=label)
        axes.fill_between(middle, share, color=POLICIES[name], alpha=0.12, lw=0)
    found = audit.policy.histogram
    assert found is not None
    unrelated = np.array(found.unrelated) / sum(found.unrelated)
    axes.fill_between(middle, unrelated, color="0.6", alpha=0.3, lw=0, label="two unrelated images")
    axes.set_xlim(0, 2)
    axes.set_ylim(0, None)
    axes.set_yticks([])
    axes.spines[["left", "top", "right"]].set_visible(False)
    axes.set_xlabel("strength: 0 is the same picture, 1 is as far as an unrelated one", fontsize=9)
    title = f"Views against their originals, {IMAGES} images of CIFAR-10, 4 views each"
    axes.set_title(title, fontsize=10, loc="left")
    axes.legend(frameon=False, fontsize=9, title="mean strength, 95 % interval", title_fontsize=9)


def _views(policy: str) -> list[tuple[np.ndarray, float]]:
    """Views of the first sample pictures, as they are drawn with the seed."""
    read = [decode(file) for file in find([SAMPLES]) if isinstance(file, Candidate)]
    pictures = [one for one in read if isinstance(one, Picture)][:SHOWN]
    images, ids = [one.pixels for one in pictures], [one.id for one in pictures]
    (views,), _ = views_of(images, policy, views=1, size=SIDE, seed=SEED, ids=ids)
    scorer = load_scorer(None, "cpu")
    scale = _unrelated([bring_to_size(image, SIDE) for image in images], scorer)
    found = []
    for image, view in zip(images, views, strict=True):
        strength = scorer.strength(bring_to_size(image, SIDE)[None], view[None])
        found.append((view.movedim(0, -1).numpy(), float(strength) / scale))
    return found


def _unrelated(images: list[torch.Tensor], scorer: Scorer) -> float:
    pairs = [
        float(scorer.strength(a[None], b[None]))
        for n, a in enumerate(images)
        for b in images[n + 1 :]
    ]
    return float(np.median(pairs))


def _picture(axes: Axes, picture: np.ndarray, text: str) -> None:
    axes.imshow(picture, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_xlabel(text, fontsize=9, labelpad=2)


if __name__ == "__main__":
    main()
