-- messages.sql
-- What pg_cron writes into cron.job_run_details.return_message, after a success and after a failure.
-- Needs: the schema pgproof.

-- The kind of statement that comes last in a command, in lower case, down to the words that decide what it
-- reports.
create function pgproof.last_statement(p_command text) returns text
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    bare text;
    flat text;
begin
    -- Strings, quoted names, comments and what stands in parentheses say nothing about the kind of statement.
    bare := regexp_replace(p_command, '(\$\w*?\$).*?\1', ' ', 'g');
    bare := regexp_replace(bare, '''[^'']*''|"[^"]*"|--[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/', ' ', 'g');
    loop
        flat := regexp_replace(bare, '\([^()]*\)', ' ', 'g');
        exit when flat = bare;
        bare := flat;
    end loop;
    bare := lower(btrim(substring(bare from '([^;]*)[;\s]*$'), e' \t\r\n'));
    return regexp_replace(bare, '^with\s.*?\m(select|insert|update|delete|merge|values)\M', '\1');
end
$$;

-- What pg_cron writes into return_message after a success: "3 rows" for what returns rows, else the command
-- tag.
create function pgproof.completion(p_command text, p_rows bigint) returns text
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    statement constant text := pgproof.last_statement(p_command);
    verb constant text := coalesce(upper(substring(statement from '^\w+')), '');
    noun text;
begin
    if verb in ('', 'SELECT', 'VALUES', 'TABLE', 'SHOW', 'EXPLAIN') or statement ~ '\mreturning\M' then
        return p_rows || case when p_rows = 1 then ' row' else ' rows' end;
    elsif verb in ('CREATE', 'ALTER', 'DROP', 'REFRESH') then
        noun := substring(
            statement from
            '^\w+\s+(?:or\s+replace\s+|temp\s+|temporary\s+|unlogged\s+|unique\s+)*((?:materialized\s+|event\s+|foreign\s+)?\w+)'
        );
        return verb || ' ' || upper(regexp_replace(noun, '\s+', ' '));
    end if;
    return case
        when verb = 'INSERT' then 'INSERT 0 ' || p_rows
        when verb in ('UPDATE', 'DELETE', 'MERGE') then verb || ' ' || p_rows
        when verb in ('TRUNCATE', 'LOCK') then verb || ' TABLE'
        else verb
    end;
end
$$;

-- What pg_cron writes into return_message after a failure: the message as a client sees it. The context down
-- to the command is the job's own, the rest is ours.
create function pgproof.failure(
    p_message text, p_detail text, p_hint text, p_context text, p_command text
) returns text
language sql immutable
set search_path = pg_catalog
as $$
    select concat_ws(
        e'\n',
        'ERROR:  ' || p_message,
        'DETAIL:  ' || nullif(p_detail, ''),
        'HINT:  ' || nullif(p_hint, ''),
        'CONTEXT:  ' || nullif(
            rtrim(
                left(p_context, greatest(strpos(p_context, 'SQL statement "' || p_command || '"') - 1, 0)),
                e'\n'
            ),
            ''
        ),
        ''
    )
$$;
