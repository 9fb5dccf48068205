"""The losses once more, as their papers write them: loops over numbers, in float64."""

from __future__ import annotations

import math

Row = list[float]
Rows = list[Row]


def dot(a: Row, b: Row) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def normalised(a: Row) -> Row:
    length = math.sqrt(dot(a, a))
    return [x / length for x in a]


def cosine(a: Row, b: Row) -> float:
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def nt_xent(z1: Rows, z2: Rows, t: float) -> tuple[Row, Row]:
    """The losses of the anchors in view 1, and of those in view 2."""
    z, count = z1 + z2, len(z1)

    def anchor(i: int) -> float:
        positive = (i + count) % (2 * count)
        over = sum(math.exp(cosine(z[i], z[k]) / t) for k in range(2 * count) if k != i)
        return -math.log(math.exp(cosine(z[i], z[positive]) / t) / over)

    losses = [anchor(i) for i in range(2 * count)]
    return losses[:count], losses[count:]


def nt_xent_of(z1: Rows, z2: Rows, t: float, kept: list[int]) -> tuple[Row, Row]:
    """As `nt_xent`, of the anchors of some pairs, with no other one among the negatives."""

    def anchor(own: Rows, other: Rows, i: int) -> float:
        over = sum(math.exp(cosine(own[i], own[k]) / t) for k in kept if k != i)
        over += sum(math.exp(cosine(own[i], other[k]) / t) for k in kept)
        return -math.log(math.exp(cosine(own[i], other[i]) / t) / over)

    return [anchor(z1, z2, i) for i in kept], [anchor(z2, z1, i) for i in kept]


def negative_cosine(p1: Rows, z2: Rows, p2: Rows, z1: Rows) -> Row:
    return [-cosine(p1[i], z2[i]) / 2 - cosine(p2[i], z1[i]) / 2 for i in range(len(p1))]


def info_nce(q: Rows, k: Rows, queue: Rows, t: float) -> Row:
    losses = []
    for query, key in zip(q, k, strict=True):
        mine = math.exp(cosine(query, key) / t)
        others = sum(math.exp(cosine(query, other) / t) for other in queue)
        losses.append(-math.log(mine / (mine + others)))
    return losses


def relational(q: Rows, k: Rows, others: list[Rows], t: float, t_m: float) -> Row:
    """others[i]: the keys that image i is compared with."""
    losses = []
    for query, key, queue in zip(q, k, others, strict=True):
        target = softmax([cosine(key, other) / t_m for other in queue])
        seen = softmax([cosine(query, other) / t for other in queue])
        losses.append(-sum(a * math.log(b) for a, b in zip(target, seen, strict=True)))
    return losses


def sce(q: Rows, k: Rows, others: list[Rows], t: float, t_m: float, share: float) -> Row:
    losses = []
    for query, key, queue in zip(q, k, others, strict=True):
        related = softmax([cosine(key, other) / t_m for other in queue])
        target = [share] + [(1 - share) * a for a in related]
        seen = softmax([cosine(query, other) / t for other in [key, *queue]])
        losses.append(-sum(a * math.log(b) for a, b in zip(target, seen, strict=True)))
    return losses


def softmax(logits: Row) -> Row:
    total = sum(math.exp(x) for x in logits)
    return [math.exp(x) / total for x in logits]


def vicreg(z1: Rows, z2: Rows) -> tuple[Row, float, float]:
    """The mean squares of pairs, the variance term (mean of views), the covariance term."""
    squares = [
        sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / len(a)
        for a, b in zip(z1, z2, strict=True)
    ]
    variance = covariance = 0.0
    for z in (z1, z2):
        matrix = covariances(z)
        dims = len(matrix)
        variance += sum(max(0.0, 1 - math.sqrt(matrix[j][j] + 1e-4)) for j in range(dims)) / (
            2 * dims
        )
        covariance += (
            sum(matrix[a][b] ** 2 for a in range(dims) for b in range(dims) if a != b) / dims
        )
    return squares, variance, covariance


def covariances(z: Rows) -> Rows:
    count, dims = len(z), len(z[0])
    mean = [sum(row[j] for row in z) / count for j in range(dims)]
    return [
        [
            sum((row[a] - mean[a]) * (row[b] - mean[b]) for row in z) / (count - 1)
            for b in range(dims)
        ]
        for a in range(dims)
    ]


def whitened(z: Rows) -> Rows:
    """The rows less their mean, solved against the Cholesky factor of their covariance."""
    sigma, dims = covariances(z), len(z[0])
    factor = [[0.0] * dims for _ in range(dims)]
    for i in range(dims):
        for j in range(i + 1):
            rest = sigma[i][j] - sum(factor[i][k] * factor[j][k] for k in range(j))
            factor[i][j] = math.sqrt(rest) if i == j else rest / factor[j][j]
    mean = [sum(row[j] for row in z) / len(z) for j in range(dims)]
    white = []
    for row in z:
        solved: Row = []
        for i in range(dims):
            known = sum(factor[i][k] * solved[k] for k in range(i))
            solved.append((row[i] - mean[i] - known) / factor[i][i])
        white.append(solved)
    return white


def whitened_mse(z1: Rows, z2: Rows) -> Row:
    """Of one slice."""
    pairs = zip(whitened(z1), whitened(z2), strict=True)
    return [2 - 2 * cosine(a, b) for a, b in pairs]
