-- Grades of a course: weights of its parts, and columns that tutors fill in by hand.

-- A course without a row has no grade.
create table course_grading (
    course_id uuid primary key,
    organization_id uuid not null,
    quiz_weight integer not null check (quiz_weight between 0 and 100),
    exam_weight integer not null check (exam_weight between 0 and 100),
    work_weight integer not null check (work_weight between 0 and 100),
    column_weight integer not null check (column_weight between 0 and 100),
    -- Lowest results in quizzes that do not count.
    drop_lowest integer not null default 0 check (drop_lowest between 0 and 20),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (quiz_weight + exam_weight + work_weight + column_weight > 0)
);
call make_tenant_table('course_grading', null);
call make_tenant_reference('course_grading', 'course_id', 'courses', 'course_id', 'cascade');

create table grade_columns (
    column_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    max_points integer not null check (max_points between 1 and 1000),
    created_at timestamptz not null default now(),
    unique (course_id, title)
);
call make_tenant_table('grade_columns', 'column_id');
call make_tenant_reference('grade_columns', 'course_id', 'courses', 'course_id', 'cascade');

create table grade_entries (
    column_id uuid not null,
    user_id uuid not null,
    organization_id uuid not null,
    points double precision not null check (points between 0 and 1000),
    noted_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (column_id, user_id)
);
call make_tenant_table('grade_entries', null);
call make_tenant_reference('grade_entries', 'column_id', 'grade_columns', 'column_id', 'cascade');
call make_tenant_reference('grade_entries', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('grade_entries', 'noted_by', 'users', 'user_id', 'set null');
create index on grade_entries (user_id);
