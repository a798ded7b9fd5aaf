-- Topics that a job publishes at a time.

create table topic_schedules (
    topic_id uuid primary key,
    organization_id uuid not null,
    publish_at timestamptz not null,
    -- The tutor for whom the topic is published.
    scheduled_by uuid not null,
    -- The reason why it could not be published.
    problem text check (length(problem) <= 500),
    created_at timestamptz not null default now()
);
call make_tenant_table('topic_schedules', null);
call make_tenant_reference('topic_schedules', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_schedules', 'scheduled_by', 'users', 'user_id', 'cascade');
