-- Courses whose page was changed on the site: title, texts, language, price, access. Imports then
-- leave the page alone.
create table course_page_edits (
    course_id uuid primary key,
    organization_id uuid not null,
    edited_at timestamptz not null default now()
);
call make_tenant_table('course_page_edits', null);
call make_tenant_reference('course_page_edits', 'course_id', 'courses', 'course_id', 'cascade');
