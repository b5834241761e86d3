"""The HTML page: what it says and links, that nothing in it can break out, and that it fits a phone and paper."""

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pgproof.finding import Finding
from pgproof.report import FORMATS, MatrixCell, ProjectReport, Step

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LEAK = Finding(
    rule="leak-select",
    subject="user on public.notes",
    expected="select by user: where owner = :id",
    observed="user a could read 2",
    remedy="narrow the policy",
    path=Path("sql/demo/access.toml"),
    line=7,
    reproduction="begin;\nselect 1;\nrollback;",
)
CELLS = (
    MatrixCell("public.notes", "select", "user", "owner = :id", "leak", 4, 7),
    MatrixCell("public.notes", "select", "nobody", "", "ok", 1, 6),
    MatrixCell("public.notes", "insert", "user", "owner = :id", "ok", 18, 8),
    MatrixCell("public.notes", "insert", "nobody", "", "not-exercised", 0),
    MatrixCell("public.tags", "select", "user", "true", "locked-out", 3, 12),
    MatrixCell("public.tags", "select", "nobody", "true", "error", 3, 13),
)
REPORT = ProjectReport(
    "demo", "embedded", "18.6", "platform plain", findings=(LEAK,), matrix=CELLS,
    steps=(Step("apply", "2 migrations applied"), Step("seed", "no seed data", "not run")),
)  # fmt: skip
HOSTILE = """<script>alert(1)</script>"'&<img src=x onerror=alert(1)></details>\0\x1b"""
LONG = "a_name_that_goes_on_and_on_" * 12


