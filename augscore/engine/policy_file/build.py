"""A typed document → Policy: definitions spliced in, presets taken over, gates multiplied in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from augscore.engine.check import canonical_node, canonical_view, check_node, check_view
from augscore.engine.nodes import Node, Step, node_count
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.changes import Documents, changed, named, names_in
from augscore.engine.policy_file.containers import FORMS, Form, GroupDocument
from augscore.engine.policy_file.document import node_documents
from augscore.engine.policy_file.problems import Path, Problem
from augscore.engine.policy_file.schema import STEPS, PolicyDocument, Scale, ViewDocument
from augscore.engine.policy_file.schema_errors import problems_of
from augscore.engine.policy_file.steps import step_of
from augscore.engine.policy_file.strict import Strict
from augscore.engine.policy_file.vocabulary import USE
from augscore.engine.presets import preset
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

MOST_STEPS = 512

Nodes = tuple[Node, ...]

# In place of a container with a mistake, so that what is around it is checked as well.
_STAND_IN: Nodes = (Step("RandomInvert"),)
# After these it is not known how many steps there are.
_OF_UNKNOWN_COUNT = ("policy_too_large", "policy_unknown")


def build(document: PolicyDocument) -> tuple[Policy | None, list[Problem]]:
    """The policy, or what is wrong beyond the types of the document."""
    builder = _Builder()
    policy = builder.policy(document)
    return (None if builder.problems else policy), builder.problems


@dataclass
class _Builder:
    definitions: dict[str, Nodes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def policy(self, document: PolicyDocument) -> Policy | None:
        for name, steps in document.define.items():
            self.definitions[name] = self.nodes(steps, ("define", name))
        base = self.preset(document.preset, ("preset",)) if document.preset else None
        views = self.views(document, base)
        size = document.size or self.size(views, base)
        if not views or size is None:
            return None
        given = _normalize(document.normalize)
        normalize = base.normalize if base is not None and given is None else given
        source = document.source or (base.source if base is not None else "")
        return Policy(document.name, size, views, source, normalize, seed=document.seed)

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
        if sum(_count(view.steps) for same in made for view in same[:1]) > MOST_STEPS:
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
            steps = self.nodes(document.transforms or [], (*path, "transforms"))
        else:
            steps = self.preset_steps(document.preset, document.set, path)
        view = View(steps, document.size, document.name)
        self.check(view, path)
        return (view,) * document.count

    def check(self, view: View, path: Path) -> None:
        try:
            check_view(view)
        except UsageError as error:
            self.refuse(path, error.code, error.message, error.hint)

    def nodes(self, documents: list[Strict], path: Path) -> Nodes:
        made: list[Node] = []
        count = 0
        for place, document in enumerate(documents):
            further = self.node(document, (*path, place))
            count += _count(further)
            if count > MOST_STEPS:
                self.refuse(path, "policy_too_large", f"a policy has at most {MOST_STEPS} steps")
                return ()
            made += further
        return tuple(made)

    def node(self, document: Strict, path: Path) -> Nodes:
        ((name, arguments),) = document
        if name == USE:
            return self.used(arguments, (*path, USE))
        if name in FORMS:
            return self.container(FORMS[name], arguments, (*path, name))
        return (step_of(name, arguments),)

    def used(self, name: str, path: Path) -> Nodes:
        if name not in self.definitions:
            message = f"{name!r} is defined only after this"
            self.refuse(path, "policy_unknown", message, "Write its definition first")
        return self.definitions.get(name, ())

    def container(self, form: Form, arguments: Strict, path: Path) -> Nodes:
        before = len(self.problems)
        inside: Nodes = ()
        if isinstance(arguments, GroupDocument):
            inside = self.nodes(arguments.transforms, (*path, "transforms"))
        if any(p.code in _OF_UNKNOWN_COUNT for p in self.problems[before:]):
            return _STAND_IN
        try:
            node = canonical_node(form.build(arguments, inside))
            check_node(node)
        except UsageError as error:
            self.refuse(path, error.code, error.message, error.hint)
            return _STAND_IN
        return (node,)

    def preset(self, name: str, path: Path) -> Policy | None:
        try:
            return preset(name)
        except UsageError as error:
            self.refuse(path, error.code, error.message, error.hint)
            return None

    def preset_steps(self, name: str, changes: Mapping[str, Any], path: Path) -> Nodes:
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
        if not changes:
            return views
        documents = [node_documents(view.steps) for view in views]
        for key, value in changes.items():
            documents = self.changed(documents, key, value, (*path, key))
        return tuple(
            replace(view, steps=self.nodes(STEPS.validate_python(steps), path))
            for view, steps in zip(views, documents, strict=True)
        )

    def changed(
        self, documents: list[Documents], key: str, value: Any, path: Path
    ) -> list[Documents]:
        """The steps of each view with one change made; without it where it does not fit."""
        name, _, argument = key.partition(".")
        names = set().union(*map(names_in, documents))
        if name not in names or not argument:
            message = f"{key!r} changes nothing: it is OPERATION.ARGUMENT, of a step there is"
            hint = did_you_mean(name, names)
            self.refuse(path, "policy_unknown_op", message, hint, at_key=True)
            return documents
        after = [changed(steps, name, argument, value) for steps in documents]
        problems = _problems_of_change(after, name, path)
        self.problems += problems
        return documents if problems else after

    def refuse(
        self, path: Path, code: str, message: str, hint: str = "", *, at_key: bool = False
    ) -> None:
        self.problems.append(Problem(path, code, message, hint, at_key))


def _problems_of_change(documents: list[Documents], name: str, path: Path) -> list[Problem]:
    """What is wrong with the steps of a name, told at the `set` that made them so."""
    for steps in documents:
        for arguments in named(steps, name):
            try:
                STEPS.validate_python([{name: arguments}])
            except ValidationError as error:
                # Behind the place in the list, the name and the argument.
                return [replace(p, path=(*path, *p.path[3:])) for p in problems_of(error)]
    return []


def _count(nodes: Nodes) -> int:
    return sum(map(node_count, nodes))


def _normalize(document: str | Scale | None) -> Normalize | None:
    if isinstance(document, Scale):
        return Normalize(tuple(document.mean), tuple(document.std))
    return None if document is None else NORMALIZATIONS[document]
