-- Uploaded courses whose import is not confirmed yet. They are deleted after a day, by housekeeping.
create table course_import_previews (
    import_id uuid primary key,
    organization_id uuid not null,
    uploaded_by uuid not null,
    file_name text not null check (length(file_name) <= 200),
    -- Null once the course is imported.
    content bytea check (length(content) between 1 and 50 * 1024 * 1024),
    -- Name in addresses that the course gets instead of its own.
    slug text check (length(slug) <= 80),
    -- Everything that the import will change, as the page shows it.
    preview jsonb not null,
    -- Name in addresses of the imported course.
    imported_as text,
    created_at timestamptz not null default now()
);
-- Zip files are compressed already.
alter table course_import_previews alter column content set storage external;
call make_tenant_table('course_import_previews', null);
call make_tenant_reference('course_import_previews', 'uploaded_by', 'users', 'user_id', 'cascade');
create index on course_import_previews (created_at);
