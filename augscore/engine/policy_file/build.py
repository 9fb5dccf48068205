"""A typed document → Policy: definitions spliced in, presets taken over, gates multiplied in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from augscore.engine.check import canonical_view, settings
from augscore.engine.nearest import did_you_mean
from augscore.engine.nodes import Step
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.problems import Path, Problem
from augscore.engine.policy_file.schema import (
    Gate,
    PolicyDocument,
    Scale,
    Strict,
    ViewDocument,
)
from augscore.engine.policy_file.vocabulary import RANDOM_APPLY, USE
from augscore.engine.presets import preset
from augscore.errors import UsageError

MOST_STEPS = 512

Steps = tuple[Step, ...]


def build(document: PolicyDocument) -> tuple[Policy | None, list[Problem]]:
    """The policy, or what is wrong beyond the types of the document."""
    builder = _Builder()
    policy = builder.policy(document)
    return (None if builder.problems else policy), builder.problems


@dataclass
class _Builder:
    definitions: dict[str, Steps] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def policy(self, document: PolicyDocument) -> Policy | None:
        for name, steps in document.define.items():
            self.definitions[name] = self.steps(steps, ("define", name))
        base = self.preset(document.preset, ("preset",)) if document.preset else None
        views = self.views(document, base)
        size = document.size or self.size(views, base)
        if not views or size is None:
            return None
        given = _normalize(document.normalize)
        normalize = base.normalize if base is not None and given is None else given
        source = document.source or (base.source if base is not None else "")
        return Policy(document.name, size, views, source, normalize)

    def views(self, document: PolicyDocument, base: Policy | None) -> tuple[View, ...]:
        if (document.preset is None) == (document.views is None):
            self.refuse((), "policy_syntax", "a policy has either views or a preset")
            return ()
        if base is not None:
            views = tuple(canonical_view(view) for view in base.views)
            return self.overridden(views, document.set, ("set",))
        if document.set and document.preset is None:
            self.refuse(("set",), "policy_value", "set changes a preset, and there is none")
        made = [self.view(v, ("views", i)) for i, v in enumerate(document.views or ())]
        views = tuple(view for same in made for view in same)
        if sum(len(view.steps) for same in made for view in same[:1]) > MOST_STEPS:
            self.refuse((), "policy_too_large", f"a policy has at most {MOST_STEPS} steps")
        return views

    def size(self, views: tuple[View, ...], base: Policy | None) -> int | None:
        """Where the document gives none: the preset's, or that of the views, if all have one."""
        if base is not None:
            return base.size
        sizes = [view.size for view in views]
        if views and None in sizes:
            self.refuse((), "policy_syntax", "size is missing", "Write size: and a number of px")
        return next((size for size in sizes if size is not None), None)

    def view(self, document: ViewDocument, path: Path) -> tuple[View, ...]:
        if (document.preset is None) == (document.transforms is None):
            self.refuse(path, "policy_syntax", "a view has either transforms or a preset")
            return ()
        if document.preset is None:
            if document.set:
                where = (*path, "set")
                self.refuse(where, "policy_value", "set changes a preset, and there is none")
            steps = self.steps(document.transforms or [], (*path, "transforms"))
        else:
            steps = self.preset_steps(document.preset, document.set, path)
        return (View(steps, document.size, document.name),) * document.count

    def steps(self, documents: list[Strict], path: Path) -> Steps:
        made: list[Step] = []
        for place, document in enumerate(documents):
            made += self.step(document, (*path, place))
            if len(made) > MOST_STEPS:
                self.refuse(path, "policy_too_large", f"a policy has at most {MOST_STEPS} steps")
                return ()
        return tuple(made)

    def step(self, document: Strict, path: Path) -> Steps:
        ((name, arguments),) = document
        if name == USE:
            return self.used(arguments, (*path, USE))
        if name == RANDOM_APPLY:
            return self.gated(arguments, (*path, RANDOM_APPLY, "transforms"))
        values = tuple((a.name, getattr(arguments, a.name)) for a in OPS[name].arguments)
        return (Step(name, values, float(arguments.p)),)

    def used(self, name: str, path: Path) -> Steps:
        if name not in self.definitions:
            message = f"{name!r} is defined only after this"
            self.refuse(path, "policy_unknown", message, "Write its definition first")
        return self.definitions.get(name, ())

    def gated(self, gate: Gate, path: Path) -> Steps:
        """One step: two chances in a row are their product. Several would share one chance."""
        steps = self.steps(gate.transforms, path)
        if len(steps) == 1:
            return (replace(steps[0], p=gate.p * steps[0].p),)
        message = f"{RANDOM_APPLY} around {len(steps)} steps is not supported yet"
        self.refuse(path, "policy_value", message, "Give one step, or each step its own p")
        return ()

    def preset(self, name: str, path: Path) -> Policy | None:
        try:
            return preset(name)
        except UsageError as error:
            self.refuse(path, error.code, error.message, error.hint)
            return None

    def preset_steps(self, name: str, changes: Mapping[str, Any], path: Path) -> Steps:
        base = self.preset(name, (*path, "preset"))
        if base is None:
            return ()
        views = {replace(canonical_view(view), name="") for view in base.views}
        if len(views) > 1:
            message = f"the views of {name} differ, so that none can be taken over alone"
            self.refuse((*path, "preset"), "policy_value", message, "Write preset: beside name:")
            return ()
        return self.overridden(tuple(views), changes, (*path, "set"))[0].steps

    def overridden(
        self, views: tuple[View, ...], changes: Mapping[str, Any], path: Path
    ) -> tuple[View, ...]:
        for key, value in changes.items():
            names = {step.op for view in views for step in view.steps}
            op, _, argument = key.partition(".")
            if op not in names or not argument:
                message = f"{key!r} changes nothing: it is OPERATION.ARGUMENT, of a step there is"
                hint = did_you_mean(op, names)
                self.refuse((*path, key), "policy_unknown_op", message, hint, at_key=True)
                continue
            views = self.changed(views, op, argument, value, (*path, key))
        return views

    def changed(
        self, views: tuple[View, ...], op: str, argument: str, value: Any, path: Path
    ) -> tuple[View, ...]:
        try:
            return tuple(
                replace(
                    view, steps=tuple(_changed_step(s, op, argument, value) for s in view.steps)
                )
                for view in views
            )
        except UsageError as error:
            unknown = error.code == "policy_unknown_arg"
            self.refuse(path, error.code, error.message, error.hint, at_key=unknown)
            return views

    def refuse(
        self, path: Path, code: str, message: str, hint: str = "", *, at_key: bool = False
    ) -> None:
        self.problems.append(Problem(path, code, message, hint, at_key))


def _changed_step(step: Step, op: str, argument: str, value: Any) -> Step:
    if step.op != op:
        return step
    if argument == "p":
        return replace(step, p=value)
    given = tuple(value) if isinstance(value, list) else value
    kept = tuple(pair for pair in step.arguments if pair[0] != argument)
    changed = replace(step, arguments=(*kept, (argument, given)))
    return replace(changed, arguments=settings(changed).values)


def _normalize(document: str | Scale | None) -> Normalize | None:
    if isinstance(document, Scale):
        return Normalize(tuple(document.mean), tuple(document.std))
    return None if document is None else NORMALIZATIONS[document]
