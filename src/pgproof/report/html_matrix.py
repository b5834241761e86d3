"""The matrix of the HTML report: relations and commands down, actors across, a verdict per cell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pgproof.finding import Finding
from pgproof.report.html_text import folded, mark, text
from pgproof.report.model import MatrixCell

# class, symbol, word: colours help, symbols and words decide.
LOOKS = {
    "ok": ("ok", "✓", "ok"),
    "closed": ("closed", "–", "not allowed"),
    "leak": ("leak", "✗", "leak"),
    "locked-out": ("locked-out", "⊘", "locked out"),
    "error": ("error", "!", "error"),
    "not-exercised": ("not-exercised", "?", "not exercised"),
}


def matrix_html(cells: Sequence[MatrixCell], findings: Sequence[Finding], prefix: str) -> str:
    """The table, its legend, and for every relation what stands behind its cells; ``prefix`` begins the anchors."""
    actors = list(dict.fromkeys(each.actor for each in cells))
    relations = [(name, list(group)) for name, group in groupby(cells, lambda each: each.relation)]
    heads = "".join(f'<th scope="col">{text(actor)}</th>' for actor in actors)
    bodies = "".join(
        _body(name, group, actors, f"{prefix}-r{number}") for number, (name, group) in enumerate(relations)
    )
    details = "".join(
        _details(name, group, findings, prefix, number) for number, (name, group) in enumerate(relations)
    )
    table = f'<table class="matrix"><thead><tr><th scope="col">may</th>{heads}</tr></thead>{bodies}</table>'
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="matrix">{table}</div>'
    return f"<h3>Who may do what</h3>\n{_legend(cells)}\n{box}\n<h3>Cell by cell</h3>\n{details}"


def look(cell: MatrixCell) -> tuple[str, str, str]:
    """Class, symbol and word. A cell that allows nothing, and where nothing got through, is not allowed."""
    return LOOKS["closed" if cell.verdict == "ok" and not cell.condition else cell.verdict]


def about(cell: MatrixCell, finding: Finding) -> bool:
    """Whether a finding names the actor, the relation and the command of a cell as words."""
    said = f" {finding.rule.replace('-', ' ')} {finding.subject} "
    return all(f" {word} " in said for word in (cell.actor, cell.relation, cell.command))


def _legend(cells: Sequence[MatrixCell]) -> str:
    present = [look(each) for each in cells]
    entries = (
        f"<li>{mark(kind, symbol)} {word} ({present.count((kind, symbol, word))})</li>"
        for kind, symbol, word in LOOKS.values()
        if (kind, symbol, word) in present
    )
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _body(relation: str, cells: Sequence[MatrixCell], actors: Sequence[str], anchor: str) -> str:
    name = f'<a href="#{anchor}"><span>{text(relation)}</span></a>'
    width = len(actors) + 1
    rows = [f'<tr><th class="relation" scope="rowgroup" colspan="{width}">{name}</th></tr>']
    place = {(each.command, each.actor): (number, each) for number, each in enumerate(cells)}
    for command in dict.fromkeys(each.command for each in cells):
        row = "".join(
            _cell(*place[command, actor], anchor) if (command, actor) in place else "<td></td>"
            for actor in actors
        )
        rows.append(f'<tr><th scope="row">{text(command)}</th>{row}</tr>')
    return f"<tbody>{''.join(rows)}</tbody>\n"


def _cell(number: int, cell: MatrixCell, anchor: str) -> str:
    kind, symbol, word = look(cell)
    told = text(f"{cell.actor}, {cell.command}, {cell.relation}: {word}")
    link = f'<a href="#{anchor}-c{number}" title="{told}"><span aria-hidden="true">{symbol}</span>'
    return f'<td class="{kind}">{link}<span class="spoken">{told}</span></a></td>'


def _details(
    relation: str, cells: Sequence[MatrixCell], findings: Sequence[Finding], prefix: str, number: int
) -> str:
    anchor = f"{prefix}-r{number}"
    marks = {look(each): None for each in cells if each.verdict != "ok"}
    wrong = " ".join(mark(*each) for each in marks)
    entries = "".join(
        _entry(each, findings, prefix, f"{anchor}-c{place}") for place, each in enumerate(cells)
    )
    return folded(f"{text(relation)} {wrong}", entries, anchor)


def _entry(cell: MatrixCell, findings: Sequence[Finding], prefix: str, anchor: str) -> str:
    allowed = f"where {cell.condition}" if cell.condition else "nothing"
    place = f"contract line {cell.line}, " if cell.line else ""
    tried = f"{place}{cell.attempts} {'attempt' if cell.attempts == 1 else 'attempts'}"
    told = f'<span class="told">{text(allowed)}</span> <span class="faint">{tried}</span>'
    wrong = [] if cell.verdict == "ok" else [each for each in findings if about(cell, each)]
    links = "".join(f' <a href="#{prefix}-{text(each.key)}">{text(each.key)}</a>' for each in wrong)
    heading = f"{mark(*look(cell))} {text(cell.command)} by {text(cell.actor)}:"
    return f'<p id="{anchor}">{heading} {told}{links}</p>\n'
