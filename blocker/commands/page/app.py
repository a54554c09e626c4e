"""What the page shows and what its forms do. Each form says what a command says, by that command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from blocker.commands.page.deeds import Deeds
from blocker.commands.page.view import rendered
from blocker.showing.page.page import style
from blocker.values.errors import BlockerError

# What a button of the page says, as the words of a command; {} is what the form gives.
SAYINGS: Mapping[str, Sequence[str]] = {
    "skip": ("skip", "--", "{key}"),
    "park": ("park", "--", "{text}"),
    "done": ("parked", "done", "--", "{id}"),
    "pause": ("pause", "--until={until}"),
    "resume": ("resume",),
    "undo": ("undo",),
}


class Desk:
    """The page and its forms, one at a time. ``form_token`` is what the forms carry."""

    def __init__(self, deeds: Deeds) -> None:
        self._deeds = deeds
        self._forms = {"approve": deeds.approve, "move": deeds.move}
        self._turn = Lock()
        self._told: Sequence[str] = ()
        self._is_trouble = False
        self.form_token = ""
        look = style("commands/page/page.css")
        self.app = Starlette(
            routes=[
                Route("/", self._show),
                Route("/page.css", lambda request: Response(look, media_type="text/css")),
                Route("/{what}", self._do, methods=["POST"]),
            ]
        )

    def _show(self, request: Request) -> Response:
        with self._turn:
            told, self._told = self._told, ()
            try:
                page = rendered(self._deeds.look(), told, self._is_trouble, self.form_token)
            except BlockerError as problem:
                return HTMLResponse(rendered(None, (*told, *_words(problem)), True, self.form_token), 503)
            return HTMLResponse(page)

    def _do(self, request: Request) -> Response:
        """Do what a form says, then show the page again: a reload repeats nothing."""
        what, form = request.path_params["what"], request.scope["form"]
        if what not in self._forms and what not in SAYINGS:
            return PlainTextResponse("There is no such form.", 404)
        with self._turn:
            try:
                if what in self._forms:
                    self._told = self._forms[what](form)
                else:
                    given = {name: values[0] for name, values in form.items()}
                    self._told = self._deeds.say([word.format(**given) for word in SAYINGS[what]])
                self._is_trouble = False
            except KeyError as missing:
                self._told, self._is_trouble = [f"The form has no {missing}."], True
            except BlockerError as problem:
                self._told, self._is_trouble = _words(problem), True
        return RedirectResponse("/", 303)


def _words(problem: BlockerError) -> Sequence[str]:
    return [line for line in (f"{problem.message[:1].upper()}{problem.message[1:]}.", problem.hint) if line]
