"""One number for all that a policy says, however it was written."""

from __future__ import annotations

import hashlib
import json

from augscore.engine.policy import Policy
from augscore.engine.policy_file.document import to_document


def policy_digest(policy: Policy) -> str:
    """SHA-256, in hex, of the policy's canonical document as JSON.

    Defaults are filled in, so that a file, the same in other words, and a preset that says the same
    under the same name have one digest. The order of keys counts, as it does in a table of `ops`.
    """
    text = json.dumps(to_document(policy), separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
