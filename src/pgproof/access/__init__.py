"""Who may do what: a contract, everything that contradicts it tried for real, and findings that reproduce themselves."""

from pgproof.access.contract import Contract
from pgproof.access.contract_file import UNKNOWN_USER, contract_of, read_contract
from pgproof.access.matrix import MatrixCell
from pgproof.access.measure_lock import measured_lock
from pgproof.access.mistakes import without_unknown
from pgproof.access.suite import AccessReport, run

__all__ = [
    "UNKNOWN_USER",
    "AccessReport",
    "Contract",
    "MatrixCell",
    "contract_of",
    "measured_lock",
    "read_contract",
    "run",
    "without_unknown",
]
