"""``pgproof init``: a contract drafted by measuring, which the check accepts, and in which a leak is plain to see."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pgproof.access import read_contract
from pgproof.access.measuring.draft import nearest
from pgproof.access.measuring.rule import equal, flag, happened, never
from pgproof.access.measuring.rules import fits, narrowed
from pgproof.access.measuring.trials import Trial
from pgproof.conductor import bench, check, drafting
from pgproof.errors import UsageError

SHOP = Path(__file__).parents[2] / "fixtures" / "shop"
ROLES = """\
create type public.app_role as enum ('admin', 'moderator', 'user');
create table public.user_roles (
    user_id uuid not null references auth.users (id) on delete cascade,
    role public.app_role not null,
    unique (user_id, role)
);
create table public.profiles (
    id uuid primary key references auth.users (id) on delete cascade, full_name text, is_staff boolean not null default false
);
create table public.notes (id uuid primary key default gen_random_uuid(), owner uuid not null references auth.users (id));
alter table public.user_roles enable row level security;
alter table public.profiles enable row level security;
alter table public.notes enable row level security;
create function public.has_role(_user uuid, _role public.app_role) returns boolean
language sql stable security definer set search_path = '' as $$
select exists (select from public.user_roles as r where r.user_id = _user and r.role = _role)
$$;
create policy "Own notes, and all for admins" on public.notes for select to authenticated
using (owner = auth.uid() or public.has_role(auth.uid(), 'admin'));
create policy "Own profile" on public.profiles for select to authenticated using (id = auth.uid());
create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, full_name) values (new.id, new.raw_user_meta_data ->> 'full_name');
  insert into public.user_roles (user_id, role) values (new.id, 'user');
  return new;
end;
$$;
create trigger on_auth_user_created after insert on auth.users
for each row execute function public.handle_new_user();
"""
DUMP = """\
create extension if not exists "pg_graphql" with schema "graphql";
create table public."Posts" (
    id uuid primary key default gen_random_uuid(),
    "authorId" uuid not null references auth.users (id),
    "isPublic" boolean not null,
    "replyTo" uuid references public."Posts" (id) on delete set null
);
alter table public."Posts" enable row level security;
create policy "Own and public posts" on public."Posts" for select to authenticated
using ("isPublic" or "authorId" = (select auth.uid()));
create policy "Own posts go" on public."Posts" for delete to authenticated
using ("authorId" = (select auth.uid()));
create materialized view public.post_counts as
select p."authorId" as author, count(*) as posts from public."Posts" as p group by p."authorId";
revoke all on public.post_counts from anon, authenticated;
grant select on public.post_counts to authenticated;
"""
TEAMS = """\
create table public.teams (id uuid primary key default gen_random_uuid(), name text not null);
create table public.team_members (
    team_id uuid not null references public.teams (id) on delete cascade,
    user_id uuid not null references auth.users (id) on delete cascade,
    is_active boolean not null default true,
    primary key (team_id, user_id)
);
create table public.projects (
    id uuid primary key default gen_random_uuid(),
    team_id uuid not null references public.teams (id),
    title text not null
);
alter table public.teams enable row level security;
alter table public.team_members enable row level security;
alter table public.projects enable row level security;
create schema private;
grant usage on schema private to authenticated;
create function private.my_teams() returns setof uuid language sql stable security definer set search_path = ''
as $$ select m.team_id from public.team_members as m where m.user_id = (select auth.uid()) and m.is_active $$;
create policy "Members see their teams" on public.teams for select to authenticated
using (id in (select private.my_teams()));
create policy "Members see memberships" on public.team_members for select to authenticated
using (team_id in (select private.my_teams()));
create policy "Members see projects" on public.projects for select to authenticated
using (team_id in (select private.my_teams()));
create policy "Members write projects" on public.projects for insert to authenticated
with check (team_id in (select private.my_teams()));
"""
OFFERS = """\
create table public.offers (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id),
    is_locked boolean not null,
    ends_at timestamptz not null
);
alter table public.offers enable row level security;
create policy "Own offers that stand" on public.offers for select to authenticated
using (owner_id = (select auth.uid()) and ends_at > now());
create policy "Own offers that are open" on public.offers for delete to authenticated
using (owner_id = (select auth.uid()) and not is_locked);
"""
OFFERS_SEED = """\
insert into auth.users (id) select md5(n::text)::uuid from generate_series(1, 3) as n;
insert into public.offers (owner_id, is_locked, ends_at)
select u.id, locked, now() + days * interval '1 day'
from auth.users as u, unnest(array[true, false]) as locked, unnest(array[-9, 9]) as days;
"""
VISITS = """\
create table public.visits (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id),
    note text not null,
    is_done boolean not null default false,
    seen_on date not null
);
alter table public.visits enable row level security;
revoke all on public.visits from anon;
create policy "Visits are seen by all" on public.visits for select to authenticated using (true);
create policy "Anybody may do a visit" on public.visits for update to authenticated using (true) with check (true);
create view public.visits_of_today with (security_invoker = true) as
select v.owner_id, v.note from public.visits as v where v.seen_on = current_date;
create view public.visits_to_come with (security_invoker = true) as
select v.owner_id, v.note from public.visits as v where v.seen_on >= current_date;
create function public.keep_note() returns trigger language plpgsql set search_path = '' as $$
begin
    if row_security_active('public.visits') and old.owner_id is distinct from auth.uid() then
        raise exception 'the note is somebody else''s' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger keep_note before update of note on public.visits for each row execute function public.keep_note();
