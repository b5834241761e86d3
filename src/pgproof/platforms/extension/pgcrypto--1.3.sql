-- extension/pgcrypto--1.3.sql
-- Stand-in for pgcrypto 1.3. Undone by: drop extension pgcrypto. The same results as the real one: digest,
-- hmac. The same kind of result: gen_random_bytes, gen_random_uuid, gen_salt. Only with themselves: crypt,
-- encrypt and pgp_sym_encrypt give values of the right form that no other software can check or read; what
-- the real ones made does not match and does not decrypt here. Absent: pgp_pub_*, pgp_key_id, armor and
-- dearmor.

-- Functions that call others here are SQL with a bound body, so that the extension can move to another
-- schema.

-- SHA-1 (FIPS 180-4, section 6.1.2), which the server has no function for.
create function pgproof_sha1(data bytea) returns bytea
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

create function pgproof_refuse_hash(type text) returns bytea
language plpgsql immutable strict parallel safe
as $$
begin
    raise exception 'Cannot use "%": No such hash algorithm', type using errcode = 'invalid_parameter_value';
end
$$;

create function digest(data bytea, type text) returns bytea
language sql immutable strict parallel safe
return case lower(type)
    when 'md5' then decode(md5(data), 'hex')
    when 'sha1' then pgproof_sha1(data)
    when 'sha224' then sha224(data)
    when 'sha256' then sha256(data)
    when 'sha384' then sha384(data)
    when 'sha512' then sha512(data)
    else pgproof_refuse_hash(type)
end;

create function digest(data text, type text) returns bytea
language sql immutable strict parallel safe
return digest(convert_to(data, getdatabaseencoding()), type);

-- data filled up with zeros to p_size bytes, each byte then changed by the same mask.
create function pgproof_pad(data bytea, p_size integer, p_mask integer) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
declare
    padded bytea := data || decode(repeat('00', p_size - length(data)), 'hex');
