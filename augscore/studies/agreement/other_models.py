"""Other score models beside the one that is judged: of other seeds, data, lengths of training."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.strength.scorer import load_scorer
from augscore.studies.agreement.contenders import Contender, of_scorer

SHA_SHOWN = 8


def load_other_models(names: Sequence[str], device: str) -> tuple[Contender, ...]:
    """Named by their cards and files. Raises ModelError for one that cannot be used."""
    found = []
    for name in dict.fromkeys(names):
        scorer = load_scorer(name, device)
        shown = f"{scorer.model.card.name} {scorer.model.sha256[:SHA_SHOWN]}"
        found.append(of_scorer(shown, scorer))
    return tuple(found)