revoke update on public.visits from authenticated;
grant update (note, is_done) on public.visits to authenticated;
"""
VISITS_SEED = """\
insert into auth.users (id) select md5(n::text)::uuid from generate_series(1, 3) as n;
insert into public.visits (owner_id, note, is_done, seen_on)
select u.id, md5(u.id::text || done), done, '2020-01-01' from auth.users as u, unnest(array[true, false]) as done;
"""
CARDS = """\
create table public.cards (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id),
    title text not null,
    front text not null,
    back text not null,
    weight integer not null default 2,
    is_open boolean not null default false,
    due_on date not null default '2020-01-01',
    details jsonb not null default '{"a": 1}',
    badge text not null check (badge in ('gold', 'tin')),
    code text not null unique check (code like 'C%'),
    labels text[] not null
);
alter table public.cards enable row level security;
create policy "Own cards" on public.cards to authenticated using (owner_id = (select auth.uid()));
create function public.keep_cards() returns trigger language plpgsql set search_path = '' as $$
begin
    if row_security_active('public.cards') and (new.badge, new.code) is distinct from (old.badge, old.code) then
        raise exception 'badges and codes are given' using errcode = 'insufficient_privilege';
    end if;
    if row_security_active('public.cards') then
        new.labels := old.labels;
    end if;
    return new;
end $$;
create trigger keep_cards before update on public.cards for each row execute function public.keep_cards();
"""
CARDS_SEED = """\
insert into auth.users (id) select md5(n::text)::uuid from generate_series(1, 3) as n;
insert into public.cards (owner_id, title, front, back, badge, code, labels)
select u.id, 'a', 'b', 'c', badge, 'C' || md5(badge || u.id), array[badge]
from auth.users as u, unnest(array['gold', 'tin']) as badge;
"""
PLANTED = (
    '\ncreate policy "Anybody deletes" on public.projects for delete to anon, authenticated using (true);'
)
PLANTED += (
    '\ncreate policy "Anybody reads" on public.projects for select to anon, authenticated using (true);\n'
)


def drafted(folder: Path) -> str:
    made = drafting.draft(folder, {}, lambda _: None)
    (contract,) = (each for each in made.files if each.name == "access.toml")
    text = contract.read_text("utf-8")
    assert made.lines == len(re.findall("# measured(?:$|:)", text, re.MULTILINE))
    return text


def findings(folder: Path):
    project, server = bench.load(folder)
    return check.check(project, server).findings


def test_a_draft_of_the_shop_is_accepted_but_for_lines_nobody_confirmed_and_shows_its_leaks(tmp_path):
    for name in ("001_notes.sql", "seed.sql"):
        shutil.copy(SHOP / name, tmp_path / name)
    text = drafted(tmp_path)
    assert 'select.stranger = "true"  # measured: every row there is\n' in text
    assert 'insert.user = "owner = :id"  # measured\n' in text
    assert 'becomes.user = "true"  # measured: any row\n' in text
    assert 'holds.nobody = ["references", "trigger", "truncate"]  # measured' in text
    assert "delete." not in text
    found = findings(tmp_path)
    assert [each.rule for each in found if each.severity == "error"] == []
    (notes,) = (each for each in found if each.subject == "relations public.notes")
    assert "# measured" in text.splitlines()[notes.line - 1]
    with pytest.raises(UsageError, match=r"access\.toml exists and init overwrites nothing"):
        drafting.draft(tmp_path, {}, lambda _: None)


def test_a_line_that_is_confirmed_is_warned_of_no_more(tmp_path):
    path = tmp_path / "access.toml"
    text = '[relations."public.notes"]\nselect.nobody = "a"  # measured\ninsert.nobody = "b"\n'
    path.write_text(text, "utf-8")
    assert read_contract(path).measured == {"relations public.notes": (2,)}
    path.write_text(text.replace("  # measured", ""), "utf-8")
    assert read_contract(path).measured == {}


def test_a_supabase_folder_without_rows_gets_rows_and_a_draft_that_is_accepted(make_project):
    folder = make_project({"supabase/migrations/20240101000000_teams.sql": TEAMS})
    text = drafted(folder)
    mine = "in (select d.team_id from public.team_members as d where d.user_id = :id and d.is_active)"
    assert f'select.user = "team_id {mine}"' in text
    assert f'select.user = "id {mine}"' in text
    assert (folder / "supabase" / "access_population.sql").exists()
    assert (folder / "pgproof.toml").exists()
    found = findings(folder)
    assert [each.rule for each in found if each.severity == "error"] == []
    assert "relations public.projects" in {each.subject for each in found if each.rule == "not-confirmed"}


def drafted_once(folder: Path, schema: str) -> tuple[Path, str]:
    """A Supabase project of one migration and the text of its draft, for several tests."""
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "20240101000000_schema.sql").write_text(schema, "utf-8")
    return folder, drafted(folder)


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """A project as dumps write it, drafted: its folder and the text of the draft."""
    return drafted_once(tmp_path_factory.mktemp("dump"), DUMP)


def test_names_that_sql_quotes_are_filled_measured_and_written_as_they_are(dump):
    folder, text = dump
    assert """[relations.'public."Posts"']\n""" in text
    assert """delete.user = '"authorId" = :id'  # measured\n""" in text
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_who_brings_no_value_gets_a_condition_without_one(dump):
    _, text = dump
    assert """select.user = '("authorId" = :id or "isPublic")'  # measured\n""" in text
    assert """select.stranger = '"isPublic"'  # measured\n""" in text


