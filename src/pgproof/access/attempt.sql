-- src/pgproof/access/attempt.sql
-- One statement, done as somebody, seen by a superuser, and undone: what a whole attempt is, in one round trip.
-- Installed in a disposable database; undone by dropping it.
create schema if not exists pgproof;

-- A row is new if the transaction, or the part of one, that wrote it began after this file was run.
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
        'create or replace function pgproof.written(xid) returns boolean language sql stable'
        ' as $body$ select age($1) < age(%L::xid) $body$',
        mark
    );
end
$$;

-- Runs p_prepare as the caller, p_statement as p_role with p_claims; then, as the caller again, p_observe, which
-- returns jsonb. Whatever happened is rolled back. If p_reads, p_statement is a query for one jsonb value.
create or replace function pgproof.attempt(
    p_role text, p_claims text, p_reads boolean, p_prepare text, p_statement text, p_observe text
) returns jsonb
language plpgsql
as $$
declare
    returned jsonb;
    observed jsonb;
    state text := '00000';
    message text;
    detail text;
    place text;
begin
    begin
        if p_prepare is not null then
            execute p_prepare;
        end if;
        perform pg_catalog.set_config('request.jwt.claims', p_claims, true);
        perform pg_catalog.set_config('role', p_role, true);
        if p_reads then
            execute p_statement into returned;
        else
            execute p_statement;
        end if;
        set constraints all immediate;
        perform pg_catalog.set_config('role', 'none', true);
        if p_observe is not null then
            execute p_observe into observed;
        end if;
        raise exception using errcode = 'PGP00', message = 'undo';
    exception when others then
        get stacked diagnostics
            state = returned_sqlstate, message = message_text, detail = pg_exception_detail, place = constraint_name;
        if state = 'PGP00' then
            state := '00000';
            message := null;
        end if;
    end;
    return pg_catalog.jsonb_build_object(
        'sqlstate', state, 'message', message, 'detail', detail, 'constraint', place,
        'returned', returned, 'observed', observed
    );
end
$$;

-- Many attempts, one after the other, each from the same state: p_attempts is an array of objects.
create or replace function pgproof.attempts(p_attempts json) returns setof jsonb
language plpgsql
as $$
declare
    one record;
begin
    for one in
        select a.*
        from json_to_recordset(p_attempts) as a (
            role text, claims text, reads boolean, prepare text, statement text, observe text
        )
    loop
        return next pgproof.attempt(one.role, one.claims, one.reads, one.prepare, one.statement, one.observe);
    end loop;
end
$$;
