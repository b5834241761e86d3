-- src/pgproof/access/attempts/attempt.sql
-- One statement, done as somebody, seen by a superuser, and undone: what a whole attempt is, in one round trip.
-- Installed in a disposable database; undone by dropping it.
create schema if not exists pgproof;

-- A row is new if the transaction, or the part of one, that wrote it began after this file was run: pgproof.mark() is
-- the number that tells. Whoever looks often has it as a constant, since to inline a function is to parse it each time.
do $$
declare
    mark xid;
begin
    begin
        create temporary table pgproof_mark on commit drop as select 1 as one;
        select m.xmin into mark from pg_temp.pgproof_mark as m;
        drop table pg_temp.pgproof_mark;
    exception when unique_violation then
        null; -- what matters is that the block is a transaction of its own, with a number of its own
    end;
    execute format(
        'create or replace function pgproof.mark() returns xid language sql immutable as $body$ select %L::xid $body$',
        mark
    );
end
$$;

-- Runs p_statement as p_role with p_claims and p_settings, an object of texts or null; then, as the caller again,
-- p_observe, which returns jsonb. Whatever happened is rolled back. If p_reads, p_statement is a query for one jsonb value.
-- To recur until the stack is full takes a tenth of a second, and what does so does it in hundreds of attempts. So the
-- places are remembered where that happened. From then on attempts have an eighth of the stack: to fill that in these
-- same places, which takes about a hundred turns, is to be endless; anything else is done again, p_deep, with all of it.
create or replace function pgproof.attempt(
    p_role text, p_claims text, p_settings json, p_reads boolean, p_statement text, p_observe text,
    p_deep boolean default false
) returns jsonb
language plpgsql
as $$
declare
    endless text[] := pg_catalog.string_to_array(coalesce(pg_catalog.current_setting('pgproof.endless', true), ''), e'\n');
    shallow boolean := not p_deep and pg_catalog.cardinality(endless) > 0;
    places text[];
    was text;
    returned jsonb;
    observed jsonb;
    state text := '00000';
    message text;
    detail text;
    place text;
    context text;
begin
    begin
        if shallow then
            was := pg_catalog.set_config('max_stack_depth', '256kB', true);
        end if;
        was := pg_catalog.set_config('request.jwt.claims', p_claims, true); -- cheaper than perform
        if p_settings is not null then
            perform pg_catalog.set_config(s.key, s.value, true) from pg_catalog.json_each_text(p_settings) as s;
        end if;
        was := pg_catalog.set_config('role', p_role, true);
        if p_reads then
            execute p_statement into returned;
        else
            execute p_statement;
        end if;
        set constraints all immediate;
        was := pg_catalog.set_config('role', 'none', true);
        if p_observe is not null then
            execute p_observe into observed;
        end if;
        raise exception using errcode = 'PGP00', message = 'undo';
    exception
        when sqlstate 'PGP00' then
            return pg_catalog.jsonb_build_object('returned', returned, 'observed', observed);
        when others then
            get stacked diagnostics
                state = returned_sqlstate, message = message_text, detail = pg_exception_detail, place = constraint_name,
                context = pg_exception_context;
    end;
    if state = '54001' then -- statement_too_complex; the last line of the innermost ones may be half a line
        places := pg_catalog.trim_array(pg_catalog.string_to_array(pg_catalog.left(context, 1000), e'\n'), 1);
        if not shallow then
            was := pg_catalog.set_config('pgproof.endless', pg_catalog.array_to_string(endless || places, e'\n'), true);
        elsif places = '{}' or not places <@ endless then
            return pgproof.attempt(p_role, p_claims, p_settings, p_reads, p_statement, p_observe, true);
        end if;
    end if;
    return pg_catalog.jsonb_build_object(
        'sqlstate', state, 'message', message, 'detail', detail, 'constraint', place,
        'context', pg_catalog.left(context, 400), 'returned', returned, 'observed', observed
    );
end
$$;

-- Attempts, one after the other, each from the same state: the one before or, if p_prepare is given, the one that it
-- makes as the caller, once for all of them. p_attempts is an array of objects. If p_prepare fails, so do they.
create or replace function pgproof.attempts_after(p_prepare text, p_attempts json) returns setof jsonb
language plpgsql
as $$
declare
    one record;
    state text;
    message text;
    detail text;
    place text;
    context text;
    endless text;
begin
    begin
        if p_prepare is not null then
            execute p_prepare;
        end if;
        for one in
            select a.*
            from json_to_recordset(p_attempts) as a (
                role text, claims text, settings json, reads boolean, statement text, observe text
            )
        loop
            return next pgproof.attempt(one.role, one.claims, one.settings, one.reads, one.statement, one.observe);
        end loop;
        if p_prepare is not null then
            endless := pg_catalog.current_setting('pgproof.endless', true);
            raise exception using errcode = 'PGP00', message = 'undo';
        end if;
    exception when others then
        get stacked diagnostics
            state = returned_sqlstate, message = message_text, detail = pg_exception_detail, place = constraint_name,
            context = pg_exception_context;
        if state = 'PGP00' then
            endless := pg_catalog.set_config('pgproof.endless', endless, true);
        else
            return query
            select
                pg_catalog.jsonb_build_object(
                    'sqlstate', state, 'message', message, 'detail', detail, 'constraint', place,
                    'context', pg_catalog.left(context, 400), 'returned', null, 'observed', null
                )
            from json_array_elements(p_attempts);
        end if;
    end;
end
$$;

-- Groups of attempts, an array of objects with what is prepared and what is attempted. What is looked at is the same
-- for many of them: p_observations are queries that are planned once, and "execute pgproof_observe_N" is the Nth.
create or replace function pgproof.attempts(p_observations text[], p_groups json) returns setof jsonb
language plpgsql
as $$
declare
    together record;
begin
    for n in 1..cardinality(p_observations) loop
        execute format('prepare pgproof_observe_%s as %s', n, p_observations[n]);
    end loop;
    for together in
        select g.*
        from json_to_recordset(p_groups) as g (prepare text, attempts json)
    loop
        return query select a.answer from pgproof.attempts_after(together.prepare, together.attempts) as a (answer);
    end loop;
    for n in 1..cardinality(p_observations) loop
        execute format('deallocate pgproof_observe_%s', n);
    end loop;
end
$$;
