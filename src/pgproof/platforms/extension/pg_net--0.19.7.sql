-- extension/pg_net--0.19.7.sql
-- Stand-in for pg_net 0.19: requests stay in net.http_request_queue, nothing is sent; a test answers with
-- net.pgproof_respond().
-- Undone by: drop extension pg_net.

create schema net;

create domain net.http_method as text
check (value ilike 'get' or value ilike 'post' or value ilike 'delete');

create unlogged table net.http_request_queue (
    id bigserial,
    method net.http_method not null,
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds integer not null
);

create unlogged table net._http_response (
    id bigint,
    status_code integer,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);
create index _http_response_created_idx on net._http_response (created);

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (status net.request_status, message text, response net.http_response);

create function net._urlencode_string(string varchar) returns text
language sql immutable
return (
    select coalesce(
        pg_catalog.string_agg(
            case
                when pg_catalog.chr(b.code) ~ '[A-Za-z0-9._~-]' then pg_catalog.chr(b.code)
                else '%' || pg_catalog.upper(pg_catalog.lpad(pg_catalog.to_hex(b.code), 2, '0'))
            end,
            '' order by b.place
        ),
        ''
    )
    from (
        select place, pg_catalog.get_byte(pg_catalog.convert_to(string, 'UTF8'), place) as code
        from pg_catalog.generate_series(0, pg_catalog.octet_length(pg_catalog.convert_to(string, 'UTF8')) - 1) as place
    ) as b
    where b.code > 0
);

create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language sql immutable
return url
|| case
    when pg_catalog.cardinality(params_array) = 0 then ''
    when pg_catalog.strpos(url, '?') > 0 then '&'
    else '?'
end
|| pg_catalog.array_to_string(params_array, '&');

create function net.pgproof_enqueue(
    p_method text, p_url text, p_params jsonb, p_headers jsonb, p_body jsonb, p_timeout integer
) returns bigint
language plpgsql
as $$
declare
    pairs constant text[] := array(
        select net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)
        from pg_catalog.jsonb_each_text(p_params) as p (key, value)
    );
    request_id bigint;
begin
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (
        p_method,
        net._encode_url_with_params_array(p_url, pairs),
        p_headers,
        pg_catalog.convert_to(p_body::text, 'UTF8'),
        p_timeout
    )
    returning id into request_id;
    return request_id;
end
$$;

create function net.http_get(
    url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
) returns bigint
language sql
return net.pgproof_enqueue('GET', url, params, headers, null, timeout_milliseconds);

create function net.http_post(
    url text,
    body jsonb default '{}',
    params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}',
    timeout_milliseconds integer default 5000
) returns bigint
language plpgsql
as $$
declare
    content_type constant text := (
        select h.value
        from pg_catalog.jsonb_each_text(coalesce(headers, '{}')) as h (key, value)
        where pg_catalog.lower(h.key) = 'content-type'
        limit 1
    );
begin
    if content_type <> 'application/json' then
        raise exception 'Content-Type header must be "application/json"';
    end if;
    return net.pgproof_enqueue(
        'POST',
        url,
        params,
        case when content_type is null then headers || '{"Content-Type": "application/json"}' else headers end,
        body,
        timeout_milliseconds
    );
end
$$;

create function net.http_delete(
    url text,
    params jsonb default '{}',
    headers jsonb default '{}',
    timeout_milliseconds integer default 5000,
    body jsonb default null
) returns bigint
language sql
return net.pgproof_enqueue('DELETE', url, params, headers, body, timeout_milliseconds);

-- What the worker of the real one does when a server has answered: the request leaves the queue, the response
-- arrives.
create function net.pgproof_respond(
    request_id bigint,
    status_code integer default 200,
    content text default '',
    headers jsonb default '{"Content-Type": "application/json"}',
    timed_out boolean default false,
    error_msg text default null
) returns void
language plpgsql
as $$
begin
    delete from net.http_request_queue as q where q.id = pgproof_respond.request_id;
    if not found then
        raise exception 'no request % is waiting', request_id
            using errcode = 'no_data_found', hint = 'net.http_request_queue lists the requests that do';
    end if;
    insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
    values (
        request_id,
        case when error_msg is null then status_code end,
        case when error_msg is null then headers ->> 'Content-Type' end,
        case when error_msg is null then headers end,
        case when error_msg is null then content end,
        timed_out,
        error_msg
    );
end
$$;

create function net._http_collect_response(
    request_id bigint, async boolean default true
) returns net.http_response_result
language plpgsql
as $$
declare
    arrived net._http_response;
begin
    select r.* into arrived from net._http_response as r where r.id = request_id;
    if arrived.id is null and not async then
        raise exception 'request % would be waited for, and nothing is sent here', request_id
            using hint = 'answer it with net.pgproof_respond() first';
    elsif arrived.id is null or arrived.error_msg is not null then
        return (
            'ERROR', coalesce(arrived.error_msg, 'request matching request_id not found'), null
        )::net.http_response_result;
    end if;
    return (
        'SUCCESS', 'ok', row(arrived.status_code, arrived.headers, arrived.content)
    )::net.http_response_result;
end
$$;

grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;

comment on function net.pgproof_respond(bigint, integer, text, jsonb, boolean, text) is
'pgproof stand-in: lets a test answer a request that was recorded.';
