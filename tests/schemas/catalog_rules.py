"""House rules that the applied database shows. Each is a query that returns what breaks it.

Every rule carries a mistake that it must find and a near miss that it must leave alone; both are tried on
dream_flow. `OWN_OBJECTS` has to run first: temporary views of what the project itself has made.
"""

from __future__ import annotations

from dataclasses import dataclass

# Where platform and extensions live; a project's policies there (on storage.objects, say) are still its own.
OWN_OBJECTS = """
create temp view own_schemas as
select n.oid, n.nspname
from pg_namespace as n
where n.nspname !~ '^pg_' and n.nspname not in (
    'information_schema', 'auth', 'cron', 'extensions', 'graphql', 'graphql_public', 'net', 'pgproof',
    'pgsodium', 'realtime', 'storage', 'supabase_functions', 'supabase_migrations', 'vault'
);

create temp view own_relations as
select c.oid, c.relname, c.relkind, c.relispartition, s.nspname, format('%s.%s', s.nspname, c.relname) as name
from pg_class as c
join own_schemas as s on s.oid = c.relnamespace
where not exists (select from pg_depend as d where d.objid = c.oid and d.deptype = 'e');

create temp view own_functions as
select p.oid, p.prosecdef, p.proacl, p.proowner, p.proconfig, p.oid::regprocedure::text as name
from pg_proc as p
join own_schemas as s on s.oid = p.pronamespace
where not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e');

create temp view own_policies as
select p.oid, p.polname, p.polcmd, p.polpermissive, p.polroles, p.polwithcheck,
    format('%s: %s', c.oid::regclass, p.polname) as name,
    concat(pg_get_expr(p.polqual, c.oid), ' ', pg_get_expr(p.polwithcheck, c.oid)) as conditions
from pg_policy as p
join pg_class as c on c.oid = p.polrelid
where not exists (select from pg_depend as d where d.objid = c.oid and d.deptype = 'e');
"""

# What is published is for whoever has its link: such a function takes nothing but the link, which is the permission.
# tests/schemas/advent_calendar proves that it says nothing else.
TAKES_A_LINK = """(
    oid::regprocedure::text ~ '^published_\\w+\\(text\\)$'
    and (select proargnames[1] from pg_proc where pg_proc.oid = own_functions.oid) = 'p_link'
)"""


@dataclass(frozen=True)
class CatalogRule:
    """`offenders` returns one text column; `loud` is DDL that it must object to, `quiet` DDL that is fine."""

    name: str
    offenders: str
    loud: str
    quiet: str


