"""CNPJ and CPF for tests: invented roots with the right check digits."""

from stdnum.br import cnpj as cnpj_number
from stdnum.br import cpf as cpf_number


def cnpj(number: int, *, branch: int = 1) -> str:
    root = f"{number:08d}{branch:04d}"
    return root + str(cnpj_number.calc_check_digits(root))


def cpf(number: int) -> str:
    root = f"{number:09d}"
    return next(text for end in range(100) if cpf_number.is_valid(text := f"{root}{end:02d}"))
