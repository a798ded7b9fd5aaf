-- The tutor's conversations: one for each learner and topic, and the questions typed in a module.

create table cp_rag_chat_sessions (
    session_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null,
    summary text,
    summary_message_count integer not null default 0 check (summary_message_count >= 0),
    summary_updated_at timestamptz,
    created_at timestamptz not null default now(),
    unique (user_id, course_id, topic_id)
);
call make_tenant_table('cp_rag_chat_sessions', 'session_id');
call make_tenant_reference('cp_rag_chat_sessions', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('cp_rag_chat_sessions', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('cp_rag_chat_sessions', 'topic_id', 'topics', 'topic_id', 'cascade');

create table cp_rag_chat_messages (
    -- UUIDv7, so that ids are in the order of time.
    message_id uuid primary key,
    organization_id uuid not null,
    session_id uuid not null,
    role text not null check (role in ('user', 'assistant', 'system', 'tutor')),
    -- The person who replied as a tutor.
    author_user_id uuid,
    content text not null check (length(content) <= 20000),
    -- Quotations with the chunk and the range from which each is taken.
    citations jsonb not null default '[]',
    -- The question that this message answers, and the kind of the answer.
    answer_to uuid,
    answer_kind text check (answer_kind in (
        'hint', 'key_sentence', 'quotations', 'own_hint', 'own_places', 'unknown', 'prepared')),
    -- Key of the form that asked, so that a form that is sent twice asks once.
    form_key uuid,
    -- The suggested question that was chosen. It may be gone.
    suggestion_id uuid,
    status text not null default 'complete' check (status in ('pending', 'streaming', 'complete', 'failed', 'stopped')),
    is_helpful boolean,
    feedback_reason text check (length(feedback_reason) <= 500),
    created_at timestamptz not null default now(),
    check (author_user_id is null or role = 'tutor'),
    check (feedback_reason is null or is_helpful is not null),
    check ((answer_to is null) = (answer_kind is null)),
    unique (session_id, form_key),
    -- Each step to the explanation exists once.
    unique (answer_to, answer_kind)
);
call make_tenant_table('cp_rag_chat_messages', 'message_id');
call make_tenant_reference('cp_rag_chat_messages', 'session_id', 'cp_rag_chat_sessions', 'session_id', 'cascade');
call make_tenant_reference('cp_rag_chat_messages', 'answer_to', 'cp_rag_chat_messages', 'message_id', 'cascade');
call make_tenant_reference('cp_rag_chat_messages', 'author_user_id', 'users', 'user_id', 'set null');
create index on cp_rag_chat_messages (session_id, message_id);

create table module_prompt_usage (
    user_id uuid not null,
    course_id uuid not null,
    module_no integer not null,
    organization_id uuid not null,
    used integer not null default 0 check (used >= 0),
    updated_at timestamptz not null default now(),
    primary key (user_id, course_id, module_no)
);
call make_tenant_table('module_prompt_usage', null);
call make_tenant_reference('module_prompt_usage', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('module_prompt_usage', 'course_id', 'courses', 'course_id', 'cascade');
