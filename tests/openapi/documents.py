"""What a vendor's OpenAPI document says of a request and its answer.

In: the document, parsed. Out: a function that names what is against it. Written for the parts the vendors use: path
templates, query parameters, JSON answers; schemas are checked by openapi-schema-validator.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker
from referencing import Registry, Resource, Specification
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

Check = Callable[[Request, Response], Iterator[str]]
_READ: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


class _Place(NamedTuple):
    """A part of the document, and the pointer to it: what it refers to is looked up from there."""

    pointer: str
    value: Any


def checked_by(
    document: Mapping[str, Any],
    *,
    prefix: str = "",
    elsewhere: str = "$^",
    unlisted: Collection[str] = (),
    deviations: str = "$^",
) -> Check:
    """A check against the document, whose paths follow `prefix`; other documents describe the paths `elsewhere`.

    `unlisted` parameters are in its text only. `deviations`: a pattern of objections of which the document itself, not
    the answer, is the cause.
    """
    paths = Map([Rule(_rule(path), endpoint=path) for path in document["paths"]]).bind("")
    known = _Document(document)

    def objections(request: Request, response: Response) -> Iterator[str]:
        path = request.path.removeprefix(prefix).removesuffix(".json")
        try:
            template, _ = paths.match(path)
            item = known.at("", "paths", template)
            operation = known.at(item.pointer, request.method.lower())
        except (HTTPException, LookupError):
            yield f"{request.method} {path}: no such operation"
            return
        where = f"{request.method} {template}"
        yield from (f"{where}: {said}" for said in known.parameters(item, operation, request.args, unlisted))
        yield from (f"{where}: {said}" for said in known.answer(operation, response))

    def check(request: Request, response: Response) -> Iterator[str]:
        if request.path.startswith(prefix) and not re.search(elsewhere, request.path):
            yield from (said[:300] for said in objections(request, response) if not re.search(deviations, said))

    return check


class _Document:
    """Looks things up in the document, through its references, and checks values against its schemas."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._registry: Registry[Any] = Registry().with_resource("urn:it", Resource(document, Specification.OPAQUE))
        new = document["openapi"].startswith("3.1")
        self._validator = OAS31Validator if new else OAS30Validator
        self._formats = oas31_format_checker if new else oas30_format_checker

    def at(self, pointer: str, *steps: str | int) -> _Place:
        """What lies some steps below, at the end of all references; LookupError if nothing does."""
        value = self._registry.resolver("urn:it").lookup(f"#{pointer}").contents
        for step in steps:
            pointer, value = f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}", value[step]
            while "$ref" in value:
                pointer = value["$ref"].removeprefix("#")
                value = self._registry.resolver("urn:it").lookup(f"#{pointer}").contents
        return _Place(pointer, value)

    def wrong(self, schema: _Place, value: Any) -> Iterator[str]:
        """What is wrong with the value."""
        by_reference = {"$ref": f"urn:it#{schema.pointer}"}
        validator = self._validator(by_reference, registry=self._registry, format_checker=self._formats)
        for error in validator.iter_errors(value):
            for cause in error.context or [error]:  # of alternatives none of which fits, each one's objection
                yield f"{cause.json_path}: {cause.message}"

    def parameters(
        self, item: _Place, operation: _Place, given: Mapping[str, str], unlisted: Collection[str]
    ) -> Iterator[str]:
        """What is wrong with a request's query."""
        listed = [
            self.at(place.pointer, "parameters", index)
            for place in (item, operation)
            for index in range(len(place.value.get("parameters", [])))
        ]
        known = {one.value["name"]: self.at(one.pointer, "schema") for one in listed}
        for name, text in given.items():
            if name in known:
                read = _READ.get(known[name].value.get("type", ""), str)
                yield from (f"parameter {name}: {said}" for said in self.wrong(known[name], read(text)))
            elif name not in unlisted:
                yield f"no parameter {name}"

    def answer(self, operation: _Place, response: Response) -> Iterator[str]:
        """What is wrong with an answer."""
        status = str(response.status_code)
        try:
            answer = self.at(operation.pointer, "responses", status)
        except LookupError:
            yield f"no answer {status}"
            return
        if "application/json" in answer.value.get("content", {}):
            schema = self.at(answer.pointer, "content", "application/json", "schema")
            yield from (f"answer {status}: {said}" for said in self.wrong(schema, response.json))


def _rule(path: str) -> str:
    """OpenAPI's "/users/{userId}" as Werkzeug's "/users/<userId>"."""
    return re.sub(r"\{([^}]+)\}", lambda name: "<" + re.sub(r"\W", "_", name[1]) + ">", path)
