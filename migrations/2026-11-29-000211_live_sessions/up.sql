-- Live sessions of cohorts, and who attended.

create table live_sessions (
    session_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    -- Sessions that were made together. A key of the form, so that sending it twice makes them once.
    series_id uuid not null default gen_random_uuid(),
    series_no integer not null default 1 check (series_no between 1 and 52),
    created_by uuid,
    title text not null check (length(trim(title)) between 1 and 200),
    starts_at timestamptz not null,
    minutes integer not null check (minutes between 5 and 720),
    -- Shown to nobody: members are led there around the session's time.
    join_link text not null default '' check (join_link = '' or join_link like 'https://%' and length(join_link) <= 2000),
    place text not null default '' check (length(place) <= 200),
    -- Markdown, and its HTML.
    notes text not null default '' check (length(notes) <= 20000),
    notes_html text not null default '',
    canceled_at timestamptz,
    -- The start of which the members were reminded.
    reminded_for timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (series_id, series_no)
);
call make_tenant_table('live_sessions', 'session_id');
call make_tenant_reference('live_sessions', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('live_sessions', 'created_by', 'users', 'user_id', 'set null');
create index live_sessions_by_time on live_sessions (cohort_id, starts_at);

create table session_attendance (
    session_id uuid not null,
    member_id uuid not null,
    organization_id uuid not null,
    -- First time at which the member was led to the session.
    joined_at timestamptz,
    -- Mark of a tutor. Without one, a member who joined attended.
    status text check (status in ('present', 'late', 'excused', 'absent')),
    updated_at timestamptz not null default now(),
    primary key (session_id, member_id)
);
call make_tenant_table('session_attendance', null);
call make_tenant_reference('session_attendance', 'session_id', 'live_sessions', 'session_id', 'cascade');
call make_tenant_reference('session_attendance', 'member_id', 'cohort_members', 'member_id', 'cascade');
