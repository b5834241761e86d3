"""Verdicts -> findings: the layer that decided, the object to change, a script that shows it again."""
