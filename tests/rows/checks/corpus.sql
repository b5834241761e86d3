-- tests/rows/checks/corpus.sql
-- CHECKs as people write them, one table per kind of data, for the tests of parsing, evaluating and solving.
-- Needs: nothing but PostgreSQL 15 and contrib.  Every constraint here can be satisfied, and violated alone.

create schema corpus;

create type corpus.mood as enum ('calm', 'sleepy', 'Wide "awake"');
create domain corpus.positive as integer check (value > 0);
create domain corpus.percentage as numeric(5, 2) constraint percentage_range check (value between 0 and 100);
create domain corpus.email as text
    constraint email_shape check (value ~* '^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$')
    constraint email_length check (char_length(value) <= 254);
create domain corpus.work_email as corpus.email not null check (value like '%@example.com');
create domain corpus.slug as varchar(40) check (value ~ '^[a-z0-9]+(-[a-z0-9]+)*$');
create function corpus.is_even(n integer) returns boolean language sql immutable return n % 2 = 0;

create table corpus.numbers (
    id bigint generated always as identity primary key,
    small smallint check (small >= 1 and small <= 5),
    whole integer not null check (whole > 0),
    large bigint check (large between -10 and 10000000000),
    price numeric(10, 2) check (price >= 0),
    discount numeric(10, 2) default 0 check (discount < price),
    ratio numeric check (ratio between 0 and 1 or ratio = -1),
    score real check (score >= 0 and score <= 1),
    latitude double precision check (latitude between -90 and 90),
    longitude double precision constraint longitude_range check (longitude > -180.0 and longitude <= 180.0),
    age integer check (age is null or (age >= 0 and age < 150)),
    low integer,
    high integer,
    middle integer,
    quantity integer not null check (quantity <> 0),
    total numeric(14, 2),
    share_a integer check (share_a >= 0),
    share_b integer check (share_b >= 0),
    share_c integer check (share_c >= 0),
    parity integer check (corpus.is_even(parity)),
    step integer check (step % 15 = 0),
    power integer check (power = any (array[1, 2, 4, 8, 16])),
    banned integer check (banned not in (13, 666)),
    sign integer check (abs(sign) = 1),
    pos corpus.positive,
    pct corpus.percentage not null,
    rounded numeric check (rounded = round(rounded, 2)),
    constraint low_before_high check (low <= middle and middle < high),
    constraint spread check (high - low <= 100),
    constraint total_is_product check (total = price * quantity),
    constraint shares_sum check (share_a + share_b + share_c = 100),
    constraint some_number check (coalesce(low, high, middle, 0) > -1000),
    constraint one_parity check (num_nonnulls(parity, step) = 1),
    constraint at_most check (greatest(share_a, share_b) <= 90),
    constraint not_both check (not (power = 16 and banned > 100)),
    constraint cased check (case when small = 1 then whole < 10 when small = 2 then whole < 100 else true end)
);

create table corpus.texts (
    id uuid primary key,
    title text not null check (char_length(title) between 1 and 200),
    body text check (length(body) <= 10000),
    name varchar(50) not null check (btrim(name) <> ''),
    trimmed text check (trimmed = btrim(trimmed) and trimmed <> ''),
    code char(3) check (code ~ '^[A-Z]{3}$'),
    currency char(3) not null check (currency in ('EUR', 'USD', 'GBP')),
    status varchar(20) not null default 'draft' check (status in ('draft', 'published', 'archived')),
    role text check (role = any (array['admin'::text, 'editor'::text, 'viewer'::text])),
    kind text not null check (kind = 'a' or kind = 'b' or kind like 'x%'),
    forbidden text check (forbidden not in ('root', 'admin') and forbidden <> ''),
    email text check (email ~* '^[^@]+@[^@]+\.[^@]+$'),
    lower_email text check (lower_email = lower(lower_email)),
    url text check (url like 'https://%' or url ilike 'http://%'),
    not_url text check (not_url not like '%://%'),
    phone text check (phone ~ '^\+?[0-9]{7,15}$'),
    colour text check (colour ~* '^#[0-9a-f]{6}$'),
    hour text check (hour ~ '^([01]\d|2[0-3]):[0-5]\d$'),
    postcode text check (postcode ~ '^\d{5}(-\d{4})?$'),
    word text check (word !~ '\s' and word !~* '^admin'),
    handle text check (handle ~ '^\w{3,20}$'),
    password text check (password ~ '^(?=.*[A-Z])(?=.*\d).{8,}$'),
    version text check (version similar to '\d+.\d+.\d+'),
    hash text check (octet_length(hash) = 64 and hash ~ '^[0-9a-f]+$'),
    locale text check (locale ~ '^[a-z]{2}(_[A-Z]{2})?$'),
    starts text check (starts_with(starts, 'pg_')),
    prefixed text check (left(prefixed, 3) = 'cus' and substr(prefixed, 4, 1) = '_'),
    at_sign text check (position('@' in at_sign) > 1),
    upper_only text check (upper(upper_only) = upper_only and upper_only <> ''),
    digits text check (digits ~ '^[[:digit:]]+$' and digits::bigint > 1000),
    either text,
    other text,
    mood corpus.mood not null check (mood <> 'sleepy'),
    mail corpus.email,
    work corpus.work_email default 'a@example.com',
    slug corpus.slug not null,
    constraint either_or check ((either is null) <> (other is null)),
    constraint different check (title <> body),
    constraint published_has_body check (status <> 'published' or (body is not null and char_length(body) > 0)),
    constraint archived_means check ((status = 'archived') = (phone is not null)),
    constraint concatenated check (length(name || title) < 240),
    constraint matching check (not (role = 'admin' and locale is null)),
    constraint no_empty check (nullif(body, '') is not null or body is null)
);

