-- Announcements that are published at a time, that go to all cohorts of a course, and who has read
-- them.

set local lock_timeout = '10s';

alter table cohort_announcements
    -- The rows of an announcement to several cohorts share it. A key of the form, so that sending
    -- it twice makes them once.
    add column series_id uuid not null default gen_random_uuid(),
    add column publish_at timestamptz not null default now(),
    -- Null until then. Members see published announcements only.
    add column published_at timestamptz default now();
update cohort_announcements set publish_at = created_at, published_at = created_at;
alter table cohort_announcements add unique (series_id, cohort_id);

create table announcement_reads (
    announcement_id uuid not null,
    member_id uuid not null,
    organization_id uuid not null,
    read_at timestamptz not null default now(),
    primary key (announcement_id, member_id)
);
call make_tenant_table('announcement_reads', null);
call make_tenant_reference('announcement_reads', 'announcement_id', 'cohort_announcements', 'announcement_id', 'cascade');
call make_tenant_reference('announcement_reads', 'member_id', 'cohort_members', 'member_id', 'cascade');
