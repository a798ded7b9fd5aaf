-- Paths through nuggets, and the sessions of learners on them.

set local lock_timeout = '10s';

-- Nuggets that were made of topics.
create table topic_nuggets (
    nugget_id uuid primary key,
    organization_id uuid not null,
    topic_id uuid not null,
    position integer not null check (position >= 0)
);
call make_tenant_table('topic_nuggets', null);
call make_tenant_reference('topic_nuggets', 'nugget_id', 'nuggets', 'nugget_id', 'cascade');
call make_tenant_reference('topic_nuggets', 'topic_id', 'topics', 'topic_id', 'cascade');

create table narrative_paths (
    path_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    title text not null check (length(trim(title)) between 1 and 200),
    description text not null default '' check (length(description) <= 1000),
    status text not null default 'draft' check (status in ('draft', 'published')),
    -- The course whose learners see the path. Null for a path that everybody sees.
    course_id uuid,
    -- The document that the path was made of.
    document_id uuid,
    created_by uuid,
    published_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('narrative_paths', 'path_id');
call make_tenant_reference('narrative_paths', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('narrative_paths', 'document_id', 'documents', 'document_id', 'set null');
call make_tenant_reference('narrative_paths', 'created_by', 'users', 'user_id', 'set null');

create table narrative_nodes (
    node_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    path_id uuid not null,
    nugget_id uuid not null,
    -- The path begins at the first one.
    position integer not null,
    -- A list of {"id", "text", "next_node_id", "reveals_gap", "confirms_mastery"}. A choice without
    -- a next node ends the path.
    choices jsonb not null default '[]' check (jsonb_typeof(choices) = 'array'),
    created_at timestamptz not null default now(),
    unique (path_id, position) deferrable initially immediate,
    unique (path_id, nugget_id)
);
call make_tenant_table('narrative_nodes', 'node_id');
call make_tenant_reference('narrative_nodes', 'path_id', 'narrative_paths', 'path_id', 'cascade');
call make_tenant_reference('narrative_nodes', 'nugget_id', 'nuggets', 'nugget_id', 'cascade');

create table narrative_sessions (
    session_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    learner_id uuid not null,
    path_id uuid not null,
    current_node_id uuid,
    mode text not null default 'text' check (mode in ('text', 'voice')),
    -- {"version": 1, "visits": [{"node", "at"}], "steps": number, "question": object or null,
    --  "found": [node]}
    state jsonb not null,
    started_at timestamptz not null default now(),
    last_activity timestamptz not null default now(),
    completed_at timestamptz
);
call make_tenant_table('narrative_sessions', 'session_id');
create unique index narrative_sessions_open on narrative_sessions (learner_id, path_id) where completed_at is null;
call make_tenant_reference('narrative_sessions', 'learner_id', 'learners', 'learner_id', 'cascade');
call make_tenant_reference('narrative_sessions', 'path_id', 'narrative_paths', 'path_id', 'cascade');
call make_tenant_reference('narrative_sessions', 'current_node_id', 'narrative_nodes', 'node_id', 'set null');

create table narrative_messages (
    message_id uuid primary key,
    organization_id uuid not null,
    session_id uuid not null,
    role text not null check (role in ('user', 'assistant')),
    content text not null check (length(content) <= 8000),
    -- The calls of tools with what they were given and what they answered.
    tool_calls jsonb,
    -- {"nugget": id, "slides": true or false}
    media jsonb,
    created_at timestamptz not null default now()
);
call make_tenant_table('narrative_messages', null);
create index on narrative_messages (session_id, message_id);
call make_tenant_reference('narrative_messages', 'session_id', 'narrative_sessions', 'session_id', 'cascade');