CATALOG_RULES = (
    CatalogRule(
        "every_table_and_view_has_a_comment",
        """select name from own_relations
        where relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition
            and obj_description(oid, 'pg_class') is null""",
        loud="create table public.notes (id int)",
        quiet="create table public.notes (id int); comment on table public.notes is 'Notes.'",
    ),
    CatalogRule(
        "every_function_has_a_comment",
        "select name from own_functions where obj_description(oid, 'pg_proc') is null",
        loud="create function private.f() returns int language sql as 'select 1'",
        quiet="""create function private.f() returns int language sql as 'select 1';
        comment on function private.f() is 'One.'""",
    ),
    CatalogRule(
        "every_policy_has_a_comment",
        "select name from own_policies where obj_description(oid, 'pg_policy') is null",
        loud="create policy select_all on public.profiles for select to authenticated using (true)",
        quiet="""create policy select_all on public.profiles for select to authenticated using (true);
        comment on policy select_all on public.profiles is 'All.'""",
    ),
    CatalogRule(
        "row_level_security_is_enabled_and_forced_partitions_included",
        """select name from own_relations join pg_class using (oid)
        where pg_class.relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)""",
        loud="alter table public.profiles no force row level security",
        quiet="""create table public.notes (id int); alter table public.notes enable row level security;
        alter table public.notes force row level security""",
    ),
    CatalogRule(
        "a_policy_is_for_one_command",
        "select name from own_policies where polcmd = '*'",
        loud="create policy all_own on public.profiles to authenticated using (true)",
        quiet="create policy select_all on public.profiles for select to authenticated using (true)",
    ),
    CatalogRule(
        "a_policy_says_to_whom",
        "select name from own_policies where 0 = any (polroles)",
        loud="create policy select_all on public.profiles for select using (true)",
        quiet="create policy select_all on public.profiles for select to anon using (true)",
    ),
    CatalogRule(
        "with_check_is_written_out",
        "select name from own_policies where polcmd in ('a', 'w') and polwithcheck is null",
        loud="create policy update_all on public.profiles for update to authenticated using (true)",
        quiet="""create policy update_all on public.profiles for update to authenticated
        using (true) with check (true)""",
    ),
    CatalogRule(
        "a_policy_is_named_after_its_command_or_restricts",
        """select name from own_policies
        where case
            when polpermissive then polname !~ ('^' || case polcmd
                when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete'
            end || '_[a-z0-9_]+$')
            else polname !~ '^restrict_[a-z0-9_]+$'
        end""",
        loud='create policy "Users can view" on public.profiles for select to authenticated using (true)',
        quiet="""create policy restrict_to_adults on public.profiles as restrictive for select
        to authenticated using (true)""",
    ),
    CatalogRule(
        "a_policy_reads_claims_once_per_statement",
        r"select name from own_policies where conditions ~ '(?<!SELECT )\m\w+\.\w+\(\)'",
        loud="create policy select_i on public.profiles for select to anon using (id = auth.uid())",
        quiet="create policy select_i on public.profiles for select to anon using (id = (select auth.uid()))",
    ),
    CatalogRule(
        "definer_functions_have_an_empty_search_path",
        """select name from own_functions
        where prosecdef and not coalesce('search_path=""' = any (proconfig), false)""",
        loud="""create function private.f() returns int language sql security definer set search_path = public
        as 'select 1'""",
        quiet="""create function private.f() returns int language sql security definer set search_path = ''
        as 'select 1'""",
    ),
    CatalogRule(
        "nobody_is_given_a_function_as_public",
        """select name from own_functions
        where exists (
            select from aclexplode(coalesce(proacl, acldefault('f', proowner))) as a where a.grantee = 0
        )""",
        loud="create function private.f() returns int language sql as 'select 1'",
        quiet="""create function private.f() returns int language sql as 'select 1';
        revoke all on function private.f() from public; grant execute on function private.f() to anon""",
    ),
    CatalogRule(
        "anon_calls_no_definer_function",
        f"""select name from own_functions
        where prosecdef and has_function_privilege('anon', oid, 'execute') and not {TAKES_A_LINK}""",
        loud="""create function public.f() returns int language sql security definer as 'select 1';
        revoke all on function public.f() from public; grant execute on function public.f() to anon""",
        quiet="""create function public.f() returns int language sql security definer as 'select 1';
        revoke all on function public.f() from public, anon""",
    ),
    CatalogRule(
        "definer_functions_ask_who_calls",
        # Trigger functions are called by nobody, and what client roles cannot call needs no question.
        f"""select name from own_functions
        where prosecdef and (select prorettype <> 'trigger'::regtype from pg_proc where pg_proc.oid = own_functions.oid)
            and (has_function_privilege('anon', oid, 'execute')
                or has_function_privilege('authenticated', oid, 'execute'))
            and pg_get_functiondef(oid) !~ '\\m(auth\\.(uid|jwt)|private\\.(current|readable|require)_\\w+)\\('
            and not {TAKES_A_LINK}""",
        loud="""create function private.f() returns bigint language sql security definer set search_path = ''
        as 'select count(*) from public.profiles';
        revoke all on function private.f() from public; grant execute on function private.f() to authenticated""",
        quiet="""create function private.f() returns bigint language sql security definer set search_path = ''
        as 'select count(*) from public.profiles where id = (select auth.uid())';
        revoke all on function private.f() from public; grant execute on function private.f() to authenticated""",
    ),
    CatalogRule(
        "helpers_are_not_in_the_schema_of_the_api",
        """select f.name from own_functions as f join pg_proc as p using (oid)
        where p.pronamespace = 'public'::regnamespace and (
            p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype)
            or exists (
                select from pg_depend as d
                where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
            )
        )""",
        loud="""create function public.me() returns uuid language sql stable as 'select auth.uid()';
        create policy select_me on public.profiles for select to authenticated using (id = (select public.me()))""",
        quiet="""create function private.me() returns uuid language sql stable as 'select auth.uid()';
        create policy select_me on public.profiles for select to authenticated using (id = (select private.me()))""",
    ),
    CatalogRule(
        "client_roles_cannot_truncate_reference_or_trigger",
        """select format('%s: %s to %s', r.name, p.privilege, a.client)
        from own_relations as r, (values ('anon'), ('authenticated')) as a (client),
            (values ('truncate'), ('references'), ('trigger')) as p (privilege)
        where r.relkind in ('r', 'p', 'v', 'm', 'f') and has_table_privilege(a.client, r.oid, p.privilege)""",
        loud="grant all on table public.profiles to authenticated",
        quiet="grant select, insert, update, delete on table public.profiles to anon",
    ),
    CatalogRule(
        "every_foreign_key_is_indexed",
        """select format('%s: %s', c.conrelid::regclass, c.conname)
        from pg_constraint as c join own_relations as r on r.oid = c.conrelid
        where c.contype = 'f' and not exists (
            select from pg_index as i
            where i.indrelid = c.conrelid and i.indisvalid and i.indpred is null and (
                (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
                or (i.indisunique and c.conkey @> (i.indkey::int2[])[0:i.indnkeyatts - 1])
            )
        )""",
        loud="alter table public.rituals add column session_id uuid references public.sessions (id)",
        quiet="""alter table public.rituals add column session_id uuid references public.sessions (id);
        create index on public.rituals (session_id, name)""",
    ),
    CatalogRule(
        "a_child_leads_to_its_parent_together_with_the_owner",
        # Two tables whose rows belong to somebody, by a foreign key each to the same place: a third one from one of them
        # to the other has to carry whom, or a row could belong to one and hang on what belongs to another.
        """select format('%s: %s, without %s', r.name, c.conname, a.attname)
        from pg_constraint as c
        join own_relations as r on r.oid = c.conrelid
        join pg_constraint as above on above.conrelid = c.confrelid and above.contype = 'f'
        join pg_constraint as beside
            on beside.conrelid = c.conrelid and beside.contype = 'f' and beside.confrelid = above.confrelid
        join pg_attribute as a on a.attrelid = beside.conrelid and a.attnum = beside.conkey[1]
        where c.contype = 'f' and c.conparentid = 0 and beside.oid <> c.oid
            and c.confrelid not in (c.conrelid, above.confrelid)
            and not exists (
                select from unnest(c.conkey, c.confkey) as pair (child, parent)
                where pair.child = any (beside.conkey) and pair.parent = any (above.conkey)
            )""",
        loud="""create table public.notes (
            user_id uuid references auth.users (id), session_id uuid references public.sessions (id)
        )""",
        quiet="""create table public.notes (
            user_id uuid references auth.users (id), session_id uuid,
            foreign key (user_id, session_id) references public.sessions (user_id, id)
        )""",
    ),
    CatalogRule(
        "what_a_policy_compares_with_the_caller_is_indexed",
        r"""select distinct format('%s, column %s', p.name, a.attname)
        from own_policies as p
        join pg_policy using (oid)
        cross join regexp_matches(
            p.conditions, '[( ](?:\w+\.)?(\w+) = (?:ANY \(+ ?SELECT|\( SELECT)', 'g'
        ) as compared
        join pg_attribute as a on a.attrelid = polrelid and a.attname = compared[1]
        where not exists (
            select from pg_index as i
            where i.indrelid = polrelid and i.indkey[0] = a.attnum and i.indisvalid and i.indpred is null
        )""",
        loud="""alter table public.rituals add column author_id uuid;
        create policy select_mine on public.rituals for select to authenticated
        using (author_id = (select auth.uid()))""",
        quiet="""alter table public.rituals add column author_id uuid;
        create policy select_mine on public.rituals for select to authenticated
        using (author_id = (select auth.uid()));
        create index rituals_author_id_idx on public.rituals (author_id)""",
    ),
    CatalogRule(
        "views_run_with_the_rights_of_the_reader",
        """select name from own_relations join pg_class using (oid)
        where pg_class.relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false)""",
        loud="create view public.everybody as select profiles.id from public.profiles",
        quiet="""create view public.mine with (security_invoker = true)
        as select profiles.id from public.profiles""",
    ),
    CatalogRule(
        "materialized_views_are_out_of_reach",
        """select name from own_relations
        where relkind = 'm' and (nspname = 'public' or has_table_privilege('anon', oid, 'select')
            or has_table_privilege('authenticated', oid, 'select'))""",
        loud="create materialized view public.totals as select 1 as one",
        quiet="create materialized view private.totals as select 1 as one",
    ),
)
