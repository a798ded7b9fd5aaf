-- Invitations of people by mail, and uploaded lists of people to invite.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create table invitations (
    invitation_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    name text check (length(trim(name)) between 1 and 100),
    role user_role not null,
    -- The course that a learner is enrolled in, or that a tutor teaches.
    course_id uuid check (course_id is null or role <> 'admin'),
    invited_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid,
    revoked_at timestamptz,
    check (accepted_at is null or revoked_at is null)
);
call make_tenant_table('invitations', 'invitation_id');
call make_tenant_reference('invitations', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('invitations', 'invited_by', 'users', 'user_id', 'set null');
call make_tenant_reference('invitations', 'accepted_by', 'users', 'user_id', 'set null');
-- An address has one open invitation at most.
create unique index invitations_open on invitations (organization_id, email)
    where accepted_at is null and revoked_at is null;
create index invitations_newest on invitations (organization_id, created_at desc, invitation_id desc)
    where accepted_at is null and revoked_at is null;

-- Each mail has a link of its own, and all links of an invitation end with it.
create table invitation_links (
    link_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    invitation_id uuid not null,
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    unique (organization_id, token_hash)
);
call make_tenant_table('invitation_links', null);
call make_tenant_reference('invitation_links', 'invitation_id', 'invitations', 'invitation_id', 'cascade');

-- Lines wait here until an admin confirms what each of them will do, and are removed then.
create table invitation_lists (
    list_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    uploaded_by uuid,
    file_name text not null check (length(file_name) <= 200),
    -- Role of lines without one.
    role user_role not null,
    course_id uuid,
    lines jsonb not null,
    -- Numbers of lines by outcome, once confirmed.
    outcome jsonb,
    confirmed_at timestamptz,
    created_at timestamptz not null default now(),
    check ((outcome is null) = (confirmed_at is null))
);
call make_tenant_table('invitation_lists', null);
call make_tenant_reference('invitation_lists', 'uploaded_by', 'users', 'user_id', 'set null');
call make_tenant_reference('invitation_lists', 'course_id', 'courses', 'course_id', 'cascade');
create index on invitation_lists (created_at);
