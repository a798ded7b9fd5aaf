-- What tutors decide about the tutor of their course: its limits, questions that it suggests, and
-- questions that learners hand to a person.

create table course_tutor_settings (
    course_id uuid primary key,
    organization_id uuid not null,
    is_on boolean not null default true,
    -- Typed questions of a learner in a module that get an answer.
    questions_per_module integer not null default 5 check (questions_per_module between 0 and 1000),
    -- Answers begin with hints.
    hints_first boolean not null default true,
    -- Tutors may read conversations; learners are told so where they ask.
    tutors_may_read boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
call make_tenant_table('course_tutor_settings', null);
call make_tenant_reference('course_tutor_settings', 'course_id', 'courses', 'course_id', 'cascade');

-- Questions with answers that tutors have prepared, as a tree: the children of a question follow it.
create table topic_prompt_suggestions (
    suggestion_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null,
    parent_suggestion_id uuid,
    -- The site asks for 80 characters; course files may have more.
    prompt_text text not null check (length(prompt_text) between 1 and 6000),
    -- Markdown, and the HTML made of it. Empty until somebody writes one.
    answer text not null check (length(answer) <= 160000),
    answer_html text not null,
    position integer not null default 0 check (position >= 0),
    is_active boolean not null default true,
    -- The question as a course file has it, by which a later import finds it again.
    imported_prompt text,
    -- Set when it is changed on the site. Imports then leave it as it is.
    edited_at timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (answer <> '' or not is_active)
);
call make_tenant_table('topic_prompt_suggestions', 'suggestion_id');
call make_tenant_reference('topic_prompt_suggestions', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('topic_prompt_suggestions', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('topic_prompt_suggestions', 'parent_suggestion_id', 'topic_prompt_suggestions', 'suggestion_id', 'cascade');
call make_tenant_reference('topic_prompt_suggestions', 'created_by', 'users', 'user_id', 'set null');
create index on topic_prompt_suggestions (course_id, topic_id);
create index on topic_prompt_suggestions (parent_suggestion_id);

-- Questions that learners hand to the tutors of the course.
create table tutor_requests (
    request_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    session_id uuid not null,
    -- The question, a message of the conversation.
    message_id uuid not null,
    asked_at timestamptz not null default now(),
    -- Null until a tutor has replied or closed it.
    done_at timestamptz,
    done_by uuid,
    -- The last reply of a tutor.
    reply_message_id uuid,
    check (done_by is null or done_at is not null),
    unique (message_id)
);
call make_tenant_table('tutor_requests', null);
call make_tenant_reference('tutor_requests', 'session_id', 'cp_rag_chat_sessions', 'session_id', 'cascade');
call make_tenant_reference('tutor_requests', 'message_id', 'cp_rag_chat_messages', 'message_id', 'cascade');
call make_tenant_reference('tutor_requests', 'reply_message_id', 'cp_rag_chat_messages', 'message_id', 'set null');
call make_tenant_reference('tutor_requests', 'done_by', 'users', 'user_id', 'set null');
create index on tutor_requests (session_id);
create index tutor_requests_open on tutor_requests (organization_id, asked_at) where done_at is null;
