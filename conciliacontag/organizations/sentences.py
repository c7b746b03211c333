"""The trail told in sentences: who did what, in words of the product."""

from collections import defaultdict
from typing import Any

from conciliacontag.organizations.models import AuditLog
from conciliacontag.organizations.roles import Role

ACTS = {
    "organization.created": "abriu a empresa",
    "organization.changed": "alterou a empresa",
    "membership.created": "deu acesso a uma pessoa, no papel {role}",
    "membership.changed": "mudou o papel de uma pessoa para {role}",
    "membership.removed": "retirou o acesso de uma pessoa",
    "file.received": "enviou o arquivo {filename}",
    "file.processed": "terminou de ler um arquivo (novos: {new}, já conhecidos: {known}, "
    "recusados: {rejected})",
    "file.failed": "recusou um arquivo que não pôde ser lido",
    "file.infected": "barrou o arquivo {filename}, em que o antivírus encontrou {signature}",
    "source.created": "criou a entrada automática {name}",
    "source.changed": "alterou a entrada automática {name}",
    "source.removed": "removeu a entrada automática {name}",
    "source.token_made": "gerou um token de avisos para a entrada {name}",
    "source.host_confirmed": "confirmou a chave do servidor da entrada {name}",
    "file.reprocessed": "pediu a releitura de um arquivo",
    "file.reread": "leu de novo um arquivo",
    "file.taken_over": "leu, com o nome {filename}, um arquivo recusado antes em outro pacote",
    "file.renamed": "enviou de novo, com o nome {filename}, um arquivo recusado",
    "reprocessing.requested": "pediu a releitura de {files} arquivo(s)",
    "reprocessing.completed": "concluiu a releitura de {files} arquivo(s)",
    "reprocessing.completed_with_errors": "concluiu, com erros, a releitura de {files} arquivo(s)",
    "reprocessing.failed": "interrompeu uma releitura depois de {files} arquivo(s)",
    "file.forwarded": "encaminhou {notes} nota(s) de um arquivo à empresa {company}",
    "preference.saved": "guardou como se contabilizam as notas do fornecedor {supplier}",
    "document.booked": "disse sob que CFOP se contabiliza uma nota: {cfop}",
    "preference.removed": "removeu a preferência do fornecedor {supplier}",
    "layout.saved": "disse o que são as colunas da tabela {name}",
    "layout.removed": "removeu o leiaute da tabela {name}",
    "run.started": "pediu uma conciliação",
    "run.finished": "concluiu uma conciliação (conciliados: {matched}, a decidir: {partial}, "
    "sem par: {unmatched})",
    "run.failed": "interrompeu uma conciliação depois de {attempts} tentativas",
    "rule.version_saved": "escreveu a versão {version} da regra {name}",
    "rule.enabled": "ligou a versão {version} da regra {name}",
    "rule.disabled": "desligou a regra {name}",
    "rule.forgotten": "esqueceu a regra {name}",
    "rule.moved": "mudou a regra {name} da {from}ª para a {to}ª posição",
    "rule.cut": "deixou uma regra sem efeito: {reason}",
    "thresholds.set": "definiu os limites: conciliar a partir de {accept_at} pontos, sugerir a "
    "partir de {propose_at}",
    "period.closed": "fechou {period}, com {left_open} pendência(s): {reason}",
    "period.reopened": "reabriu {period}: {reason}",
    "match.confirmed": "confirmou uma conciliação de R$ {amount}",
    "match.refused": "disse que um lançamento não tem nota",
    "match.undone": "desfez uma conciliação",
    "match.entered": "criou um lançamento contábil de R$ {amount}: {posting}",
    "line.held": "deixou um lançamento a verificar",
    "line.released": "tirou um lançamento de a verificar",
    "lines.decided": "decidiu {count} lançamento(s) de uma vez, de R$ {amount}",
    "lines.undone": "desfez de uma vez a decisão de {count} lançamento(s)",
    "batch.opened": "abriu um lote de revisão",
    "batch.images_added": "juntou {images} imagem(ns) a um lote",
    "batch.image_added": "enviou a imagem {image}, que faltava em um lote",
    "batch.exported": "exportou um lote na revisão {revision}",
    "batch.replaced": "trocou um lote que ninguém tinha começado por um mais novo",
    "batch.cleaned": "limpou o lote {name}",
    "batch.cleaned_by_retention": "limpou o lote {name} pelo prazo de guarda de {days} dia(s), que "
    "{set_by} definiu",
    "retention.set": "definiu em {days} dia(s) o prazo de guarda dos lotes exportados",
    "retention.removed": "desligou o prazo de guarda dos lotes exportados",
    "card.decided": "decidiu um cartão",
    "card.reopened": "reabriu um cartão",
    "sample.drawn": "sorteou {drawn} de {population} cartão(ões) decidido(s) para segunda leitura",
    "reading.agreed": "releu um cartão sorteado e chegou à mesma resposta",
    "reading.disagreed": "releu um cartão sorteado e chegou a outra resposta: ele foi reaberto",
    "layout.version_saved": "guardou a versão {version} do leiaute {name}",
    "export.started": "pediu uma exportação",
    "export.failed": "não conseguiu concluir uma exportação",
}
DECIMALS = {"amount", "accept_at", "propose_at"}
NOUNS = {
    "organizations.organization": "Empresa",
    "organizations.membership": "Acesso",
    "organizations.user": "Usuário",
    "ingestion.sourcefile": "Arquivo",
    "ingestion.source": "Entrada automática",
    "ingestion.document": "Documento",
    "ingestion.transaction": "Lançamento",
    "ingestion.reprocessing": "Releitura",
    "ingestion.supplierpreference": "Preferência de fornecedor",
    "ingestion.tablelayout": "Leiaute de tabela",
    "reconciliation.run": "Execução",
    "reconciliation.reconciliation": "Conciliação",
    "reconciliation.closing": "Fechamento",
    "reconciliation.rule": "Regra",
    "reconciliation.thresholds": "Limites",
    "reconciliation.acceptance": "Aceite de sugestões",
    "audits.batch": "Lote",
    "audits.card": "Cartão",
    "audits.export": "Exportação",
    "audits.closingrecord": "Encerramento",
    "audits.retention": "Prazo de guarda",
    "audits.layoutversion": "Leiaute de lotes",
    "audits.sample": "Amostra",
    "audits.secondreading": "Segunda leitura",
}


def tell(entry: AuditLog) -> str:
    """`Ana Prado enviou o arquivo notas.zip.`; an act without words is named by its code."""
    who = entry.actor.name if entry.actor else "O sistema"
    phrase = ACTS.get(entry.action)
    if phrase is None:
        return f"{who}: {entry.action}."
    return f"{who} {phrase.format_map(values_of(entry.diff))}."


def values_of(diff: dict[str, Any]) -> defaultdict[str, str]:
    """The facts of an act as text; a change shows what it became, a missing fact a dash."""
    told: defaultdict[str, str] = defaultdict(lambda: "—")
    for name, value in diff.items():
        after = value[-1] if isinstance(value, list) and value else value
        told[name] = "—" if after is None else str(after)
    if told["role"] in Role.values:
        told["role"] = str(Role(told["role"]).label)
    for name in DECIMALS & diff.keys():
        told[name] = told[name].replace(".", ",")
    return told


def noun(entry: AuditLog) -> str:
    return NOUNS.get(entry.entity_type, entry.entity_type)
