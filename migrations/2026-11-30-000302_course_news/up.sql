-- Announcements to all learners of a course and messages to its learners, beside those of cohorts.

set local lock_timeout = '10s';

alter table cohort_announcements
    alter column cohort_id drop not null,
    -- The course to whose learners it goes, if it goes to no cohort.
    add column course_id uuid,
    add check ((cohort_id is null) <> (course_id is null));
call make_tenant_reference('cohort_announcements', 'course_id', 'courses', 'course_id', 'cascade');
create unique index cohort_announcements_key on cohort_announcements (series_id) where cohort_id is null;
create index cohort_announcements_course on cohort_announcements (course_id) where cohort_id is null;

create table course_announcement_reads (
    announcement_id uuid not null,
    user_id uuid not null,
    organization_id uuid not null,
    read_at timestamptz not null default now(),
    primary key (announcement_id, user_id)
);
call make_tenant_table('course_announcement_reads', null);
call make_tenant_reference('course_announcement_reads', 'announcement_id', 'cohort_announcements', 'announcement_id', 'cascade');
call make_tenant_reference('course_announcement_reads', 'user_id', 'users', 'user_id', 'cascade');

alter table cohort_messages
    alter column cohort_id drop not null,
    -- The course to whose learners it goes, if it goes to no cohort.
    add column course_id uuid,
    add check ((cohort_id is null) <> (course_id is null));
call make_tenant_reference('cohort_messages', 'course_id', 'courses', 'course_id', 'cascade');
create index cohort_messages_course on cohort_messages (course_id) where cohort_id is null;

create table course_message_receivers (
    message_id uuid not null,
    user_id uuid not null,
    organization_id uuid not null,
    primary key (message_id, user_id)
);
call make_tenant_table('course_message_receivers', null);
call make_tenant_reference('course_message_receivers', 'message_id', 'cohort_messages', 'message_id', 'cascade');
call make_tenant_reference('course_message_receivers', 'user_id', 'users', 'user_id', 'cascade');
create index course_message_receivers_user on course_message_receivers (user_id);
