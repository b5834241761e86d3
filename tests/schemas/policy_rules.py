"""House rules about what policies cost, as queries on the applied database (see `catalog_rules`)."""

from __future__ import annotations

from .catalog_rules import CatalogRule

# Columns of other tables by which rows are looked up, in policies or in the functions that policies call: what is
# compared by = with something that is no constant. An index serves if it leads to the column by such columns only.
LOOKED_UP_WITHOUT_INDEX = r"""
with looked_in as (
    select code.name, code.text, r.oid, coalesce(f[2], r.relname) as alias
    from ({code}) as code (name, text)
    cross join regexp_matches(
        code.text,
        '\m(?:from|join) \(*([\w.]+)(?: (?:as )?(?!(?:where|on|inner|left|join|cross|group|order|limit)\M)(\w+))?',
        'gi'
    ) as f
    join own_relations as r on r.oid = to_regclass(f[1])
),
looked_up as (
    select distinct l.name, l.oid, a.attnum, a.attname
    from looked_in as l
    cross join regexp_matches(
        l.text, format('\m%1$s\.(\w+) = (?!''|true|false|\d)|\m(?:\w+\.)?\w+ = %1$s\.(\w+)', l.alias), 'gi'
    ) as c
    join pg_attribute as a on a.attrelid = l.oid and a.attname = coalesce(c[1], c[2])
)
select format('%s, column %s of %s', u.name, u.attname, u.oid::regclass)
from looked_up as u
where not exists (
    select from pg_index as i
    where i.indrelid = u.oid and i.indisvalid and i.indpred is null and u.attnum = any (i.indkey)
        and not exists (
            select from unnest(i.indkey) with ordinality as k (attnum, place)
            where k.place < (select min(o.place) from unnest(i.indkey) with ordinality as o (attnum, place)
                    where o.attnum = u.attnum)
                and k.attnum not in (select b.attnum from looked_up as b where b.name = u.name and b.oid = u.oid)
        )
)"""

CALLED_BY_POLICIES = """
select distinct f.oid, f.oid::regprocedure::text as name, f.prosrc, f.prolang, f.prosecdef, f.proconfig
from own_policies as p
join pg_depend as d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_proc'::regclass
join own_functions as o on o.oid = d.refobjid
join pg_proc as f on f.oid = o.oid"""

POLICY_RULES = (
    CatalogRule(
        "what_a_policy_looks_up_in_another_table_is_indexed",
        LOOKED_UP_WITHOUT_INDEX.replace("{code}", "select p.name, p.conditions from own_policies as p"),
        loud="""alter table public.sessions add column reader_id uuid;
        create policy select_read on public.rituals for select to authenticated using (exists (
            select from public.sessions as s where s.user_id = rituals.user_id and s.reader_id = (select auth.uid())
        ))""",
        quiet="""alter table public.sessions add column reader_id uuid;
        create index sessions_user_id_reader_id_idx on public.sessions (user_id, reader_id);
        create policy select_read on public.rituals for select to authenticated using (exists (
            select from public.sessions as s
            where s.user_id = rituals.user_id and s.reader_id = (select auth.uid()) and s.theme = 'forest'
        ))""",
    ),
    CatalogRule(
        "what_the_helpers_of_policies_look_up_is_indexed",
        LOOKED_UP_WITHOUT_INDEX.replace(
            "{code}", f"select c.name, c.prosrc from ({CALLED_BY_POLICIES}) as c"
        ),
        loud="""create function private.themes() returns text[] language plpgsql stable as $body$ begin
            return array(select s.theme from public.sessions as s where s.prompt = (select auth.email())); end $body$;
        create policy select_themes on public.rituals for select to authenticated
        using (name = any ((select private.themes())::text[]))""",
        quiet="""create function private.themes() returns text[] language plpgsql stable as $body$ begin
            return array(select s.theme from public.sessions as s where s.user_id = (select auth.uid())); end $body$;
        create policy select_themes on public.rituals for select to authenticated
        using (name = any ((select private.themes())::text[]))""",
    ),
    CatalogRule(
        "the_helpers_of_policies_keep_their_plan",
        # A function in SQL that is not inlined is planned anew in every statement before PostgreSQL 18.
        f"""select c.name from ({CALLED_BY_POLICIES}) as c join pg_language as l on l.oid = c.prolang
        where l.lanname = 'sql' and (c.prosecdef or c.proconfig is not null)""",
        loud="""create function private.me() returns uuid language sql stable set search_path = ''
        as 'select auth.uid()';
        create policy select_me on public.profiles for select to authenticated using (id = (select private.me()))""",
        quiet="""create function private.me() returns uuid language sql stable as 'select auth.uid()';
        create policy select_me on public.profiles for select to authenticated using (id = (select private.me()))""",
    ),
)
