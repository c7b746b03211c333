"""A mailbox: attachments once, messages marked only afterwards, nothing deleted."""

from collections.abc import Callable
from typing import Any

import pytest

from conciliacontag.organizations.models import User
from ingestion.models import ItemStatus, Source, SourceFile, SourceItem
from ingestion.services.sources import check_source
from ingestion.sources import mail as reader
from ingestion.sources.mail import quoted
from tests.data.imap_server import Server, message

Poll = Callable[[Source], dict[str, Any]]


def test_attachments_we_read_are_received_and_the_message_moves(
    mail: Source, mailbox: Server, poll: Poll
) -> None:
    mailbox.put(message(("Nota São João.xml", b"<a/>"), ("extrato.ofx", b"OFX"), ("x.exe", b"MZ")))

    assert poll(mail) == {"counts": {"received": 2, "skipped": 2, "messages": 1, "attachments": 2}}
    names = set(SourceFile.objects.values_list("filename", flat=True))
    assert names == {"Nota São João.xml", "extrato.ofx"}
    assert (mailbox.boxes["INBOX"], len(mailbox.boxes["Lidas"])) == ([], 1)
    assert mailbox.boxes["Lidas"][0].flags == {r"\Seen"}


def test_without_move_a_copy_goes_and_the_message_stays(
    mail: Source, mailbox: Server, poll: Poll
) -> None:
    mailbox.moves = False
    mailbox.put(message(("nota.xml", b"<a/>")))

    for _ in range(2):
        poll(mail)

    assert [len(mailbox.boxes[name]) for name in ("INBOX", "Lidas")] == [1, 1]
    assert mailbox.fetched == [1], "a message that was dealt with is not fetched again"


def test_a_message_without_attachments_is_left_alone(
    mail: Source, mailbox: Server, poll: Poll
) -> None:
    stored = mailbox.put(message())

    poll(mail)

    assert stored in mailbox.boxes["INBOX"]
    assert stored.flags == set()
    assert SourceItem.objects.get().status == ItemStatus.SKIPPED


def test_a_message_is_not_marked_before_its_files_are_safe(
    mail: Source, mailbox: Server, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = mailbox.put(message(("a.xml", b"<a/>"), ("b.xml", b"<b/>")))
    read = reader.Mail.read

    def interrupted(self: Any, item: Any) -> Any:
        if item.name == "b.xml":
            raise OSError(104, "reset")
        return read(self, item)

    with monkeypatch.context() as patch:
        patch.setattr(reader.Mail, "read", interrupted)
        assert poll(mail)["code"] == "source_failed"
    assert (stored.flags, len(mailbox.boxes["INBOX"])) == (set(), 1)

    assert poll(mail)["counts"]["received"] == 1
    assert SourceFile.objects.count() == 2
    assert mailbox.boxes["Lidas"] == [stored]


def test_what_is_refused_does_not_hold_up_the_rest(
    mail: Source, mailbox: Server, poll: Poll, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    mailbox.put(message(("grande.xml", b"x" * 11), ("nota.xml", b"<a/>")))

    counts = poll(mail)["counts"]

    assert (counts["failed"], counts["received"]) == (1, 1)


@pytest.mark.parametrize("header", ["Content-Type: text/xml; name*0*", "From: .x=41@"])
def test_a_malformed_message_does_not_hold_up_the_rest(
    mail: Source, mailbox: Server, poll: Poll, header: str
) -> None:
    mail.settings["senders"] = "@exemplo.com.br"
    mail.save()
    mailbox.put_raw(f"{header}\r\n\r\n<a/>\r\n".encode())
    mailbox.put(message(("nota.xml", b"<a/>")))

    counts = poll(mail)["counts"]

    assert (counts["failed"], counts["received"], counts["messages"]) == (1, 1, 1)
    assert "malformada" in SourceItem.objects.get(status=ItemStatus.FAILED).message


@pytest.mark.parametrize("command", ["search", "fetch", "store"])
def test_a_server_that_will_not_answer_now_is_asked_again(
    mail: Source, mailbox: Server, poll: Poll, command: str
) -> None:
    stored = mailbox.put(message(("nota.xml", b"<a/>")))
    mailbox.busy = command
    assert poll(mail)["code"] == "source_unreachable"
    mailbox.busy = ""

    poll(mail)

    assert SourceFile.objects.count() == 1
    assert mailbox.boxes["Lidas"] == [stored]
    assert stored.flags == {r"\Seen"}


@pytest.mark.parametrize("listed", ["banco@exemplo.com.br", "@exemplo.com.br, x@y.com"])
def test_only_listed_senders_are_read(
    mail: Source, mailbox: Server, poll: Poll, listed: str
) -> None:
    mail.settings["senders"] = listed
    mail.save()
    stranger = mailbox.put(message(("a.xml", b"<a/>"), sender="outro@outro.com.br"))
    mailbox.put(message(("b.xml", b"<b/>")))

    poll(mail)

    assert SourceFile.objects.get().filename == "b.xml"
    assert (stranger.flags, mailbox.boxes["INBOX"]) == (set(), [stranger])


def test_a_message_that_is_too_large_is_noted_and_not_fetched(
    mail: Source, mailbox: Server, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LARGEST", 100)
    mailbox.put(message(("a.xml", b"x" * 1000)))

    assert poll(mail)["counts"] == {"failed": 1}
    assert mailbox.fetched == []


def test_renumbered_mailboxes_double_nothing(mail: Source, mailbox: Server, poll: Poll) -> None:
    mail.settings["move_to"] = ""
    mail.save()
    mailbox.put(message(("a.xml", b"<a/>")))
    poll(mail)
    mailbox.validity += 1

    assert poll(mail)["counts"]["repeated"] == 1
    assert SourceFile.objects.count() == 1


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("username", "outra@exemplo.com.br", "credentials_refused"),
        ("mailbox", "Nenhuma", "mailbox_missing"),
        ("security", "tls", "source_unreachable"),
    ],
)
def test_what_does_not_fit_is_said(
    mail: Source, mailbox: Server, poll: Poll, setting: str, value: str, code: str
) -> None:
    mail.settings[setting] = value
    mail.save()

    assert poll(mail)["code"] == code


def test_a_folder_for_read_messages_that_is_missing_is_said(
    mail: Source, mailbox: Server, poll: Poll
) -> None:
    mail.settings["move_to"] = "Nenhuma"
    mail.save()
    mailbox.put(message(("a.xml", b"<a/>")))

    assert poll(mail)["code"] == "mailbox_missing"
    assert SourceFile.objects.count() == 1


def test_the_connection_is_tried(mail: Source, mailbox: Server, admin_user: User) -> None:
    mailbox.put(message())

    assert "Mensagens dos últimos 30 dias: 1." in check_source(mail, by=admin_user).message
    assert mailbox.fetched == []


def test_names_of_mailboxes_are_written_as_the_protocol_wants() -> None:
    # The second is the example of RFC 3501, section 5.1.3.
    assert quoted("Notas & Cia") == '"Notas &- Cia"'
    assert quoted("~peter/mail/台北/日本語") == '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'
    assert quoted('a"b\\c') == r'"a\"b\\c"'
