"""What Auth0's SDK for Python knows of the operations that the export uses, as an OpenAPI document.

The SDK is generated from the vendor's own document, which no registry carries. In: its functions. Out: their parameters
and answers. The SDK takes more than it names, so that an old one stays of use; here what it does not name is wrong.
"""

import inspect
import re
from typing import Any, get_args, get_origin

from auth0.management.clients.client import ClientsClient
from auth0.management.clients.raw_client import RawClientsClient
from auth0.management.jobs.client import JobsClient
from auth0.management.jobs.raw_client import RawJobsClient
from auth0.management.jobs.users_exports.client import UsersExportsClient
from auth0.management.jobs.users_exports.raw_client import RawUsersExportsClient
from auth0.management.roles.client import RolesClient
from auth0.management.roles.raw_client import RawRolesClient
from auth0.management.roles.users.client import UsersClient
from auth0.management.roles.users.raw_client import RawUsersClient
from pydantic import TypeAdapter

_OPERATIONS = {
    ("post", "/jobs/users-exports"): (UsersExportsClient.create, RawUsersExportsClient.create),
    ("get", "/jobs/{id}"): (JobsClient.get, RawJobsClient.get),
    ("get", "/roles"): (RolesClient.list, RawRolesClient.list),
    ("get", "/roles/{id}/users"): (UsersClient.list, RawUsersClient.list),
    ("get", "/clients"): (ClientsClient.list, RawClientsClient.list),
}
_NOT_ASKED = {"self", "id", "request_options"}
_REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The document."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for (method, path), (function, raw) in _OPERATIONS.items():
        told = inspect.signature(function, eval_str=True)
        query = [one for name, one in told.parameters.items() if method == "get" and name not in _NOT_ASKED]
        answer = told.return_annotation
        page = get_args(answer)[-1] if get_origin(answer) else answer  # a pager is one of entries and of their pages
        ok = {"content": {"application/json": {"schema": _schema(page, schemas)}}}
        refusals = re.findall(r"status_code == (\d+)", inspect.getsource(raw))
        paths.setdefault(path, {})[method] = {
            "parameters": [_parameter(one, schemas) for one in query],
            "responses": {"200": ok, **{status: {} for status in refusals}},
        }
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


def _parameter(one: inspect.Parameter, schemas: dict[str, Any]) -> dict[str, Any]:
    """A function's parameter as one of the query, where there is no null."""
    schema = _schema(one.annotation, schemas)
    given = [way for way in schema.get("anyOf", []) if way != {"type": "null"}]
    return {"name": one.name.removesuffix("_"), "schema": given[0] if len(given) == 1 else schema}


def _schema(annotation: Any, schemas: dict[str, Any]) -> Any:
    """A type's schema; what it refers to is added to the `schemas`."""
    found = TypeAdapter(annotation).json_schema(ref_template=_REFERENCE)
    schemas |= {name: _closed(one) for name, one in found.pop("$defs", {}).items()}
    return _closed(found)


def _closed(schema: Any) -> Any:
    """The schema without "or anything else"."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    if "properties" in closed:
        closed["additionalProperties"] = False
    if alternatives := closed.get("anyOf"):
        closed["anyOf"] = [one for one in alternatives if one]
    return closed
