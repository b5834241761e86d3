-- supabase/40_storage.sql
-- Buckets and objects of the storage service, and the path functions that policies use.
-- Needs: 10_schemas.sql.

alter default privileges for role supabase_storage_admin in schema storage
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_storage_admin in schema storage
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_storage_admin in schema storage
grant all on sequences to postgres, anon, authenticated, service_role;

set role supabase_storage_admin;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
    id text not null,
    name text not null,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text,
    type storage.buckettype not null default 'STANDARD',
    constraint buckets_pkey primary key (id)
);
alter table storage.buckets enable row level security;
create unique index bname on storage.buckets (name);

create table storage.objects (
    id uuid not null default gen_random_uuid(),
    bucket_id text,
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb,
    constraint objects_pkey primary key (id),
    constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id)
);
alter table storage.objects enable row level security;
create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);

comment on table storage.buckets is 'Containers of objects.';
comment on table storage.objects is 'What is stored: one row per file.';
comment on column storage.buckets.owner is 'Old form of owner_id.';
comment on column storage.objects.owner is 'Old form of owner_id.';

-- no policies: a project writes its own on storage.objects

create function storage.foldername(name text) returns text[]
language plpgsql immutable
as $$
declare
    parts constant text[] := string_to_array(name, '/');
begin
    return parts[1 : array_length(parts, 1) - 1];
end
$$;

create function storage.filename(name text) returns text
language plpgsql
as $$
declare
    parts constant text[] := string_to_array(name, '/');
begin
    return parts[array_length(parts, 1)];
end
$$;

-- A file without a dot is its own extension, as in the storage service.
create function storage.extension(name text) returns text
language plpgsql immutable
as $$
declare
    parts constant text[] := string_to_array(name, '/');
begin
    return split_part(parts[array_length(parts, 1)], '.', -1);
end
$$;

create function storage.operation() returns text
language plpgsql stable
as $$
begin
    return current_setting('storage.operation', true);
end
$$;

create function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language plpgsql stable
as $$
begin
    return query
    select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id
    from storage.objects as o
    group by o.bucket_id
    order by o.bucket_id;
end
$$;

create function storage.update_updated_at_column() returns trigger
language plpgsql
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

-- A row deleted here would leave its file behind, so the service alone may do it.
create function storage.protect_delete() returns trigger
language plpgsql
as $$
begin
    if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
        raise exception 'rows of storage.% are deleted through the storage service only', tg_table_name
            using
                errcode = 'insufficient_privilege',
                hint = 'set storage.allow_delete_query to true for the transaction to act as the service';
    end if;
    return null;
end
$$;

create trigger update_objects_updated_at before update on storage.objects
for each row execute function storage.update_updated_at_column();
create trigger protect_buckets_delete before delete on storage.buckets
for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
for each statement execute function storage.protect_delete();

reset role;
