"""Batches: several requests in one multipart body, each answered on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from .errors import bad

MOST_CALLS = 1000
_BOUNDARY = "batch_of_answers"


@dataclass(frozen=True)
class Part:
    content_id: str
    verb: str
    target: str
    headers: dict[str, str]
    body: bytes


def split(content_type: str, body: bytes) -> list[Part]:
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not message.is_multipart():
        raise bad("badRequest", "A batch is multipart/mixed.")
    parts = [_part(part) for part in message.get_payload() if isinstance(part, Message)]
    if len(parts) > MOST_CALLS:
        raise bad("badRequest", f"The batch has more than {MOST_CALLS} calls.")
    return parts


def _part(part: Message) -> Part:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    head, *rest = re.split(rb"\r?\n\r?\n", payload, maxsplit=1)
    request_line, *lines = head.decode().splitlines() or [""]
    match = re.fullmatch(r"([A-Z]+) (\S+) HTTP/1\.1", request_line)
    if match is None:
        raise bad("badRequest", "A part of the batch is not an HTTP request.")
    pairs = (line.split(": ", 1) for line in lines if ": " in line)
    headers = {name.lower(): value for name, value in pairs}
    return Part(part.get("Content-ID", ""), match[1], match[2], headers, b"".join(rest))


def join(answers: list[tuple[str, str, dict[str, str], bytes]]) -> tuple[str, bytes]:
    """Content type and body of the answer. Last in, first out: no order is guaranteed."""
    chunks = []
    for content_id, status, headers, body in reversed(answers):
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
        answer_id = content_id.replace("<", "<response-", 1)
        opening = [f"--{_BOUNDARY}", "Content-Type: application/http", f"Content-ID: {answer_id}", ""]
        chunks.append("\r\n".join([*opening, *lines, "", ""]).encode() + body + b"\r\n")
    return f"multipart/mixed; boundary={_BOUNDARY}", b"".join(chunks) + f"--{_BOUNDARY}--\r\n".encode()
