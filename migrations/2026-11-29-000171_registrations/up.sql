-- Applications for offerings, and the questions that they answer.

create table assessment_questions (
    question_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- The offerings in which it is asked: all if both are null.
    program_type program_type,
    offering_id uuid,
    prompt text not null check (length(trim(prompt)) between 1 and 500),
    -- Choices; empty for a question that is answered in words.
    options text[] not null default '{}',
    display_order integer not null default 0,
    is_required boolean not null default true,
    created_at timestamptz not null default now(),
    check (num_nonnulls(program_type, offering_id) <= 1),
    check (array_position(options, null) is null and cardinality(options) <> 1 and cardinality(options) <= 20)
);
call make_tenant_table('assessment_questions', 'question_id');
call make_tenant_reference('assessment_questions', 'offering_id', 'course_offerings', 'offering_id', 'cascade');

create type registration_status as enum
    ('draft', 'submitted', 'in_review', 'accepted', 'waitlisted', 'offered', 'rejected', 'withdrawn');

create table registrations (
    registration_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    offering_id uuid not null,
    user_id uuid,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    -- Time since which the applicant is known to read this address.
    confirmed_at timestamptz,
    name text check (length(trim(name)) between 1 and 100),
    phone text check (length(phone) <= 40),
    about text not null default '' check (length(about) <= 2000),
    -- Each question as it was asked, with its answer.
    answers_json jsonb not null default '{"version": 1, "answers": []}',
    -- The first stage that is not saved yet.
    stage text not null default 'details' check (stage in ('details', 'questions', 'review')),
    status registration_status not null default 'draft',
    submitted_at timestamptz,
    waitlisted_at timestamptz,
    offer_expires_at timestamptz,
    -- Time at which the person became a member of the cohort, or was enrolled.
    admitted_at timestamptz,
    paid_at timestamptz,
    paid_by uuid,
    decided_by uuid,
    decided_at timestamptz,
    -- A decision is told and carried out at `undo_until`. Until then it can be undone, which
    -- restores the previous status.
    previous_status registration_status,
    undo_until timestamptz,
    mail_subject text check (length(mail_subject) <= 200),
    mail_text text check (length(mail_text) <= 5000),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (offering_id, email),
    unique (offering_id, user_id),
    check (status <> 'offered' or offer_expires_at is not null),
    check (status = 'draft' or name is not null),
    check ((undo_until is null) = (previous_status is null))
);
call make_tenant_table('registrations', 'registration_id');
call make_tenant_reference('registrations', 'offering_id', 'course_offerings', 'offering_id', 'cascade');
call make_tenant_reference('registrations', 'user_id', 'users', 'user_id', 'set null');
call make_tenant_reference('registrations', 'paid_by', 'users', 'user_id', 'set null');
call make_tenant_reference('registrations', 'decided_by', 'users', 'user_id', 'set null');
create index on registrations (organization_id, email) where user_id is null;
create index on registrations (offering_id, waitlisted_at, registration_id) where status = 'waitlisted';

-- Hashes of the tokens in mailed links, by which an applicant goes on without an account.
create table registration_links (
    link_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    registration_id uuid not null,
    token_hash bytea not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (organization_id, token_hash)
);
call make_tenant_table('registration_links', null);
call make_tenant_reference('registration_links', 'registration_id', 'registrations', 'registration_id', 'cascade');

-- Refuses more accepted and offered seats than the offering has, whatever takes them. Waits for
-- others that take or free a seat of the same offering.
create function guard_seats() returns trigger language plpgsql as $$
declare
    seats integer;
begin
    if new.status not in ('accepted', 'offered') then
        return new;
    end if;
    if tg_op = 'UPDATE' then
        if old.status in ('accepted', 'offered') and old.offering_id = new.offering_id then
            return new;
        end if;
    end if;
    select capacity into seats from course_offerings where offering_id = new.offering_id for update;
    if seats <= (select count(*) from registrations
                 where offering_id = new.offering_id and status in ('accepted', 'offered')) then
        raise exception 'the offering is full' using errcode = 'check_violation', constraint = 'registrations_seats';
    end if;
    return new;
end $$;
create trigger guard_seats before insert or update of status, offering_id on registrations
    for each row execute function guard_seats();

-- Links an application to the account that has confirmed its address, once the applicant has
-- shown to read mail there.
create function link_registration() returns trigger language plpgsql as $$
begin
    if new.user_id is null and new.confirmed_at is not null then
        select u.user_id into new.user_id
        from users u
        where u.organization_id = new.organization_id and u.email = new.email
          and u.email_confirmed_at is not null and u.is_active and u.deleted_at is null
          and not exists (select from registrations r where r.offering_id = new.offering_id and r.user_id = u.user_id);
    end if;
    return new;
end $$;
create trigger link before insert or update of email, confirmed_at on registrations
    for each row execute function link_registration();

-- An account that confirms its address takes up the applications of that address.
create function link_registrations_of_account() returns trigger language plpgsql as $$
begin
    if new.email_confirmed_at is not null and new.is_active and new.deleted_at is null then
        update registrations r set user_id = new.user_id
        where r.organization_id = new.organization_id and r.email = new.email
          and r.user_id is null and r.confirmed_at is not null
          and not exists (select from registrations o where o.offering_id = r.offering_id and o.user_id = new.user_id);
    end if;
    return null;
end $$;
create trigger link_registrations after insert or update of email, email_confirmed_at, is_active, deleted_at on users
    for each row execute function link_registrations_of_account();

-- Enrolls a person who was admitted before there was an account. Memberships of cohorts follow
-- accounts by themselves.
create function enroll_linked() returns trigger language plpgsql as $$
begin
    if old.user_id is null and new.user_id is not null and new.admitted_at is not null and new.status = 'accepted' then
        insert into enrollments (organization_id, user_id, course_id)
        select o.organization_id, new.user_id, o.course_id
        from course_offerings o
        where o.offering_id = new.offering_id and o.program_type <> 'cohort'
        on conflict (user_id, course_id) do update set status = 'active'
        where enrollments.status in ('withdrawn', 'expired');
    end if;
    return null;
end $$;
create trigger enroll_linked after update of user_id on registrations
    for each row execute function enroll_linked();
