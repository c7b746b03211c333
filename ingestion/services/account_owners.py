"""Whose an account is, learned from the statements that came before."""

from collections.abc import Iterable, Iterator

from conciliacontag.database import session
from conciliacontag.organizations.models import Organization
from ingestion.accounts import account_key
from ingestion.models import AccountOwner, SourceFile, Statement, Transaction, TransactionSource
from ingestion.parsers.model import Problem as Finding
from ingestion.services.belonging import inside
from ingestion.services.notices import replace_findings
from ingestion.services.senders import companies_of

ELSEWHERE = "account_elsewhere"


def remember_accounts(file: SourceFile) -> None:
    """Learn the accounts of an upload, and warn of those that another company's statements used.

    Only companies of the sender are looked at. A statement in the wrong company is not moved:
    which company's money it tells of is for a person to say.
    """
    companies = companies_of(file.uploader)
    with session([file.organization_id]):
        written = accounts_in(file)
        known = AccountOwner.objects.filter(organization=file.organization_id)
        new = written.keys() - set(known.values_list("account", flat=True))
    with session(companies.by_id):
        rows = AccountOwner.objects.filter(account__in=new, organization__in=companies.by_id)
        elsewhere = {
            row.account: companies.by_id[row.organization_id]
            for row in rows.exclude(organization=file.organization_id)
        }
    with session([file.organization_id]):
        learn(file, new - elsewhere.keys())
        replace_findings(file, [ELSEWHERE], told(written, elsewhere))


def accounts_in(file: SourceFile) -> dict[str, str]:
    """The bank accounts of an upload: as they are compared → as they are written."""
    lines = Transaction.objects.filter(inside(file), source=TransactionSource.BANK)
    written = {
        *lines.order_by().values_list("account", flat=True).distinct(),
        *Statement.objects.filter(inside(file)).values_list("account", flat=True),
    }
    return {key: text for text in sorted(written) if (key := account_key(text))}


def learn(file: SourceFile, accounts: Iterable[str]) -> None:
    AccountOwner.objects.bulk_create(
        [
            AccountOwner(organization_id=file.organization_id, account=account, file=file)
            for account in sorted(accounts)
        ],
        ignore_conflicts=True,
    )


def told(written: dict[str, str], elsewhere: dict[str, Organization]) -> Iterator[Finding]:
    for account, company in sorted(elsewhere.items()):
        yield Finding(
            ELSEWHERE,
            "warning",
            written[account],
            f"Esta conta é da empresa {company.name}: foi dela que vieram os extratos anteriores.",
            f"Se o extrato veio para a empresa errada, envie-o à empresa {company.name}; "
            "as linhas continuam aqui até que alguém decida.",
        )