def test_replies_that_lose_what_they_reply_to_were_not_deleted(make_project):
    seed = """
insert into auth.users (id) select md5(n::text)::uuid from generate_series(1, 2) as n;
insert into public."Posts" (id, "authorId", "isPublic", "replyTo") values
(md5('a')::uuid, md5('1')::uuid, true, null),
(md5('b')::uuid, md5('2')::uuid, false, md5('a')::uuid),
(md5('c')::uuid, md5('2')::uuid, true, null);
"""
    folder = make_project(
        {"supabase/migrations/20240101000000_remote_schema.sql": DUMP, "supabase/seed.sql": seed}
    )
    text = drafted(folder)
    assert """delete.user = '"authorId" = :id'  # measured\n""" in text
    assert 'cascade.user = "true"  # measured' in text
    contract = folder / "supabase" / "access.toml"
    contract.write_text(re.sub("cascade.*\n", "", text), "utf-8")
    leaks = [each for each in findings(folder) if each.severity == "error"]
    assert [each.rule for each in leaks] == ["leak-cascade"]
    assert "foreign key" in leaks[0].observed


def test_a_materialized_view_shows_the_rows_that_were_made(dump):
    _, text = dump
    (lines,) = re.findall(r'\[relations."public.post_counts"\]\n((?:\w.*\n)*)', text)
    assert 'select.user = "true"' in lines
    assert "nobody" not in lines


@pytest.fixture(scope="module")
def roles(tmp_path_factory):
    """A project whose users have roles in a table of their own, drafted: its folder and the text of the draft."""
    return drafted_once(tmp_path_factory.mktemp("roles"), ROLES)


def test_users_with_a_role_in_a_table_of_roles_are_a_kind_of_their_own(roles):
    folder, text = roles
    assert 'select.admin = "true"  # measured: every row there is' in text
    assert 'select.moderator = "owner = :id"  # measured' in text
    assert 'select.user = "owner = :id"  # measured' in text
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_a_sign_up_that_makes_everybody_a_user_does_not_make_up_the_population(roles):
    folder, _ = roles
    rows = (folder / "supabase" / "access_population.sql").read_text("utf-8")
    given = re.findall(r"'(admin|moderator|user)'[,)]", rows)
    assert set(given) == {"admin", "moderator", "user"}
    assert len(given) == 15  # half of what ten users and three roles could make


def test_a_power_that_no_policy_asks_for_is_no_kind(roles):
    _, text = roles
    assert "[actors.staff]" not in text
    assert "[actors.admin]" in text


