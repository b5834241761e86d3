"""House rules about names, as queries on the applied database (see `catalog_rules`).

A name says what it belongs to and what it does: `rituals_user_id_fkey`, `sessions_target_length_is_positive`.
"""

from __future__ import annotations

from .catalog_rules import CatalogRule

# Names that a schema document prints; they are kept because its readers look for them.
GIVEN = """array[
    'idx_personas_booking_patterns', 'idx_outcomes_ratings', 'idx_behavior_action_data',
    'invalidate_predictions_on_new_sleep'
]"""

COLUMNS = """(
    select string_agg(a.attname, '_' order by k.place)
    from unnest(c.conkey) with ordinality as k (attnum, place)
    join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
)"""

NAMING_RULES = (
    CatalogRule(
        "keys_are_named_after_table_and_columns",
        f"""select format('%s: %s', r.name, c.conname)
        from pg_constraint as c join own_relations as r on r.oid = c.conrelid
        where c.conparentid = 0 and c.conname <> left(case c.contype
            when 'p' then r.relname || '_pkey'
            when 'u' then r.relname || '_' || {COLUMNS} || '_key'
            when 'f' then r.relname || '_' || {COLUMNS} || '_fkey'
            else c.conname
        end, 63)""",
        loud="alter table public.rituals add constraint one_name unique (user_id, name)",
        quiet="alter table public.rituals add constraint rituals_user_id_name_key unique (user_id, name)",
    ),
    CatalogRule(
        "checks_are_named_as_the_sentence_that_a_user_reads",
        """select format('%s: %s', r.name, c.conname)
        from pg_constraint as c join own_relations as r on r.oid = c.conrelid
        where c.contype = 'c' and c.conparentid = 0 and c.conislocal
            and (not starts_with(c.conname, r.relname || '_') or c.conname ~ '_check[0-9]*$'
                or c.conname !~ '^[a-z0-9_]+$')""",
        loud="alter table public.rituals add check (length(name) < 100)",
        quiet="alter table public.rituals add constraint rituals_name_is_short check (length(name) < 100)",
    ),
    CatalogRule(
        "indexes_start_with_the_table_and_end_in_idx_or_key",
        f"""select format('%s: %s', r.name, x.relname)
        from pg_index as i
        join own_relations as r on r.oid = i.indrelid
        join pg_class as x on x.oid = i.indexrelid
        where not exists (
                select from pg_constraint as c where c.conindid = i.indexrelid and c.conrelid = i.indrelid
            )
            and not x.relispartition and x.relname <> all ({GIVEN})
            and x.relname !~ ('^' || r.relname || '_[a-z0-9_]+_'
                || case when i.indisunique then '(idx|key)$' else 'idx$' end)""",
        loud="create index idx_name on public.rituals (name)",
        quiet="create index rituals_name_idx on public.rituals (name)",
    ),
    CatalogRule(
        "triggers_say_their_order_and_what_they_do",
        f"""select format('%s: %s', r.name, t.tgname)
        from pg_trigger as t join own_relations as r on r.oid = t.tgrelid
        where not t.tgisinternal and t.tgparentid = 0 and t.tgname !~ '^_[0-9]{{3}}_[a-z0-9_]+$'
            and not exists (select from unnest({GIVEN}) as given where starts_with(t.tgname, given))""",
        loud="""create trigger touch before update on public.rituals
        for each row execute function private.update_updated_at_column()""",
        quiet="""create trigger _200_touch before update on public.rituals
        for each row execute function private.update_updated_at_column()""",
    ),
    CatalogRule(
        "names_need_no_quotes",
        """select name from own_relations where relname !~ '^[a-z_][a-z0-9_]*$'
        union all
        select format('%s.%s', r.name, a.attname)
        from pg_attribute as a join own_relations as r on r.oid = a.attrelid
        where a.attnum > 0 and not a.attisdropped and a.attname !~ '^[a-z_][a-z0-9_]*$'""",
        loud='alter table public.rituals add column "isDefault" boolean',
        quiet="alter table public.rituals add column is_short boolean",
    ),
)
