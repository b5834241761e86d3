"""The language of CHECKs, index predicates and generated columns: text to tree and back."""