def test_a_flag_that_a_policy_asks_for_is_a_kind(make_project):
    schema = """
create table public.profiles (id uuid primary key references auth.users (id), is_staff boolean not null default false);
alter table public.profiles enable row level security;
create function public.is_staff() returns boolean language sql stable security definer set search_path = '' as $$
select exists (select from public.profiles as s where s.id = auth.uid() and s.is_staff)
$$;
create policy "Own profile, and all for staff" on public.profiles for select to authenticated
using (id = auth.uid() or public.is_staff());
"""
    text = drafted(make_project({"supabase/migrations/20240101000000_staff.sql": schema}))
    assert 'select.staff = "true"  # measured: every row there is' in text
    assert 'select.user = "id = :id"  # measured' in text


def test_profiles_that_a_sign_up_makes_are_nobodys_to_make_again(make_project):
    profiles = """
create table public.profiles (id uuid primary key references auth.users (id) on delete cascade, email text unique);
alter table public.profiles enable row level security;
create policy "Own profile" on public.profiles for select to authenticated using (id = (select auth.uid()));
create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.profiles (id, email) values (new.id, new.email);
    return new;
end;
$$;
create trigger on_auth_user_created after insert on auth.users
for each row execute function public.handle_new_user();
"""
    folder = make_project({"supabase/migrations/20240101000000_profiles.sql": profiles})
    assert 'select.user = "id = :id"  # measured' in drafted(folder)
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


@pytest.mark.parametrize(
    ("column", "asked"),
    [("accepted_at timestamptz", "accepted_at is not null"), ("left_on date", "left_on is null")],
)
def test_members_who_never_accepted_or_have_left_are_told_apart_by_the_moment(make_project, column, asked):
    schema = TEAMS.replace("is_active boolean not null default true", column).replace(
        "m.is_active", f"m.{asked}"
    )
    folder = make_project({"supabase/migrations/20240101000000_teams.sql": schema})
    mine = f"in (select d.team_id from public.team_members as d where d.user_id = :id and d.{asked})"
    assert f'select.user = "team_id {mine}"  # measured\n' in drafted(folder)
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_a_planted_leak_is_an_obviously_wrong_line(make_project):
    folder = make_project({"supabase/migrations/20240101000000_teams.sql": TEAMS + PLANTED})
    table = drafted(folder).split('[relations."public.projects"]')[1].split("[relations")[0]
    for actor in ("user", "nobody", "stranger"):
        for command in ("select", "delete"):
            assert f'{command}.{actor} = "true"  # measured: every row there is\n' in table
    assert 'insert.user = "team_id in (select d.team_id' in table
    assert "insert.nobody" not in table


def test_a_project_for_plain_postgresql_is_not_guessed_about(make_project):
    folder = make_project({"001_t.sql": "create table public.t ();"})
    with pytest.raises(UsageError, match="init knows the users of Supabase alone"):
        drafting.draft(folder, {}, lambda _: None)


@pytest.mark.parametrize(
    ("done", "said", "missed"),
    [
        ((True, True, False), "owner = :id", 0),
        ((True, False, True), "is_public", 0),
        ((True, False, False), "owner = :id", 1),
        ((False, False, True), "is_public", 1),
    ],
)
def test_the_first_rule_that_is_wrong_least_often_is_taken(done, said, missed):
    rows = (
        {"owner": "a", "is_public": True},
        {"owner": "a", "is_public": False},
        {"owner": "b", "is_public": True},
    )
    trials = [Trial({"id": "a"}, row, reached) for row, reached in zip(rows, done, strict=True)]
    rule, wrong = nearest([equal("owner", "id"), flag("is_public")], trials)
    assert (rule.text, wrong) == (said, missed)


@pytest.mark.parametrize("rule", [happened("left_on"), never("left_on")])
def test_a_moment_that_came_and_one_that_did_not_are_two_rules(rule):
    came = rule.text == "left_on is not null"
    assert [rule.holds(row, {}) for row in ({"left_on": "2026-01-01"}, {"left_on": None})] == [came, not came]


