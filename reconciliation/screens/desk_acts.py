"""What the keys of the desk ask for: each saves one act and answers with the next line."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse

from conciliacontag.brazil import format_brl
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.page_calls import author, malformed, read_body, refusal_of
from conciliacontag.presence import touch
from ingestion.models import Transaction
from reconciliation.desk.alike import Likeness
from reconciliation.desk.answers import ENTRY, VERDICTS, Choice, Decision, Posting
from reconciliation.desk.deciding import MOST_TOGETHER, decide_line, undo_line
from reconciliation.desk.entering import suggest
from reconciliation.desk.joining import lines_to_join
from reconciliation.desk.queue import Queue
from reconciliation.desk.search import documents_for
from reconciliation.desk.standing import Standing, standing_of, version_of
from reconciliation.desk.together import Reached, decide_alike, preview_alike, undo_together
from reconciliation.screens.desk_lines import drawn_choices, drawn_lines, shown
from reconciliation.screens.desk_queue import address_of

HELD_AHEAD = 3  # lines that the page holds to show next
MOST_NAMED = 12
DONE = {
    "matched": "conciliado",
    "no_document": "sem nota",
    "held": "a verificar",
    "waiting": "em aberto de novo",
}
ENTERED = "lançado"
# What the queue says of a line after each answer, and what is told of many.
ANSWERED = {
    "accept": (DONE["matched"], "conciliados"),
    "no_document": (DONE["no_document"], "sem nota"),
    "hold": (DONE["held"], "a verificar"),
    "entry": (ENTERED, "com lançamento contábil"),
}


def read_decision(said: Mapping[str, Any]) -> Decision:
    """The answer to a line as the page sends it.

    Raises:
        InvalidInput: `malformed`.
    """
    verdict, chosen = str(said.get("verdict", "")), said.get("choices", [])
    lines = said.get("lines", [])
    if verdict not in VERDICTS or not isinstance(chosen, list) or not isinstance(lines, list):
        raise malformed()
    return Decision(
        verdict,
        [read_choice(one) for one in chosen],
        str(said.get("reason", "")),
        [read_number(one) for one in lines],
        str(said.get("kind", "")),
        read_posting(said.get("posting")) if verdict == ENTRY else None,
    )


def read_posting(said: object) -> Posting:
    if not isinstance(said, dict):
        raise malformed()
    names = ("debit", "credit", "history", "text")
    return Posting(*(str(said.get(name, "")).strip() for name in names))


def read_choice(text: object) -> Choice:
    document, _, installment = str(text).partition("|")
    return Choice(read_number(document), installment)


def read_number(text: object) -> UUID:
    found = as_uuids(str(text))
    if not found:
        raise malformed()
    return found[0]


# A decision is committed before the next line is drawn, so that nobody waits for a drawing.
@non_atomic_requests
def save(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """Decide a line. The next is only drawn when the page does not hold it already."""
    try:
        said = read_body(request)
        decision = read_decision(said)
        stands = decide_line(
            line.pk,
            author=author(request),
            version=str(said.get("version")),
            decision=decision,
            line=line,
        )
    except DomainError as refusal:
        return refusal_of(refusal)
    more = {
        "saved": stands.version,
        "state": stands.state,
        "word": word_of(stands),
        "lines": lines_with(stands),
    }
    with atomic():
        return onward(request, queue, line, said, told=sentence(stands), **more)


def onward(
    request: HttpRequest, queue: Queue, line: Transaction, said: Mapping[str, Any], **more: Any
) -> HttpResponse:
    """The line that follows: named when the page holds it as it is, drawn otherwise."""
    following = queue.next(line)
    if not following:
        return JsonResponse({"is_over": True, **more})
    held = said.get("ahead")
    key = str(following[0].pk)
    if isinstance(held, dict) and held.get(key) == version_of(following[0]):
        return JsonResponse({"is_held": True, "line": key, **more})
    return part_of(request, queue, following[0], **more)


def part_of(request: HttpRequest, queue: Queue, line: Transaction, **more: Any) -> HttpResponse:
    """A line as the page's module takes it."""
    return JsonResponse({**drawn(request, queue, line), **more})


def drawn(request: HttpRequest, queue: Queue, line: Transaction) -> dict[str, Any]:
    html, stands = shown(request, author(request), queue, line)
    address = address_of(queue, line=line.pk)
    return {"html": html, "line": str(line.pk), "version": stands.version, "address": address}


def lines_with(stands: Standing) -> list[str]:
    """The line and those that are booked together with it."""
    links = {row.link for row in stands.booked}
    others = [str(row.transaction_id) for row in stands.others if row.link in links]
    return list(dict.fromkeys([str(stands.line.pk), *others]))


def word_of(stands: Standing) -> str:
    """What the queue says of a line that was just decided."""
    if stands.entry is not None:
        return ENTERED
    return f"restam {format_brl(stands.left)}" if stands.is_divided else DONE[stands.state]


def sentence(stands: Standing) -> str:
    """`Conciliado com NF-e 12.`: what was just done, in the past tense."""
    if stands.entry is not None:
        return f"Lançamento contábil criado: {stands.entry}."
    notes = " e ".join(str(row.document) for row in stands.booked)
    if stands.is_divided and stands.state == "waiting":
        return f"Conciliado com {notes}; restam {format_brl(stands.left)} no lançamento."
    return {
        "matched": f"Conciliado com {notes}.",
        "no_document": "Marcado como sem nota.",
        "held": "Deixado a verificar.",
        "waiting": "Em aberto de novo.",
    }[stands.state]


