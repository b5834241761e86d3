-- extension/uuid-ossp--1.1.sql
-- Stand-in for uuid-ossp 1.1: every function, by RFC 9562. Versions 3 and 5 are the real ones' equals, the
-- others are random.
-- Undone by: drop extension "uuid-ossp".

-- Functions that call others here are SQL with a bound body, so that the extension can move to another
-- schema.

create function uuid_nil() returns uuid
language sql immutable strict parallel safe
return '00000000-0000-0000-0000-000000000000'::uuid;

create function uuid_ns_dns() returns uuid
language sql immutable strict parallel safe
return '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_url() returns uuid
language sql immutable strict parallel safe
return '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_oid() returns uuid
language sql immutable strict parallel safe
return '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_x500() returns uuid
language sql immutable strict parallel safe
return '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

-- The first 16 bytes as a uuid that says which version it is.
create function pgproof_uuid(bytes bytea, version integer) returns uuid
language sql immutable strict parallel safe
return pg_catalog.encode(
    pg_catalog.set_byte(
        pg_catalog.set_byte(
            pg_catalog.substring(bytes, 1, 16), 6, (pg_catalog.get_byte(bytes, 6) & 15) | (version << 4)
        ),
        8, (pg_catalog.get_byte(bytes, 8) & 63) | 128
    ),
    'hex'
)::uuid;

-- SHA-1 (FIPS 180-4, section 6.1.2), which the server has no function for.
create function pgproof_uuid_sha1(data bytea) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
declare
    h bigint[] := array[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    w bigint[];
    v bigint[];
    f bigint;
    k bigint;
    padded constant bytea := data || '\x80'::bytea
        || decode(repeat('00', (119 - length(data) % 64) % 64), 'hex') || int8send(length(data) * 8::bigint);
    mask constant bigint := 4294967295;
begin
    for block in 0 .. length(padded) / 64 - 1 loop
        for i in 0 .. 15 loop
            w[i] := ('x' || encode(substring(padded from block * 64 + i * 4 + 1 for 4), 'hex'))::bit(32)::bigint;
        end loop;
        for i in 16 .. 79 loop
            f := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((f << 1) | (f >> 31)) & mask;
        end loop;
        v := h;
        for i in 0 .. 79 loop
            case
                when i < 20 then f := (v[2] & v[3]) | ((~ v[2] & mask) & v[4]); k := 1518500249;
                when i < 40 then f := v[2] # v[3] # v[4]; k := 1859775393;
                when i < 60 then f := (v[2] & v[3]) | (v[2] & v[4]) | (v[3] & v[4]); k := 2400959708;
                else f := v[2] # v[3] # v[4]; k := 3395469782;
            end case;
            f := ((((v[1] << 5) | (v[1] >> 27)) & mask) + f + v[5] + k + w[i]) & mask;
            v := array[f, v[1], ((v[2] << 30) | (v[2] >> 2)) & mask, v[3], v[4]];
        end loop;
        h := array(select (a + b) & mask from unnest(h, v) with ordinality as s (a, b, place) order by s.place);
    end loop;
    return (
        select string_agg(int4send(part::bit(32)::integer), '' order by place)
        from unnest(h) with ordinality as s (part, place)
    );
end
$$;

-- The time in steps of 100 ns since 1582-10-15, then a random clock sequence and node. "multicast" is the bit
-- that says that the node is no address of a machine.
create function pgproof_time_and_node(multicast boolean) returns bytea
language plpgsql volatile strict parallel safe
set search_path = pg_catalog
as $$
declare
    ticks constant bytea := int8send(
        (extract(epoch from clock_timestamp()) * 1000000)::bigint * 10 + 122192928000000000 + floor(random() * 10)::bigint
    );
    noise bytea := sha256(uuid_send(gen_random_uuid()));
begin
    noise := set_byte(noise, 2, (get_byte(noise, 2) & 254) | multicast::integer);
    return substring(ticks from 5 for 4) || substring(ticks from 3 for 2) || substring(ticks from 1 for 2)
        || substring(noise from 1 for 8);
end
$$;

create function uuid_generate_v1() returns uuid
language sql volatile strict parallel safe
return pgproof_uuid(pgproof_time_and_node(false), 1);

create function uuid_generate_v1mc() returns uuid
language sql volatile strict parallel safe
return pgproof_uuid(pgproof_time_and_node(true), 1);

create function uuid_generate_v3(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe
return pgproof_uuid(
    pg_catalog.decode(
        pg_catalog.md5(pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, pg_catalog.getdatabaseencoding())),
        'hex'
    ),
    3
);

create function uuid_generate_v4() returns uuid
language sql volatile strict parallel safe
return pg_catalog.gen_random_uuid();

create function uuid_generate_v5(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe
return pgproof_uuid(
    pgproof_uuid_sha1(
        pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, pg_catalog.getdatabaseencoding())
    ),
    5
);