begin
    for i in 0 .. p_size - 1 loop
        padded := set_byte(padded, i, get_byte(padded, i) # p_mask);
    end loop;
    return padded;
end
$$;

create function pgproof_block_size(type text) returns integer
language sql immutable strict parallel safe
return case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;

create function pgproof_hmac_key(key bytea, type text) returns bytea
language sql immutable strict parallel safe
return case when length(key) > pgproof_block_size(type) then digest(key, type) else key end;

-- RFC 2104.
create function hmac(data bytea, key bytea, type text) returns bytea
language sql immutable strict parallel safe
return digest(
    pgproof_pad(pgproof_hmac_key(key, type), pgproof_block_size(type), 92)
    || digest(pgproof_pad(pgproof_hmac_key(key, type), pgproof_block_size(type), 54) || data, type),
    type
);

create function hmac(data text, key text, type text) returns bytea
language sql immutable strict parallel safe
return hmac(convert_to(data, getdatabaseencoding()), convert_to(key, getdatabaseencoding()), type);

create function gen_random_uuid() returns uuid
language sql volatile parallel safe
return pg_catalog.gen_random_uuid();

create function gen_random_bytes(count integer) returns bytea
language plpgsql volatile strict parallel safe
set search_path = pg_catalog
as $$
declare
    bytes bytea := '';
begin
    if count not between 1 and 1024 then
        raise exception 'Length not in range' using errcode = 'external_routine_invocation_exception';
    end if;
    -- A random uuid has 122 random bits; two of them in a hash make 32 bytes that show none of the fixed
    -- ones.
    while length(bytes) < count loop
        bytes := bytes || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    end loop;
    return substring(bytes from 1 for count);
end
$$;

-- Bytes as crypt(3) writes them.
create function pgproof_crypt_text(bytes bytea) returns text
language sql immutable strict parallel safe
return translate(encode(bytes, 'base64'), e'+=\n', '.');

create function pgproof_salt(type text, rounds integer, characters text) returns text
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
begin
    if lower(type) = 'bf' and (rounds = 0 or rounds between 4 and 31) then
        return format('$2a$%s$%s', lpad(coalesce(nullif(rounds, 0), 6)::text, 2, '0'), left(characters, 22));
    elsif lower(type) = 'md5' and rounds in (0, 1000) then
        return '$1$' || left(characters, 8);
    elsif lower(type) = 'des' and rounds in (0, 25) then
        return left(characters, 2);
    elsif lower(type) = 'xdes' and (rounds = 0 or rounds between 1 and 16777215 and rounds % 2 = 1) then
        return '_J9..' || left(characters, 4);
    end if;
    raise exception 'gen_salt: %',
        case
            when lower(type) in ('bf', 'md5', 'des', 'xdes') then 'Incorrect number of rounds'
            else 'Unknown salt algorithm'
        end
        using errcode = 'invalid_parameter_value';
end
$$;

create function gen_salt(type text, iter_count integer) returns text
language sql volatile strict parallel safe
return pgproof_salt(type, iter_count, pgproof_crypt_text(gen_random_bytes(24)));

create function gen_salt(type text) returns text
language sql volatile strict parallel safe
return gen_salt(type, 0);

-- What a salt or a hash starts with; raises for anything else.
create function pgproof_setting(salt text) returns text
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
declare
    setting constant text := coalesce(
        substring(salt from '^\$2[axy]\$[0-9]{2}\$[./A-Za-z0-9]{22}'),
        substring(salt from '^\$1\$[^$]{1,8}'),
        substring(salt from '^_[./A-Za-z0-9]{8}'),
        substring(salt from '^[./A-Za-z0-9]{2}')
    );
begin
    if setting is null then
        raise exception 'invalid salt' using errcode = 'invalid_parameter_value';
    end if;
    return setting;
end
$$;

-- A hash of the right form that starts with its own salt, so that crypt(password, hash) = hash checks a
-- password.
create function crypt(password text, salt text) returns text
language sql immutable strict parallel safe
return pgproof_setting(salt) || case when salt like '$1$%' then '$' else '' end || left(
    pgproof_crypt_text(sha512(convert_to('pgproof' || pgproof_setting(salt) || '$' || password, 'UTF8'))),
    case when salt like '$2%' then 31 when salt like '$1$%' then 22 else 11 end
);

-- data, each byte changed by a byte that only the key and the nonce give. Twice is once not.
create function pgproof_cipher(data bytea, key bytea, nonce bytea) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
declare
    changed bytea := data;
    pad bytea;
begin
    for i in 0 .. length(data) - 1 loop
        if i % 32 = 0 then
            pad := sha256(key || '\x00'::bytea || nonce || int4send(i));
        end if;
        changed := set_byte(changed, i, get_byte(data, i) # get_byte(pad, i % 32));
    end loop;
    return changed;
end
$$;

-- plain without the mark that a message carries at its end; raises p_error where the mark is missing, as
-- after a wrong key.
create function pgproof_unmark(plain bytea, p_error text) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
begin
    if length(plain) < 7 or substring(plain from greatest(length(plain) - 6, 1)) <> 'pgproof'::bytea then
        raise exception '%', p_error using errcode = 'external_routine_invocation_exception';
    end if;
    return substring(plain from 1 for length(plain) - 7);
end
$$;

create function pgproof_check_cipher(key bytea, type text) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog
as $$
begin
    if lower(type) !~ '^aes(-(cbc|ecb|cfb))?(/pad:(pkcs|none))?$' then
        raise exception 'Cannot use "%": No such cipher algorithm', type using errcode = 'invalid_parameter_value';
    end if;
    return key;
end
$$;

create function encrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict parallel safe
return pgproof_cipher(data || 'pgproof'::bytea, pgproof_check_cipher(key, type), iv);

create function decrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict parallel safe
return pgproof_unmark(
    pgproof_cipher(data, pgproof_check_cipher(key, type), iv), 'decrypt_iv error: Decryption failed'
);

create function encrypt(data bytea, key bytea, type text) returns bytea
language sql immutable strict parallel safe
return encrypt_iv(data, key, ''::bytea, type);

create function decrypt(data bytea, key bytea, type text) returns bytea
language sql immutable strict parallel safe
return pgproof_unmark(
    pgproof_cipher(data, pgproof_check_cipher(key, type), ''::bytea), 'decrypt error: Decryption failed'
);

create function pgproof_pgp_message(data bytea, psw text, nonce bytea) returns bytea
language sql immutable strict parallel safe
return '\xc30d'::bytea || nonce || pgproof_cipher(data || 'pgproof'::bytea, convert_to(psw, 'UTF8'), nonce);

create function pgp_sym_encrypt_bytea(data bytea, psw text, options text default '') returns bytea
language sql volatile strict parallel safe
return pgproof_pgp_message(data, psw, gen_random_bytes(16));

create function pgp_sym_decrypt_bytea(msg bytea, psw text, options text default '') returns bytea
language sql immutable strict parallel safe
return pgproof_unmark(
    pgproof_cipher(substring(msg, 19), convert_to(psw, 'UTF8'), substring(msg, 3, 16)), 'Wrong key or corrupt data'
);

create function pgp_sym_encrypt(data text, psw text, options text default '') returns bytea
language sql volatile strict parallel safe
return pgp_sym_encrypt_bytea(convert_to(data, 'UTF8'), psw, options);

create function pgp_sym_decrypt(msg bytea, psw text, options text default '') returns text
language sql immutable strict parallel safe
return convert_from(pgp_sym_decrypt_bytea(msg, psw, options), 'UTF8');

comment on function crypt(text, text) is
'pgproof stand-in: its hashes match passwords here and nowhere else.';
comment on function encrypt(bytea, bytea, text) is
'pgproof stand-in: no cipher, read back by decrypt here and nowhere else.';
comment on function pgp_sym_encrypt(text, text, text) is
'pgproof stand-in: no OpenPGP, read back by pgp_sym_decrypt here only.';
