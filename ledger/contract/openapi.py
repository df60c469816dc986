"""Writes the OpenAPI 3.1 document from the operations table. Never edited by hand."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ledger.contract.models import Problem
from ledger.contract.operations import DEVICE, OPERATIONS, PROBLEM_TYPE, Operation, Parameter

_REF = "#/components/schemas/"
_SIGNED = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": (
        "HTTP message signature (RFC 9421) with Signature-Input: alg ed25519, tag ieum-pos, keyid the"
        " terminal's public key in hex, created, nonce, over @method, @path, @query, Ieum-Device"
        " and, with them, Last-Event-ID and Content-Digest (RFC 9530, sha-256). Enrolment names no"
        " device."
    ),
}


def document() -> dict[str, Any]:
    """Return the whole document as JSON data."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ieum ledger",
            "version": "1.0.0",
            "description": "Payments, forwarded records and the feed of one terminal.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"device": _SIGNED},
        },
    }


def text() -> str:
    """Return the document as it stands in `openapi.json`."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _schemas() -> dict[str, Any]:
    used: list[type[BaseModel]] = [Problem]
    for operation in OPERATIONS:
        used += [each for each in (operation.request, operation.answer) if each is not None]
    _, definitions = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(used)], ref_template=_REF + "{model}"
    )
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _operation(operation: Operation) -> dict[str, Any]:
    out: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [] if operation.public else [{"device": []}],
        "parameters": [
            {
                "name": each.name,
                "in": each.place,
                "required": each.place == "path",
                "schema": each.schema,
            }
            for each in (*operation.parameters, *_device(operation))
        ],
        "responses": {"200": _content("The answer.", operation.media_type, operation.answer)}
        | {
            str(status): _content("Not taken; nothing was posted.", PROBLEM_TYPE, Problem)
            for status in operation.problems
        },
    }
    if operation.request is not None:
        body = _content("", "application/json", operation.request)["content"]
        out["requestBody"] = {"required": True, "content": body}
    return out


def _device(operation: Operation) -> tuple[Parameter, ...]:
    return () if operation.public or not operation.enrolled else (DEVICE,)


def _content(description: str, media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": _REF + model.__name__}
    return {"description": description, "content": {media_type: {"schema": schema}}}