create table corpus.times (
    id integer primary key,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    deleted_at timestamptz check (deleted_at is null or deleted_at >= updated_at),
    starts_at timestamptz not null,
    ends_at timestamptz,
    birth date check (birth > '1900-01-01' and birth <= current_date),
    first_day date not null,
    last_day date not null,
    opened time,
    closed time,
    lasts interval check (lasts > '00:00:00' and lasts <= interval '1 day'),
    expires_at timestamp check (expires_at > '2020-01-01 00:00:00'),
    weekday date check (extract(isodow from weekday) < 6),
    month date check (month = date_trunc('month', month)),
    year integer check (year >= 1900 and year <= 2100),
    day_hour integer check (day_hour between 0 and 23),
    finite timestamptz check (isfinite(finite)),
    minutes integer,
    during tstzrange check (not isempty(during) and lower(during) is not null),
    valid daterange check (valid <@ daterange('2020-01-01', '2030-01-01')),
    slots int4range check (lower(slots) >= 0 and upper(slots) <= 1440),
    constraint updated_after_created check (updated_at >= created_at),
    constraint ends_after_start check (ends_at is null or ends_at > starts_at),
    constraint ends_the_same_week check (ends_at <= starts_at + interval '7 days'),
    constraint days_in_order check (last_day >= first_day and last_day - first_day <= 30),
    constraint at_least_a_day check (last_day >= first_day + 1),
    constraint opening_hours check (opened < closed),
    constraint minutes_agree check (minutes = extract(epoch from ends_at - starts_at) / 60),
    constraint overlap_free check (not (during && tstzrange('1990-01-01', '1991-01-01')))
);

create table corpus.documents (
    id integer primary key,
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    items jsonb check (jsonb_typeof(items) = 'array' and jsonb_array_length(items) <= 5),
    profile jsonb check (profile ? 'name'),
    point jsonb check ((point ->> 'x')::integer between 0 and 10),
    event jsonb check (event ->> 'type' in ('open', 'close') and event ? 'at'),
    nested jsonb check (nested #>> '{a,b}' is not null),
    meta json check (json_typeof(meta) = 'object'),
    tags text[] not null default '{}' check (array_length(tags, 1) <= 5),
    labels text[] check (cardinality(labels) between 1 and 3),
    roles text[] check (roles <@ array['a', 'b', 'c']),
    wanted integer[] check (1 = any (wanted)),
    positive integer[] check (0 < all (positive)),
    clean text[] check (array_position(clean, null) is null),
    pair integer[] check (array_length(pair, 1) = 2 and pair[1] <= pair[2]),
    raw bytea check (octet_length(raw) <= 16),
    sha bytea check (length(sha) = 32),
    flag boolean not null check (flag),
    consent boolean check (consent is not false),
    a boolean not null,
    b boolean not null,
    c boolean,
    bits bit(4) check (bits <> b'0000'),
    ip inet check (family(ip) = 4),
    owner uuid check (owner <> '00000000-0000-0000-0000-000000000000'),
    constraint one_of check ((a::integer + b::integer) = 1),
    constraint implied check (not a or c is not null),
    constraint exclusive check (num_nulls(ip, owner) = 1)
);

create table corpus."Odd Names" (
    "Id" integer primary key,
    "select" integer not null check ("select" > 0),
    "VALUE" text check ("VALUE" <> 'it''s'),
    "a ""b""" text check ("a ""b""" like '100\%%'),
    value integer check (value < 0),
    constraint "It's odd" check ("Id" <> "select")
);
