-- Imports of question files, and their reports. The questions of a file wait here until all are
-- imported.
create table question_imports (
    import_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null,
    imported_by uuid,
    file_name text not null check (length(file_name) <= 200),
    -- See question_bank::authoring::server::origin.
    stem text not null check (length(stem) <= 200),
    origin text not null check (length(origin) <= 250),
    same_name text not null check (length(same_name) <= 20),
    -- Value of the form's place field. Without a purpose, each question keeps that of the file.
    place text not null check (length(place) <= 100),
    purpose question_purpose,
    questions jsonb,
    done integer not null default 0,
    total integer not null check (total between 0 and 2000),
    report jsonb not null,
    stopped_why text check (length(stopped_why) <= 500),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz,
    check (done between 0 and total)
);
call make_tenant_table('question_imports', null);
call make_tenant_reference('question_imports', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('question_imports', 'imported_by', 'users', 'user_id', 'set null');
create index on question_imports (created_at);
