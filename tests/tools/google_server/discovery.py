"""What the API's own discovery document says: methods, parameters, schemas.

The document ships inside google-api-python-client, so the server cannot drift from the client that drives
it: a route that is not in the document does not exist here, and a body or an answer with a field that the
document does not know is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from googleapiclient.discovery_cache import get_static_doc

from .errors import ApiError, bad
from .times import instant

Json = dict[str, Any]

_TYPES: dict[str, type] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": float,
    "array": list,
    "object": dict,
}


@dataclass(frozen=True)
class Method:
    name: str  # "events.insert"
    verb: str
    path: str
    parameters: dict[str, Json]
    request: str | None  # names of schemas
    response: str | None
    scopes: frozenset[str]

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The path parameters, if this method's path template fits."""
        template = self.path.split("/")
        if len(template) != len(segments):
            return None
        found = {}
        for pattern, segment in zip(template, segments, strict=True):
            if pattern.startswith("{"):
                found[pattern.strip("{+}")] = unquote(segment)
            elif pattern != segment:
                return None
        return found


class Discovery:
    def __init__(self) -> None:
        self._text: str = get_static_doc("calendar", "v3")
        self.document: Json = json.loads(self._text)
        self.schemas: dict[str, Json] = self.document["schemas"]
        self.prefix = "/" + self.document["servicePath"]
        self.batch_path = "/" + self.document["batchPath"]
        self.shared: dict[str, Json] = self.document["parameters"]
        self.methods = {
            f"{resource}.{name}": Method(
                f"{resource}.{name}",
                spec["httpMethod"],
                spec["path"],
                spec.get("parameters", {}),
                spec.get("request", {}).get("$ref"),
                spec.get("response", {}).get("$ref"),
                frozenset(spec.get("scopes", ())),
            )
            for resource, group in self.document["resources"].items()
            for name, spec in group["methods"].items()
        }

    def pointed_at(self, root_url: str) -> Json:
        """The document for another host: what `build_from_document` needs, batches included.

        A fresh one: the client writes into the document that it is given.
        """
        document: Json = json.loads(self._text)
        document["rootUrl"] = root_url
        document["baseUrl"] = root_url + document["servicePath"]
        return document

    def find(self, verb: str, raw_path: str) -> tuple[Method, dict[str, str]]:
        """The method for a request. Paths are matched before unquoting: an id may hold an escaped slash."""
        if raw_path.startswith(self.prefix):
            segments = raw_path.removeprefix(self.prefix).split("/")
            for method in sorted(self.methods.values(), key=lambda m: m.path.count("{")):
                if method.verb == verb and (found := method.match(segments)) is not None:
                    return method, found
        raise ApiError(404, "notFound")

    # Query

    def read_query(self, method: Method, query: dict[str, list[str]]) -> Json:
        """The query, typed and with defaults filled in; 400 for what the document does not allow."""
        known = {n: s for n, s in (self.shared | method.parameters).items() if s["location"] == "query"}
        values: Json = {}
        for name, texts in query.items():
            spec = known.get(name)
            if spec is None:
                raise bad(
                    "badRequest", f'Unknown name "{name}": cannot bind query parameter.', parameter=name
                )
            if len(texts) > 1 and not spec.get("repeated"):
                raise bad("invalid", f"{name} may be given once only.", parameter=name)
            typed = [_value(name, spec, text) for text in texts]
            values[name] = typed if spec.get("repeated") else typed[0]
        for name, spec in method.parameters.items():
            if spec["location"] == "query" and name not in values:
                if spec.get("required"):
                    raise bad("required", f"Required parameter: {name}", parameter=name)
                if "default" in spec:
                    values[name] = _value(name, spec, spec["default"])
        return values

    # Bodies

    def resolve(self, spec: Json) -> Json:
        return self.schemas[spec["$ref"]] if "$ref" in spec else spec

    def member(self, spec: Json, name: str) -> Json | None:
        """The schema of one field of an object, or of each object of a list."""
        spec = self.resolve(spec)
        if spec.get("type") == "array":
            return self.member(spec["items"], name)
        found: Json | None = spec.get("properties", {}).get(name, spec.get("additionalProperties"))
        return found

    def problems(self, spec: Json, value: object, where: str, *, words: bool) -> Iterator[str]:
        """All in `value` that the schema does not allow. `words`: values from closed lists too."""
        spec = self.resolve(spec)
        kind = spec.get("type", "any")
        if kind == "any" or value is None:
            return
        if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            yield f"Invalid value at '{where}': {kind} expected."
        elif isinstance(value, dict):
            for name, item in value.items():
                inner = self.member(spec, name)
                if inner is None:
                    yield f"Unknown name \"{name}\" at '{where}': cannot find field."
                else:
                    yield from self.problems(inner, item, f"{where}.{name}", words=words)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if item is None:
                    yield f"Invalid value at '{where}[{index}]': null."
                yield from self.problems(spec["items"], item, f"{where}[{index}]", words=words)
        elif words and (allowed := allowed_words(spec)) and value not in allowed:
            yield f"Invalid value at '{where}': {value!r}, allowed: {', '.join(allowed)}."

    def check_body(self, schema: str, body: object, *, words: bool = True) -> None:
        if body is None:
            raise bad("badRequest", "The request has no body.")
        for problem in self.problems({"$ref": schema}, body, schema.lower(), words=words):
            raise bad("badRequest", problem)

    def defaults(self, schema: str) -> Json:
        """Fields that an answer leaves out when they hold their default."""
        return {
            name: _value(name, spec, spec["default"])
            for name, spec in self.schemas[schema]["properties"].items()
            if "default" in spec and name not in ("kind", "eventType", "asyncOperation")
        }


def allowed_words(spec: Json) -> list[str]:
    """The closed list of values of a string: the document gives it as `enum`, or only in the description."""
    if "enum" in spec:
        return list(spec["enum"])
    description: str = spec.get("description", "")
    if (
        spec.get("type") != "string"
        or "Possible values are" not in description
        or "Some of the possible" in description
    ):
        return []
    return re.findall(r'^- "([^"]+)"', description, flags=re.MULTILINE)


def _value(name: str, spec: Json, text: str) -> Any:
    """One query value, typed as the document says."""
    try:
        if spec["type"] == "boolean":
            return {"true": True, "false": False}[text]
        if spec["type"] == "integer":
            number = int(text)
            if not int(spec.get("minimum", number)) <= number <= int(spec.get("maximum", number)):
                raise ValueError(text)
            return number
        if spec.get("format") == "date-time":
            return instant(text)
        if "enum" in spec and text not in spec["enum"]:
            raise ValueError(text)
    except (KeyError, ValueError) as error:
        raise bad("invalid", f"Invalid value {text!r} for {name}.", parameter=name) from error
    return text