def test_the_readme_leads_from_a_draft_to_a_first_finding(tmp_path):
    for name in ("001_notes.sql", "seed.sql"):
        shutil.copy(SHOP / name, tmp_path / name)
    text = drafted(tmp_path)
    readme = (SHOP.parents[1] / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n((?:(?!```)[\s\S])*?# measured[\s\S]*?)```", readme)
    assert all(line.strip() in text for line in shown.splitlines())
    stranger = 'select.stranger = "true"  # measured: every row there is\n'
    meant = text.replace(stranger, "").replace(
        'select.user = "true"  # measured: every row there is', 'select.user = "owner = :id"'
    )
    (tmp_path / "access.toml").write_text(meant, "utf-8")
    found = {(each.rule, each.subject) for each in findings(tmp_path) if each.severity == "error"}
    assert found == {("leak-select", "user on public.notes"), ("leak-select", "stranger on public.notes")}


def test_a_rule_that_holds_for_nothing_that_was_reached_is_no_rule_however_few_were():
    rows = [{"owner": "a"}, {"owner": "b"}, {"owner": "c"}]
    trials = [
        Trial({"id": "z"}, row, reached) for row, reached in zip(rows, (True, False, False), strict=True)
    ]
    assert nearest([equal("owner", "id")], trials) == (None, 2)


def test_two_conditions_are_drafted_where_each_holds_for_all_that_was_reached(make_project):
    files = {"supabase/migrations/20240101000000_offers.sql": OFFERS, "supabase/seed.sql": OFFERS_SEED}
    text = drafted(make_project(files))
    assert 'select.user = "owner_id = :id and ends_at > now()"' in text
    assert 'delete.user = "owner_id = :id and not is_locked"' in text


@pytest.mark.parametrize(
    "name", ["advent_calendar", "ai_assistant", "dream_flow", "sleep_prediction_cache", "travel_booking"]
)
def test_a_draft_of_each_schema_is_accepted_but_for_lines_nobody_confirmed(tmp_path, name):
    folder = tmp_path / name
    kept = shutil.ignore_patterns("access*")
    shutil.copytree(SHOP.parents[1] / "sql" / name, folder, ignore=kept)
    drafted(folder)
    assert {each.rule for each in findings(folder) if each.severity == "error"} == set()


def visits(make_project) -> Path:
    files = {
        "supabase/migrations/20240101000000_visits.sql": VISITS,
        "supabase/seed.sql": VISITS_SEED,
    }
    return make_project(files)


def test_columns_that_a_trigger_keeps_to_the_owner_are_drafted_apart_from_those_that_everybody_sets(
    make_project,
):
    folder = visits(make_project)
    text = drafted(folder)
    assert (
        'update.user = [{ where = "owner_id = :id", columns = ["note"] }, '
        '{ where = "true", columns = ["is_done"] }]  # measured'
    ) in text
    assert 'update.stranger = { where = "true", columns = ["is_done"] }  # measured' in text
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_every_column_is_tried_by_itself_also_those_of_few_words_of_unique_ones_and_those_quietly_kept(
    make_project,
):
    folder = make_project(
        {"supabase/migrations/20240101000000_cards.sql": CARDS, "supabase/seed.sql": CARDS_SEED}
    )
    (said,) = (each for each in drafted(folder).splitlines() if each.startswith("update.user"))
    assert said == (
        'update.user = { where = "owner_id = :id", columns = ["id", "owner_id", "title", "front", "back", "weight", '
        '"is_open", "due_on", "details"] }  # measured'
    )
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_columns_by_row_and_what_a_row_may_become_are_drafted_as_the_policies_and_triggers_have_it(tmp_path):
    folder = tmp_path / "ai_assistant"
    shutil.copytree(
        SHOP.parents[1] / "sql" / "ai_assistant", folder, ignore=shutil.ignore_patterns("access*")
    )
    users = drafted(folder).split('[relations."public.users"]')[1].split("[functions")[0]
    assert (
        'update.admin = [{ where = "id = :user_id", columns = ["name", "preferences"] }, '
        '{ where = "tenant_id = :tenant_id", columns = ["is_active"] }]  # measured'
    ) in users
    assert 'update.user = { where = "id = :user_id", columns = ["name", "preferences"] }  # measured' in users
    assert "becomes" not in users


def test_a_view_of_today_gets_rows_that_are_of_today_whenever_the_population_is_made(make_project):
    folder = visits(make_project)
    assert 'select.user = "true"  # measured: every row there is' in drafted(folder)
    script = (folder / "supabase" / "access_population.sql").read_text("utf-8")
    assert "(now() at time zone 'utc')::date" in script
    assert script.count('insert into "public"."visits"') == 1
    assert [each.rule for each in findings(folder) if each.severity == "error"] == []


def test_three_conditions_are_put_together_where_two_leave_something_that_was_not_reached():
    told = [
        ({"a": a, "b": b, "c": c}, {"id": "x"}, a == b == c == "x") for a in "xy" for b in "xy" for c in "xy"
    ]
    (rule,) = narrowed([equal(name, "id") for name in "abc"], told)
    assert (rule.text, fits(rule, told)) == ("a = :id and b = :id and c = :id", True)
    assert not any(rule.holds(row, values) for row, values, done in told if not done)
    assert list(narrowed([equal(name, "id") for name in "ab"], told)) == []
