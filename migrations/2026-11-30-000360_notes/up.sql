-- A topic in short: sentences that say most of it, and its key concepts.
create table ai_notes (
    note_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    topic_id uuid not null unique,
    -- One sentence a line.
    summary_markdown text not null default '' check (length(summary_markdown) <= 4000),
    -- A list of {concept, definition, anchor, mentions}.
    key_concepts jsonb not null default '[]' check (jsonb_typeof(key_concepts) = 'array'),
    -- SHA-256 of the text that the notes were made from.
    source_hash bytea not null,
    generated_at timestamptz not null default now(),
    -- Set when a tutor writes the notes. The job then leaves them as they are.
    edited_at timestamptz,
    edited_by uuid,
    updated_at timestamptz not null default now()
);
call make_tenant_table('ai_notes', null);
call make_tenant_reference('ai_notes', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('ai_notes', 'topic_id', 'topics', 'topic_id', 'cascade');
call make_tenant_reference('ai_notes', 'edited_by', 'users', 'user_id', 'set null');

-- Notes are part of what the learners of a course share.
create constraint trigger revision_inserted after insert or delete on ai_notes
    deferrable initially deferred for each row execute function touch_course_revision();
create constraint trigger revision_updated after update on ai_notes
    deferrable initially deferred for each row when (old.* is distinct from new.*)
    execute function touch_course_revision();
