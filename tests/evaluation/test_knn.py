"""Votes of neighbours, held to explicit loops in float64."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from augscore.errors import TensorError
from augscore.evaluation import knn
from augscore.evaluation.knn import Bank, leave_one_out, majority_knn, small_set_k, weighted_knn


def clusters(rows: int, seed: int, dim: int = 6, classes: int = 4) -> Bank:
    """Overlapping classes, so that votes are close."""
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn((classes, dim), generator=torch.Generator().manual_seed(99))
    labels = torch.randint(0, classes, (rows,), generator=generator)
    return Bank(centres[labels] + torch.randn((rows, dim), generator=generator), labels)


def cosine(a: list[float], b: list[float]) -> float:
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))


def by_loops(bank: Bank, query: list[float], k: int, t: float, leave: int | None = None) -> int:
    known = bank.features.double().tolist()
    labels = bank.labels.tolist()
    near = sorted(((cosine(query, x), i) for i, x in enumerate(known) if i != leave), reverse=True)
    votes: Counter[int] = Counter()
    for similarity, i in near[:k]:
        votes[labels[i]] += math.exp(similarity / t)  # type: ignore[assignment]
    return min(votes, key=lambda label: (-votes[label], label))


@pytest.mark.parametrize("k", [1, 7, 60, 500])
@pytest.mark.parametrize("temperature", [0.07, 0.1, 1.0])
def test_weighted_votes_are_those_of_loops(k: int, temperature: float) -> None:
    bank, queries = clusters(60, 0), clusters(40, 1).features
    found = weighted_knn(bank, queries, k=k, temperature=temperature)
    assert found.tolist() == [
        by_loops(bank, row, k, temperature) for row in queries.double().tolist()
    ]


def test_the_temperature_matters_in_these_cases() -> None:
    bank, queries = clusters(60, 0), clusters(40, 1).features
    cold, warm = (weighted_knn(bank, queries, k=60, temperature=t) for t in (0.01, 100.0))
    assert not torch.equal(cold, warm)


@pytest.mark.parametrize("k", [1, 20, 60])
def test_another_library_votes_alike(k: int) -> None:
    from lightly.utils.benchmarking import knn_predict

    bank, queries = clusters(60, 0), clusters(40, 1).features
    unit = torch.nn.functional.normalize
    known = unit(bank.features, dim=1).T.contiguous()
    theirs = knn_predict(
        unit(queries, dim=1), known, bank.labels, num_classes=4, knn_k=k, knn_t=0.1
    )
    assert torch.equal(weighted_knn(bank, queries, k=k), theirs[:, 0])


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, queries = clusters(60, 0), clusters(41, 1).features
    whole = weighted_knn(bank, queries), majority_knn(bank, queries), leave_one_out(bank)
    monkeypatch.setattr(knn, "_SIMILARITIES", 60 * 7)
    parts = weighted_knn(bank, queries), majority_knn(bank, queries), leave_one_out(bank)
    for one, other in zip(whole, parts, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("k", [1, 5, 200])
def test_leaving_one_out_is_that_of_loops(k: int) -> None:
    bank = clusters(30, 2)
    rows = bank.features.double().tolist()
    expected = [by_loops(bank, row, min(k, 29), 0.1, leave=i) for i, row in enumerate(rows)]
    assert leave_one_out(bank, k=k).tolist() == expected


def test_an_image_does_not_vote_for_itself() -> None:
    bank = Bank(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.8, 0.2]]), torch.tensor([0, 1, 1]))
    assert leave_one_out(bank, k=1).tolist() == [1, 0, 1]
    assert weighted_knn(bank, bank.features, k=1).tolist() == [0, 1, 1]


@pytest.mark.parametrize("offset", [0.0, 300.0])
def test_the_majority_is_that_of_loops(offset: float) -> None:
    """An offset of all features would cost digits of squared distances."""
    bank = clusters(60, 3)
    bank = Bank(bank.features + offset, bank.labels)
    queries = clusters(40, 4).features + offset
    expected = []
    for row in queries.double():
        distances = (bank.features.double() - row).square().sum(dim=1).tolist()
        near = sorted(zip(distances, range(60), strict=True))[:5]
        votes = Counter(int(bank.labels[i]) for _, i in near)
        expected.append(min(votes, key=lambda label: (-votes[label], label)))
    assert majority_knn(bank, queries).tolist() == expected


def test_the_majority_looks_at_lengths_and_the_weighted_vote_does_not() -> None:
    bank = Bank(torch.tensor([[10.0, 0.0], [0.5, 0.5]]), torch.tensor([0, 1]))
    query = torch.tensor([[0.6, 0.0]])
    assert majority_knn(bank, query, k=1).tolist() == [1]
    assert weighted_knn(bank, query, k=1).tolist() == [0]


def test_equal_votes_go_to_the_lowest_class() -> None:
    bank = Bank(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([5, 2]))
    query = torch.tensor([[1.0, 0.0]])
    assert majority_knn(bank, query, k=2).tolist() == [2]
    assert weighted_knn(bank, query, k=2).tolist() == [2]


def test_a_small_temperature_does_not_overflow() -> None:
    bank, queries = clusters(60, 0), clusters(40, 1).features
    assert torch.equal(
        weighted_knn(bank, queries, temperature=1e-5), weighted_knn(bank, queries, k=1)
    )


def test_a_class_missing_on_either_side_is_no_error() -> None:
    bank = Bank(torch.eye(3), torch.tensor([0, 7, 2]))
    assert weighted_knn(bank, torch.eye(3)[:2], k=1).tolist() == [0, 7]


def test_no_query_has_no_answer() -> None:
    bank = clusters(5, 0)
    assert weighted_knn(bank, bank.features[:0]).tolist() == []
    assert majority_knn(bank, bank.features[:0]).tolist() == []


def test_half_precision_is_read_as_it_is() -> None:
    bank, queries = clusters(60, 0), clusters(40, 1).features
    half = Bank(bank.features.bfloat16(), bank.labels)
    wide = Bank(bank.features.bfloat16().float(), bank.labels)
    asked = queries.bfloat16()
    assert torch.equal(weighted_knn(half, asked), weighted_knn(wide, asked.float()))


@pytest.mark.parametrize(
    ("labels", "expected"), [([0] * 8 + [1] * 9, 4), ([3] * 100, 20), ([0, 1], 1)]
)
def test_neighbours_of_a_small_set(labels: list[int], expected: int) -> None:
    assert small_set_k(torch.tensor(labels)) == expected


@pytest.mark.parametrize(
    ("features", "labels"),
    [((0, 3), (0,)), ((3,), (3,)), ((3, 2), (2,))],
)
def test_what_is_no_bank(features: tuple[int, ...], labels: tuple[int, ...]) -> None:
    with pytest.raises(TensorError, match="a bank: got shapes"):
        Bank(torch.zeros(features), torch.zeros(labels, dtype=torch.int64))


def test_what_is_no_question() -> None:
    bank = clusters(5, 0)
    with pytest.raises(TensorError, match="a bank: got class -1"):
        Bank(torch.zeros(1, 2), torch.tensor([-1]))
    with pytest.raises(TensorError, match="queries: got shape"):
        weighted_knn(bank, torch.zeros(3, 5))
    with pytest.raises(TensorError, match="k: got 0"):
        majority_knn(bank, bank.features, k=0)
    with pytest.raises(TensorError, match="temperature: got 0"):
        weighted_knn(bank, bank.features, temperature=0)
    with pytest.raises(TensorError, match="one image"):
        leave_one_out(Bank(torch.zeros(1, 2), torch.tensor([0])))
