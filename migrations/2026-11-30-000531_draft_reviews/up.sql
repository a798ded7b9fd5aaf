-- Drafts that tutors of a course read before they are published, and comments on their passages.

set local lock_timeout = '10s';

create table draft_reviews (
    topic_id uuid primary key,
    organization_id uuid not null,
    state text not null check (state in ('ready', 'approved', 'changes_wanted')),
    requested_by uuid,
    -- Null if all tutors of the course are asked.
    reviewer_id uuid,
    requested_at timestamptz not null default now(),
    decided_by uuid,
    decided_at timestamptz,
    -- Revision of the draft that was judged.
    revision integer,
    note text not null default '' check (length(note) <= 2000),
    check (decided_by is null or state <> 'ready')
);
call make_tenant_table('draft_reviews', null);
call make_tenant_reference('draft_reviews', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('draft_reviews', 'requested_by', 'users', 'user_id', 'set null');
call make_tenant_reference('draft_reviews', 'reviewer_id', 'users', 'user_id', 'set null');
call make_tenant_reference('draft_reviews', 'decided_by', 'users', 'user_id', 'set null');

create table draft_comments (
    comment_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    topic_id uuid not null,
    -- The comment that this one answers.
    parent_id uuid,
    -- The passage as it was written. Empty for a comment on the whole topic.
    quote text not null default '' check (length(quote) <= 1000),
    body text not null check (length(trim(body)) between 1 and 2000),
    author_user_id uuid,
    created_at timestamptz not null default now(),
    resolved_at timestamptz,
    resolved_by uuid,
    check (parent_id is null or (quote = '' and resolved_at is null)),
    check (resolved_by is null or resolved_at is not null)
);
call make_tenant_table('draft_comments', 'comment_id');
call make_tenant_reference('draft_comments', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('draft_comments', 'parent_id', 'draft_comments', 'comment_id', 'cascade');
call make_tenant_reference('draft_comments', 'author_user_id', 'users', 'user_id', 'set null');
call make_tenant_reference('draft_comments', 'resolved_by', 'users', 'user_id', 'set null');
