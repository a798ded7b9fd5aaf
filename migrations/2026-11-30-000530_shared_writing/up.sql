-- Several people write one topic: the last revisions of each draft, with which texts are merged,
-- and who has the editor open.

set local lock_timeout = '10s';

create table topic_draft_revisions (
    topic_id uuid not null,
    revision integer not null check (revision >= 0),
    organization_id uuid not null,
    title text not null,
    body text not null,
    -- The text as its page sent it, if others' words were merged into it.
    sent_title text,
    sent_body text,
    writer uuid not null,
    change_no integer not null default 0,
    saved_by uuid,
    saved_at timestamptz not null default now(),
    primary key (topic_id, revision),
    check ((sent_title is null) = (sent_body is null))
);
call make_tenant_table('topic_draft_revisions', null);
call make_tenant_reference('topic_draft_revisions', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_draft_revisions', 'saved_by', 'users', 'user_id', 'set null');
insert into topic_draft_revisions (organization_id, topic_id, revision, title, body, writer, change_no, saved_by)
select organization_id, topic_id, revision, title, body, writer, change_no, saved_by from topic_drafts;

create table topic_writers (
    topic_id uuid not null,
    -- Name of the page that has the editor open.
    writer uuid not null,
    organization_id uuid not null,
    user_id uuid not null,
    -- The page says regularly that it is open. One that has been silent for a while is gone.
    seen_at timestamptz not null default now(),
    primary key (topic_id, writer)
);
call make_tenant_table('topic_writers', null);
call make_tenant_reference('topic_writers', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_writers', 'user_id', 'users', 'user_id', 'cascade');
