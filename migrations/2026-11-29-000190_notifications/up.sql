-- Notifications: what happened that concerns a person, shown in the app and sent by mail.

create table notifications (
    notification_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    kind text not null check (length(kind) between 1 and 40),
    -- What it is about, such as the id of a thread. Unread notifications of one kind about one
    -- subject are one notification.
    subject text not null check (length(subject) between 1 and 100),
    course_id uuid,
    title text not null check (length(trim(title)) between 1 and 200),
    body text not null default '' check (length(body) <= 1000),
    path text not null check (path like '/%' and path not like '//%' and length(path) <= 500),
    -- Number of events that it stands for.
    events integer not null default 1 check (events > 0),
    -- Time of its newest event.
    happened_at timestamptz not null default now(),
    read_at timestamptz,
    -- Time at which it was put into a mail.
    mailed_at timestamptz
);
call make_tenant_table('notifications', null);
call make_tenant_reference('notifications', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('notifications', 'course_id', 'courses', 'course_id', 'cascade');
create unique index notifications_unread on notifications (user_id, kind, subject) where read_at is null;
create index notifications_newest on notifications (user_id, happened_at desc, notification_id desc);

-- How mails of one kind come to a person who has chosen it. Without a row, the kind's default.
create table notification_choices (
    user_id uuid not null,
    organization_id uuid not null,
    kind text not null check (length(kind) between 1 and 40),
    mails text not null check (mails in ('at_once', 'daily', 'weekly', 'off')),
    primary key (user_id, kind)
);
call make_tenant_table('notification_choices', null);
call make_tenant_reference('notification_choices', 'user_id', 'users', 'user_id', 'cascade');

create table notification_settings (
    user_id uuid primary key,
    organization_id uuid not null,
    -- Hours of the day in the person's time zone between which no mails leave.
    quiet_from smallint check (quiet_from between 0 and 23),
    quiet_until smallint check (quiet_until between 0 and 23),
    -- Part of the addresses that stop mails without signing in.
    unsubscribe_key uuid not null default gen_random_uuid(),
    check ((quiet_from is null) = (quiet_until is null)),
    unique (organization_id, unsubscribe_key)
);
call make_tenant_table('notification_settings', null);
call make_tenant_reference('notification_settings', 'user_id', 'users', 'user_id', 'cascade');

-- Loads the number of unread notifications, up to 100, with the session.
drop function load_session_and_user(uuid, bytea);
create function load_session_and_user(organization uuid, hash bytea)
returns table (data jsonb, expires_at timestamptz, user_id uuid, email text, display_name text, username text,
               role user_role, time_zone text, unread integer)
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    return query
    select s.data, s.expires_at, u.user_id, u.email, u.display_name, u.username, u.role, u.time_zone,
           (select count(*)::integer
            from (select 1 from notifications n where n.user_id = u.user_id and n.read_at is null limit 100) unread)
    from web_sessions s
    left join users u on u.user_id = s.user_id and u.organization_id = s.organization_id
                     and u.is_active and u.deleted_at is null
    where s.organization_id = organization and s.session_hash = hash and s.expires_at > now();
end $$;
revoke all on function load_session_and_user(uuid, bytea) from public;
grant execute on function load_session_and_user(uuid, bytea) to lyceum_app;
