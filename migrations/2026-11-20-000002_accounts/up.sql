-- Accounts, sessions and tokens.

create type user_role as enum ('learner', 'tutor', 'admin');

create table users (
    user_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    email_confirmed_at timestamptz,
    phone text check (phone ~ '^\+[0-9]{6,15}$'),
    display_name text not null check (length(trim(display_name)) between 1 and 100),
    first_name text check (length(first_name) <= 100),
    last_name text check (length(last_name) <= 100),
    username text not null check (username ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and length(username) <= 40),
    role user_role not null default 'learner',
    password_hash text,
    profile_picture_url text check (length(profile_picture_url) <= 2000),
    -- IANA name; null until the browser or the person sets it.
    time_zone text check (length(time_zone) <= 64),
    preferences jsonb not null default '{"version": 1}',
    is_active boolean not null default true,
    last_login_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, email),
    unique (organization_id, username),
    unique (organization_id, phone)
);
call make_tenant_table('users', 'user_id');

-- Sessions of tower-sessions. The cookie holds the identifier, the table only its hash.
create table web_sessions (
    web_session_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    session_hash bytea not null,
    user_id uuid,
    data jsonb not null,
    address text,
    user_agent text check (length(user_agent) <= 400),
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    unique (organization_id, session_hash)
);
call make_tenant_table('web_sessions', null);
call make_tenant_reference('web_sessions', 'user_id', 'users', 'user_id', 'cascade');
create index on web_sessions (expires_at);

create type token_purpose as enum ('confirm_email', 'reset_password');

-- Tokens of links in mails. Only the hash is stored, and a token works once.
create table one_time_tokens (
    token_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    purpose token_purpose not null,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    unique (organization_id, token_hash)
);
call make_tenant_table('one_time_tokens', null);
call make_tenant_reference('one_time_tokens', 'user_id', 'users', 'user_id', 'cascade');
create index on one_time_tokens (expires_at);

-- Token buckets: one row for each limited subject (an address, an account), refilled over time.
create table rate_limits (
    organization_id uuid not null,
    bucket text not null check (length(bucket) <= 200),
    tokens double precision not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, bucket)
);
call make_tenant_table('rate_limits', null);
drop trigger touch on rate_limits;
create index on rate_limits (updated_at);

-- Reads a session, or its person, in one statement outside a transaction. This saves a signed-in
-- request the round trips of a transaction. SECURITY DEFINER with an explicit organization: a
-- session is valid only in its own organization.
create function load_session(organization uuid, hash bytea)
returns table (data jsonb, expires_at timestamptz, last_seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public as $$
    select s.data, s.expires_at, s.last_seen_at from web_sessions s
    where s.organization_id = organization and s.session_hash = hash and s.expires_at > now()
$$;

create function load_session_user(organization uuid, person uuid)
returns table (user_id uuid, email text, display_name text, username text, role user_role, time_zone text,
               profile_picture_url text, preferences jsonb)
language sql stable security definer set search_path = pg_catalog, public as $$
    select u.user_id, u.email, u.display_name, u.username, u.role, u.time_zone, u.profile_picture_url, u.preferences
    from users u
    where u.organization_id = organization and u.user_id = person and u.is_active and u.deleted_at is null
$$;
revoke all on function load_session(uuid, bytea), load_session_user(uuid, uuid) from public;
grant execute on function load_session(uuid, bytea), load_session_user(uuid, uuid) to lyceum_app;
