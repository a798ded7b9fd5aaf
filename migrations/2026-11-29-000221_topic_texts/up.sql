-- Texts of topics that are written on the site: one draft for each topic, and every published
-- version.

create table topic_drafts (
    topic_id uuid primary key,
    organization_id uuid not null,
    title text not null check (length(trim(title)) between 1 and 300),
    body text not null,
    -- Grows with each save. A save names the revision that it started from.
    revision integer not null check (revision > 0),
    -- The page that saved last, and the number of its change. Its own saves are never stale.
    writer uuid not null,
    change_no integer not null default 0,
    -- True if learners see this text. Then `topics` has it, and an import may have changed it there.
    is_published boolean not null default false,
    saved_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('topic_drafts', null);
call make_tenant_reference('topic_drafts', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_drafts', 'saved_by', 'users', 'user_id', 'set null');

create table topic_versions (
    version_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    topic_id uuid not null,
    number integer not null check (number > 0),
    title text not null,
    body text not null,
    -- Null for a text that came with an import, and for a person who is gone.
    published_by uuid,
    published_at timestamptz not null default now(),
    unique (topic_id, number)
);
call make_tenant_table('topic_versions', null);
call make_tenant_reference('topic_versions', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_versions', 'published_by', 'users', 'user_id', 'set null');