def part(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    return part_of(request, queue, line)


@non_atomic_requests
def undo(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """Take back the last word about a line and show it, open again."""
    try:
        version = str(read_body(request).get("version"))
        with atomic():
            lines = lines_with(standing_of(line))
        undo_line(line.pk, author=author(request), version=version)
    except DomainError as refusal:
        return refusal_of(refusal)
    with atomic():
        return part_of(request, queue, line, told="Decisão desfeita.", state="waiting", lines=lines)


def visit_next(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    following = queue.next(line)
    return part_of(request, queue, following[0] if following else line)


def visit_previous(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    return part_of(request, queue, queue.previous(line) or line)


def ahead(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """The lines that follow, as they will be shown; those that the page holds are left out."""
    held = set(request.GET.get("tem", "").split(","))
    lines = [one for one in queue.next(line, HELD_AHEAD) if str(one.pk) not in held]
    return JsonResponse({"lines": [drawn(request, queue, one) for one in lines]})


def presence(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    return JsonResponse({"others": touch(line.pk, author(request))})


def propose(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """What the ledger entry of a line begins with, for its dialog."""
    found = suggest(line)
    left = format_brl(standing_of(line).left or abs(line.amount))
    return JsonResponse({**asdict(found), "amount": left})


def look(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """Open documents for the words in the search box."""
    found = documents_for(line, request.GET.get("q", "")[:200])
    start = request.GET.get("de", "1")
    first = int(start) if start.isdigit() and len(start) < 3 else 1
    html = drawn_choices(request, standing_of(line), found, first)
    return JsonResponse({"html": html, "count": len(found)})


def join(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """Other open lines that could pay the chosen documents together with this one."""
    notes = [pk for one in request.GET.get("notas", "").split(",") for pk in as_uuids(one)]
    lacking = request.GET.get("faltam", "0")
    cents = int(lacking) if lacking.isdigit() and len(lacking) < 16 else 0
    typed = request.GET.get("q", "")[:200]
    found = lines_to_join(line, notes[:MOST_TOGETHER], Decimal(cents) / 100, typed)
    return JsonResponse({"html": drawn_lines(request, queue, found), "count": len(found)})


@non_atomic_requests
def save_alike(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """The same answer for all lines alike; `dry_run` only tells which they are."""
    try:
        said = read_body(request)
        decision, user = read_decision(said), author(request)
        if said.get("dry_run") is True:
            with atomic():
                found = preview_alike(queue, line.pk, author=user, decision=decision)
                return JsonResponse(preview(found))
        reached = decide_alike(
            queue, line.pk, author=user, version=str(said.get("version")), decision=decision
        )
    except DomainError as refusal:
        return refusal_of(refusal)
    word, done = ANSWERED[decision.verdict]
    told = told_of(reached, done)
    more = {
        "together": str(reached.together) if reached.together else None,
        "lines": [str(one.pk) for one in reached.decided],
        "word": word,
    }
    with atomic():
        return onward(request, queue, line, said, told=told, **more)


@non_atomic_requests
def undo_alike(request: HttpRequest, queue: Queue, line: Transaction) -> HttpResponse:
    """Take one act back from every line that it reached."""
    try:
        number = next(iter(as_uuids(str(read_body(request).get("together")))), None)
        if number is None:
            raise malformed()
        reached = undo_together(number, author=author(request))
    except DomainError as refusal:
        return refusal_of(refusal)
    lines = [str(one.pk) for one in reached.decided]
    with atomic():
        told = told_of(reached, "em aberto de novo")
        return part_of(request, queue, line, told=told, lines=lines)


def preview(found: Likeness) -> dict[str, Any]:
    """What the dialog of `todas iguais` tells before anything is done."""
    shown_lines = [
        {"date": f"{line.date:%d/%m}", "amount": str(line.amount), "memo": line.memo or line.payee}
        for line, _ in found.answers[:MOST_NAMED]
    ]
    return {
        "count": len(found.answers),
        "amount": str(found.total),
        "lines": shown_lines,
        "doubtful": len(found.doubtful),
        "left": found.left,
    }


def told_of(reached: Reached, done: str) -> str:
    """`23 lançamentos conciliados. 1 ficou como estava.`"""
    count = len(reached.decided)
    said = [f"{count} lançamento{'s' if count != 1 else ''} {done}."]
    if kept := reached.refused:
        said.append(f"{len(kept)} como estava{'m' if len(kept) > 1 else ''}: {kept[0].message}")
    if reached.left:
        said.append(f"Restam {reached.left} iguais.")
    return " ".join(said)


Act = Callable[[HttpRequest, Queue, Transaction], HttpResponse]
ROUTES: tuple[tuple[str, str, str, Act], ...] = (
    ("GET", "parte", "part", part),
    ("POST", "salvar", "save", save),
    ("POST", "desfazer", "undo", undo),
    ("GET", "proximo", "next", visit_next),
    ("GET", "anterior", "previous", visit_previous),
    ("GET", "adiante", "ahead", ahead),
    ("POST", "presenca", "presence", presence),
    ("GET", "procurar", "search", look),
    ("GET", "lancar", "entry", propose),
    ("GET", "juntar", "join", join),
    ("POST", "salvar-iguais", "save_alike", save_alike),
    ("POST", "desfazer-iguais", "undo_alike", undo_alike),
)
