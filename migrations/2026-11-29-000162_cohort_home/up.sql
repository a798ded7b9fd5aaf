-- The home of a cohort: announcements, the project of each batch, and what members hand in.

create table cohort_announcements (
    announcement_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    author_user_id uuid,
    title text not null check (length(trim(title)) between 1 and 200),
    -- Markdown, and its HTML.
    body text not null check (length(body) <= 20000),
    body_html text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('cohort_announcements', 'announcement_id');
call make_tenant_reference('cohort_announcements', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_announcements', 'author_user_id', 'users', 'user_id', 'set null');

create table cohort_batch_projects (
    project_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    batch_no integer not null check (batch_no between 1 and 999),
    title text not null check (length(trim(title)) between 1 and 200),
    tagline text not null default '' check (length(tagline) <= 300),
    -- Markdown, and its HTML.
    description text not null default '' check (length(description) <= 20000),
    description_html text not null default '',
    notes text not null default '' check (length(notes) <= 20000),
    notes_html text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (cohort_id, batch_no)
);
call make_tenant_table('cohort_batch_projects', 'project_id');
call make_tenant_reference('cohort_batch_projects', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');

-- The work that a member hands in: a link, a text, or both.
create table project_works (
    work_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    member_id uuid not null,
    link text not null default '' check (length(link) <= 2000),
    body text not null default '' check (length(body) <= 20000),
    handed_in_at timestamptz not null default now(),
    check (link <> '' or body <> ''),
    unique (project_id, member_id)
);
call make_tenant_table('project_works', 'work_id');
call make_tenant_reference('project_works', 'project_id', 'cohort_batch_projects', 'project_id', 'cascade');
call make_tenant_reference('project_works', 'member_id', 'cohort_members', 'member_id', 'cascade');

create table work_comments (
    comment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    work_id uuid not null,
    author_user_id uuid,
    body text not null check (length(trim(body)) between 1 and 5000),
    created_at timestamptz not null default now()
);
call make_tenant_table('work_comments', null);
call make_tenant_reference('work_comments', 'work_id', 'project_works', 'work_id', 'cascade');
call make_tenant_reference('work_comments', 'author_user_id', 'users', 'user_id', 'set null');