class Page(HTMLParser):
    """Every element with its attributes, and the text of the body; an element closed out of turn is a fault."""

    VOID = ("meta", "img")

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self.faults, self.open = [], "", [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def attributes(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def page_of(*reports):
    return FORMATS["html"](reports)


def with_words(word):
    """A report that has ``word`` wherever a project can put words of its own."""
    texts = dict.fromkeys(("subject", "expected", "observed", "remedy", "reproduction", "rule"), word)
    cells = tuple(
        replace(each, relation=word, actor=f"{each.actor} {word}", condition=each.condition and word)
        for each in CELLS
    )
    return ProjectReport(
        word, word, word, word, (word,), (word,), (word,), (Step(word, word),),
        (replace(LEAK, path=Path(word.replace("\0", "")), **texts),), word, cells,
    )  # fmt: skip


def test_the_body_reads_as_it_should(snapshot):
    assert page_of(REPORT).split("</style>")[1] == snapshot


def test_every_cell_shows_its_verdict_as_class_symbol_and_word():
    page = page_of(REPORT)
    shown = re.findall(r'<td class="([\w-]+)"><a href="[^"]+" title="([^"]+)"><span[^>]*>(.)</span>', page)
    assert shown == [
        ("leak", "user, select, public.notes: leak", "✗"),
        ("closed", "nobody, select, public.notes: not allowed", "–"),
        ("ok", "user, insert, public.notes: ok", "✓"),
        ("not-exercised", "nobody, insert, public.notes: not exercised", "?"),
        ("locked-out", "user, select, public.tags: locked out", "⊘"),
        ("error", "nobody, select, public.tags: error", "!"),
    ]


def test_colours_are_not_alone_in_telling_verdicts_apart():
    shown = re.findall(r'<td class="([\w-]+)"><a [^>]*><span aria-hidden="true">(.)</span>', page_of(REPORT))
    assert len({symbol for _, symbol in shown}) == len({kind for kind, _ in shown}) == len(CELLS)


def test_a_cell_that_a_project_does_not_have_stays_empty():
    page = page_of(replace(REPORT, matrix=CELLS[:-1]))
    assert page.count("<td></td>") == 1


def test_every_link_leads_to_one_place_on_the_page():
    page = Page(page_of(REPORT, replace(REPORT, name="other")))
    places = Counter(page.attributes("id"))
    assert set(places.values()) == {1}
    links = page.attributes("href")
    assert len(links) > 2 * len(CELLS)
    assert {link.removeprefix("#") for link in links} <= set(places)


def test_a_cell_that_leaks_leads_to_its_finding_and_others_do_not():
    page = page_of(REPORT)
    assert re.findall(rf'<p id="([\w-]+)">.*href="#p0-{LEAK.key}"', page) == ["p0-r0-c0"]


def test_hostile_words_stay_words():
    page = Page(page_of(with_words(HOSTILE)))
    assert page.faults == []
    assert page.open == []
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["script"] == tags["img"] == 0
    assert tags == Counter(tag for tag, _ in Page(page_of(with_words("harmless"))).elements)
    shown = HOSTILE.replace("\0", "\ufffd").replace("\x1b", "\ufffd")
    assert page.text.count(shown) > 15
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_nothing_is_loaded_and_nothing_runs():
    page = page_of(REPORT)
    assert not Page(page).attributes("src")
    assert all(link.startswith("#") for link in Page(page).attributes("href"))
    style = page.split("<style>")[1].split("</style>")[0]
    assert "@import" not in style
    assert "url(" not in style
    assert "default-src 'none'" in page


def test_a_real_run_fills_the_matrix_and_leads_from_its_leaks_to_the_findings(pgproof, tmp_path):
    target = tmp_path / "report.html"
    done = pgproof("check", ROOT / "fixtures" / "shop", "--format", "html", "-o", target)
    assert done.returncode == 1
    page = target.read_text("utf-8")
    assert "user, select, public.notes: leak" in page
    assert "user, insert, public.notes: ok" in page
    entry = re.search(r'<p id="[\w-]+">.*leak</span> select by user:.*', page)[0]
    assert re.search(r'href="#p0-leak-select-\w+"', entry)


# A window of Chromium cannot be as narrow as a phone; a frame can, and it needs no script in the page itself.
FRAME = """<!DOCTYPE html>
<iframe width="{width}" height="800" style="border: 0" srcdoc="{page}"></iframe>
<script>
window.onload = () => {{
    const page = document.querySelector("iframe").contentDocument;
    for (const each of page.querySelectorAll("details")) each.open = true;
    const box = page.querySelector(".scroll");
    document.title = [page.documentElement.scrollWidth, box.clientWidth, box.scrollWidth].join(" ");
}};
</script>
"""


@pytest.fixture
def measured(tmp_path):
    """The widths of a page in a frame: ``(page, box of the matrix, matrix)`` in CSS pixels."""
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH to lay the page out")

    def measured_(page, width):
        frame = tmp_path / "frame.html"
        frame.write_text(FRAME.format(width=width, page=escape(page)), "utf-8")
        command = [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--hide-scrollbars", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", frame.as_uri()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return tuple(int(each) for each in re.search(r"<title>([\d ]+)</title>", done.stdout)[1].split())

    return measured_


def crowded(word):
    """A report with more actors than a phone can show."""
    cells = tuple(replace(CELLS[0], actor=f"actor_number_{number}") for number in range(20))
    return replace(with_words(word), matrix=(*cells, *with_words(word).matrix))


@pytest.mark.parametrize("word", ["words", LONG], ids=["usual", "long"])
def test_a_phone_scrolls_the_matrix_and_never_the_page(measured, word):
    page, box, matrix = measured(page_of(crowded(word)), 390)
    assert page == 390
    assert box < matrix


def test_paper_shows_the_whole_matrix(measured):
    printed = page_of(crowded("words")).replace("@media print", "@media screen")
    page, box, matrix = measured(printed, 703)  # A4 without its margins, in CSS pixels
    assert page == 703
    assert matrix == box


def test_a_page_that_is_too_wide_is_seen(measured):
    broken = page_of(crowded("words")).replace("overflow-x: auto; max-width: 100%;", "")
    page, *_ = measured(broken, 390)
    assert page > 390
