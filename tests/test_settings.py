import pytest

from pgproof.errors import UsageError
from pgproof.settings import read


def test_the_environment_overrides_the_file(make_project):
    folder = make_project({"pgproof.toml": '[project]\nprivileges = "classic"\nextensions = ["vector"]\n'})
    found = read(folder, {"PGPROOF_PRIVILEGES": "explicit", "PGPROOF_EXTENSIONS": "pg_cron, citext"})
    assert (found.privileges, found.extensions) == ("explicit", ("pg_cron", "citext"))


def test_pyproject_holds_settings_too_and_yields_to_the_file_of_its_own(make_project):
    folder = make_project({"pyproject.toml": '[tool.pgproof.project]\nname = "from pyproject"\n'})
    assert read(folder, {}).name == "from pyproject"
    (folder / "pgproof.toml").write_text('[project]\nname = "own"\n')
    assert read(folder, {}).name == "own"


def test_nothing_said_means_the_defaults(make_project):
    found = read(make_project({}), {})
    assert (found.server, found.platform, found.privileges, found.source) == (
        "embedded",
        None,
        "both",
        None,
    )


@pytest.mark.parametrize(("text", "value"), [("1", True), ("true", True), ("no", False)])
def test_a_switch_reads_the_usual_words(make_project, text, value):
    assert read(make_project({}), {"PGPROOF_ALLOW_URL": text}).allow_url is value


def test_another_word_for_a_switch_is_refused(make_project):
    with pytest.raises(UsageError, match="PGPROOF_ALLOW_URL is 'maybe'; expected true or false"):
        read(make_project({}), {"PGPROOF_ALLOW_URL": "maybe"})
