"""The verifier that travels with a package: one file that any Python runs, and how to use it.

It is the code that checks packages here, put into a `.pyz`. Nothing in it depends on the day or
the machine it was made on, so the same version of the product makes the same bytes.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

VERIFIER = "verificar.pyz"
README = "LEIA-ME.txt"
MODULES = ("tables", "corrections", "manifest", "manifest_proof", "manifest_check")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP can tell
MAIN = """\
import sys
from pathlib import Path

from audits.manifest_check import main

sys.exit(main(here=Path(sys.argv[0]).resolve().parent))
"""
TOLD = """\
DOSSIÊ DE EXPORTAÇÃO

Lote:     {name}
Empresa:  {organization}
Revisão:  {revision}

O que há aqui

  {original}
      o arquivo de origem, intocado
  {corrected}
      o mesmo arquivo com as correções, e nenhuma outra mudança
  {manifest}
      quem exportou, quando, o hash dos dois arquivos e cada correção, com
      autor, antes, depois, data e motivo
  revisoes/
      os manifestos das revisões anteriores; cada manifesto cita o hash do anterior
  SHA256SUMS
      o hash de cada arquivo desta pasta
  verificar.pyz
      o verificador; precisa só de Python 3.11 ou mais novo, sem internet e sem o sistema

Como conferir

  1. Os arquivos são os que foram entregues (Linux, macOS):

         sha256sum -c SHA256SUMS

     No Windows, compare cada linha de SHA256SUMS com:

         certutil -hashfile NOME_DO_ARQUIVO SHA256

  2. As correções do manifesto, e só elas, fazem do original o corrigido, e a corrente de
     revisões está inteira:

         python3 verificar.pyz

     No Windows: py verificar.pyz. Ele diz em frases o que confere e o que não confere, e
     termina com 0 quando tudo confere e com 1 quando não.

Quem não confia no verificador que veio no pacote pode usar o do sistema:

         manage.py verify_export PASTA_OU_ZIP
"""


@cache
def verifier() -> bytes:
    """The bytes of `verificar.pyz`."""
    content = BytesIO(b"#!/usr/bin/env python3\n")
    content.seek(0, 2)
    sources = {f"audits/{name}.py": files("audits").joinpath(f"{name}.py") for name in MODULES}
    with ZipFile(content, "a", ZIP_STORED) as archive:
        archive.writestr(ZipInfo("__main__.py", EPOCH), MAIN)
        archive.writestr(ZipInfo("audits/__init__.py", EPOCH), "")
        for name, source in sources.items():
            archive.writestr(ZipInfo(name, EPOCH), source.read_bytes())
    return content.getvalue()


def readme(**named: object) -> bytes:
    """The text that explains a package to whoever opens it; Windows reads its line ends too."""
    return TOLD.format(**named).replace("\n", "\r\n").encode()
