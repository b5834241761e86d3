-- extension/pgjwt--0.2.0.sql
-- Stand-in for pgjwt 0.2.0: JSON web tokens signed with a shared secret, by RFC 7515 and RFC 7519.
-- Needs: pgcrypto, in any schema. Undone by: drop extension pgjwt.

create function url_encode(data bytea) returns text
language sql immutable
return pg_catalog.translate(pg_catalog.encode(data, 'base64'), e'+/=\n', '-_');

create function url_decode(data text) returns bytea
language sql immutable
return pg_catalog.decode(
    pg_catalog.translate(data, '-_', '+/') || pg_catalog.repeat('=', (4 - pg_catalog.length(data) % 4) % 4), 'base64'
);

create function algorithm_sign(signables text, secret text, algorithm text) returns text
language sql immutable
return @extschema@.url_encode(
    -- any other algorithm becomes '', which hmac refuses
    @extschema:pgcrypto@.hmac(
        signables,
        secret,
        case
            when algorithm in ('HS256', 'HS384', 'HS512') then 'sha' || pg_catalog.substr(algorithm, 3)
            else ''
        end
    )
);

create function sign(payload json, secret text, algorithm text default 'HS256') returns text
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    signables constant text := concat_ws(
        '.',
        @extschema@.url_encode(convert_to(format('{"alg":"%s","typ":"JWT"}', algorithm), 'UTF8')),
        @extschema@.url_encode(convert_to(payload::text, 'UTF8'))
    );
begin
    return signables || '.' || @extschema@.algorithm_sign(signables, secret, algorithm);
end
$$;

create function try_cast_double(inp text) returns double precision
language sql immutable
return case when pg_catalog.pg_input_is_valid(inp, 'double precision') then inp::double precision end;

-- Valid is a token whose signature fits and whose time has come ("nbf") and not gone ("exp"); the movable
-- clock moves it.
create function verify(
    token text, secret text, algorithm text default 'HS256', out header json, out payload json, out valid boolean
) returns setof record
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    part constant text[] := regexp_split_to_array(token, '\.');
begin
    header := convert_from(@extschema@.url_decode(part[1]), 'UTF8')::json;
    payload := convert_from(@extschema@.url_decode(part[2]), 'UTF8')::json;
    valid := part[3] = @extschema@.algorithm_sign(part[1] || '.' || part[2], secret, algorithm)
        and tstzrange(
            to_timestamp(@extschema@.try_cast_double(payload ->> 'nbf')),
            to_timestamp(@extschema@.try_cast_double(payload ->> 'exp'))
        ) @> now();
    return next;
end
$$;
