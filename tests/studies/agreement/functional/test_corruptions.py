"""The package gets what it asks for, for as long as it works, and leaves nothing behind."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from augscore.errors import HostError
from augscore.studies.agreement.functional.corruptions import corruptions


def pictures() -> torch.Tensor:
    chance = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, 3, 32, 32), generator=chance, dtype=torch.uint8)


@pytest.mark.usefixtures("stand_in")
def test_equal_calls_give_equal_pictures_and_no_random_state_moves() -> None:
    np.random.seed(5)
    wanted = np.random.random(3)
    np.random.seed(5)
    with corruptions() as (names, corrupt):
        once, again = corrupt(pictures(), "noise", 3), corrupt(pictures(), "noise", 3)
        stronger, blurred = corrupt(pictures(), "noise", 5), corrupt(pictures(), "blur", 2)
    assert names == ("noise", "blur")
    assert torch.equal(once, again)
    assert (once.shape, once.dtype) == ((3, 3, 32, 32), torch.uint8)
    assert not torch.equal(once, stronger)
    assert blurred.float().std() < pictures().float().std()
    assert np.random.random(3).tolist() == wanted.tolist()


@pytest.mark.usefixtures("stand_in")
def test_what_was_lent_is_taken_back() -> None:
    with corruptions():
        assert sys.modules["pkg_resources"].resource_filename("imagecorruptions", "frost.png")
    lent = sys.modules.get("pkg_resources")
    assert lent is None or lent.__file__
    assert not hasattr(np, "float_")


def test_a_missing_package_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imagecorruptions", None)
    with pytest.raises(HostError, match="pip install"), corruptions():
        pass
