-- Offerings of courses: dated programs with a price and a number of seats, for which people apply.

create table course_offerings (
    offering_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    program_type program_type not null,
    title text not null check (length(trim(title)) between 1 and 120),
    description text not null default '' check (length(description) <= 5000),
    price_cents integer not null default 0 check (price_cents between 0 and 100000000),
    currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    -- First and last day, in the organization's time zone.
    starts_on date,
    ends_on date check (ends_on >= starts_on),
    -- Time in which people can apply; null for no limit.
    applications_open_at timestamptz,
    applications_close_at timestamptz,
    -- Number of seats; null for no limit.
    capacity integer check (capacity between 1 and 100000),
    needs_review boolean not null default true,
    -- Hours for which a freed seat is offered to one person of the waitlist.
    offer_hours integer not null default 48 check (offer_hours between 1 and 720),
    -- The last part of the address by which people join without choosing a course.
    enrollment_code text not null check (enrollment_code ~ '^[A-Z0-9]{4,24}$'),
    is_open boolean not null default true,
    -- The cohort that accepted people become members of.
    cohort_id uuid,
    -- Words of the mails about decisions, where they differ from the usual ones.
    mails jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (course_id, program_type, title),
    unique (organization_id, enrollment_code),
    check (applications_open_at < applications_close_at),
    check (program_type = 'cohort' or cohort_id is null)
);
call make_tenant_table('course_offerings', 'offering_id');
call make_tenant_reference('course_offerings', 'course_id', 'courses', 'course_id', 'cascade');
call make_tenant_reference('course_offerings', 'cohort_id', 'cohorts', 'cohort_id', 'set null');
