-- Sign-ups that wait for their confirmation, browsers in which accounts were used, and the end of
-- sessions.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

-- One row for each sign-up, with its own name and password. The link in its mail confirms this row
-- alone, and the account is created at that moment.
create table sign_ups (
    sign_up_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    display_name text not null check (length(trim(display_name)) between 1 and 100),
    password_hash text not null,
    time_zone text check (length(time_zone) <= 64),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
call make_tenant_table('sign_ups', 'sign_up_id');
create index on sign_ups (organization_id, email);
create index on sign_ups (expires_at);

-- A token confirms one sign-up, or resets the password of one account. Earlier links would confirm
-- the data of the latest sign-up, which may be a stranger's, so they are deleted here.
delete from one_time_tokens where purpose = 'confirm_email';
alter table one_time_tokens alter column user_id drop not null, add column sign_up_id uuid;
call make_tenant_reference('one_time_tokens', 'sign_up_id', 'sign_ups', 'sign_up_id', 'cascade');
alter table one_time_tokens add constraint one_time_tokens_subject
    check ((purpose = 'confirm_email') = (sign_up_id is not null) and (purpose = 'reset_password') = (user_id is not null));

-- Browsers in which somebody signed in to an account. Each one has its own limit of wrong
-- passwords. Its cookie holds the identifier, and the table holds only the hash.
create table known_devices (
    user_id uuid not null,
    organization_id uuid not null,
    device_hash bytea not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    primary key (user_id, device_hash)
);
call make_tenant_table('known_devices', null);
call make_tenant_reference('known_devices', 'user_id', 'users', 'user_id', 'cascade');
create index on known_devices (last_used_at);

-- Deletes the sessions of a closed account at once. Otherwise they would be valid again if the
-- account were reopened.
create function end_sessions() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
    delete from web_sessions where organization_id = new.organization_id and user_id = new.user_id;
    return null;
end $$;
create trigger end_sessions after update of is_active, deleted_at on users
    for each row when (not new.is_active or new.deleted_at is not null) execute function end_sessions();

-- Accounts that were closed before this trigger existed.
delete from web_sessions s using users u
where u.organization_id = s.organization_id and u.user_id = s.user_id and (not u.is_active or u.deleted_at is not null);
