-- Uploaded question files whose import is not confirmed yet. They are deleted after a day, by
-- housekeeping.
create table question_import_previews (
    import_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null,
    uploaded_by uuid not null,
    file_name text not null check (length(file_name) <= 200),
    content bytea not null check (length(content) between 1 and 20 * 1024 * 1024),
    -- Value of the form's place field. Without a purpose, each question keeps that of the file.
    place text not null check (length(place) <= 100),
    purpose question_purpose,
    created_at timestamptz not null default now()
);
-- Packages are compressed already.
alter table question_import_previews alter column content set storage external;
call make_tenant_table('question_import_previews', null);
call make_tenant_reference('question_import_previews', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('question_import_previews', 'uploaded_by', 'users', 'user_id', 'cascade');
create index on question_import_previews (created_at);
