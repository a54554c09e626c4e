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
    head, _, body = re.sub(rb"\r?\n\r?\n", b"\0", payload, count=1).partition(b"\0")
    request_line, *lines = head.decode().splitlines()
    verb, target, _ = request_line.split(" ")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Part(
        part.get("Content-ID", ""),
        verb,
        target,
        {name.lower(): value for name, value in headers.items()},
        body,
    )


def join(answers: list[tuple[str, str, dict[str, str], bytes]]) -> tuple[str, bytes]:
    """Content type and body of the whole answer. Last in, first out: the order of a batch is not guaranteed."""
    chunks = []
    for content_id, status, headers, body in reversed(answers):
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
        opening = f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: {content_id.replace('<', '<response-', 1)}\r\n\r\n"
        chunks.append(opening.encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n")
    return f"multipart/mixed; boundary={_BOUNDARY}", b"".join(chunks) + f"--{_BOUNDARY}--\r\n".encode()
