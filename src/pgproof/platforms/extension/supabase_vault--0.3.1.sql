-- extension/supabase_vault--0.3.1.sql
-- Stand-in for supabase_vault 0.3.1: the same tables and functions, and a cipher that hides a secret from a
-- glance and from nobody else.
-- Undone by: drop extension supabase_vault.

create function vault._crypto_aead_det_noncegen() returns bytea
language sql volatile
return pg_catalog.uuid_send(pg_catalog.gen_random_uuid());

-- message, each byte changed by a byte that the rest of the arguments give. Twice is once not.
create function vault._crypto_aead_det_decrypt(
    message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    changed bytea := message;
    pad bytea;
begin
    for i in 0 .. coalesce(length(message), 0) - 1 loop
        if i % 32 = 0 then
            pad := sha256(additional || int8send(key_id) || context || coalesce(nonce, '') || int4send(i));
        end if;
        changed := set_byte(changed, i, get_byte(message, i) # get_byte(pad, i % 32));
    end loop;
    return changed;
end
$$;

create function vault._crypto_aead_det_encrypt(
    message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium', nonce bytea default null
) returns bytea
language sql immutable
return vault._crypto_aead_det_decrypt(message, additional, key_id, context, nonce);

create table vault.secrets (
    id uuid not null default gen_random_uuid(),
    name text,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea default vault._crypto_aead_det_noncegen(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint secrets_pkey primary key (id)
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
comment on table vault.secrets is 'Secrets, hidden in the column "secret".';
select pg_catalog.pg_extension_config_dump('vault.secrets', '');

create view vault.decrypted_secrets as
select
    s.id,
    s.name,
    s.description,
    s.secret,
    convert_from(
        vault._crypto_aead_det_decrypt(
            decode(s.secret, 'base64'), convert_to(s.id::text, 'UTF8'), 0, 'pgsodium', s.nonce
        ),
        'UTF8'
    ) as decrypted_secret,
    s.key_id,
    s.nonce,
    s.created_at,
    s.updated_at
from vault.secrets as s;

create function vault.create_secret(
    new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
    new_id constant uuid := pg_catalog.gen_random_uuid();
    new_nonce constant bytea := vault._crypto_aead_det_noncegen();
begin
    insert into vault.secrets (id, secret, name, description, nonce)
    values (
        new_id,
        pg_catalog.encode(
            vault._crypto_aead_det_encrypt(
                pg_catalog.convert_to(new_secret, 'UTF8'),
                pg_catalog.convert_to(new_id::text, 'UTF8'),
                0,
                'pgsodium',
                new_nonce
            ),
            'base64'
        ),
        new_name,
        new_description,
        new_nonce
    );
    return new_id;
end
$$;

create function vault.update_secret(
    secret_id uuid,
    new_secret text default null,
    new_name text default null,
    new_description text default null,
    new_key_id uuid default null
) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
    update vault.secrets as s
    set
        secret = coalesce(
            pg_catalog.encode(
                vault._crypto_aead_det_encrypt(
                    pg_catalog.convert_to(new_secret, 'UTF8'),
                    pg_catalog.convert_to(s.id::text, 'UTF8'),
                    0,
                    'pgsodium',
                    s.nonce
                ),
                'base64'
            ),
            s.secret
        ),
        name = coalesce(new_name, s.name),
        description = coalesce(new_description, s.description),
        updated_at = pg_catalog.now()
    where s.id = secret_id;
end
$$;

-- Who may do what in a Supabase project; elsewhere the roles may be missing.
revoke all on all functions in schema vault from public;
do $grants$
declare
    grantee text;
begin
    for grantee in
        select rolname from pg_catalog.pg_roles where rolname in ('postgres', 'service_role') order by rolname
    loop
        execute pg_catalog.format('grant usage on schema vault to %I', grantee);
        execute pg_catalog.format('grant select, delete on vault.secrets, vault.decrypted_secrets to %I', grantee);
        execute pg_catalog.format(
            'grant execute on function vault.create_secret(text, text, text, uuid),'
            ' vault.update_secret(uuid, text, text, text, uuid),'
            ' vault._crypto_aead_det_decrypt(bytea, bytea, bigint, bytea, bytea) to %I', grantee
        );
    end loop;
end
$grants$;
