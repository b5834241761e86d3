"""Who may do what: a contract, everything that contradicts it tried for real, and findings that reproduce themselves."""

from pgproof.access.contract.model import Contract
from pgproof.access.contract.reader import UNKNOWN_USER, contract_of, read_contract
from pgproof.access.judging.matrix import MatrixCell
from pgproof.access.measuring.measure_lock import measured_lock
from pgproof.access.suite import AccessReport, run
from pgproof.access.world.mistakes import without_unknown

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
