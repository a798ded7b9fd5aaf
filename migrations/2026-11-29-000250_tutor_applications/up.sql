-- Decisions about several applications at once, seats that are being freed, and people who apply to
-- teach.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

alter table registrations
    -- The decision about several applications by which it was decided, until that is carried out.
    add column decision_act uuid,
    -- True if the person studied the course before they were let in, so that it stays theirs.
    add column was_enrolled boolean not null default false;

-- As before, and counts a seat that is being freed until that is carried out.
create or replace function guard_seats() returns trigger language plpgsql as $$
declare
    seats integer;
begin
    if new.status not in ('accepted', 'offered') then
        return new;
    end if;
    if tg_op = 'UPDATE' then
        if (old.status in ('accepted', 'offered') or old.previous_status in ('accepted', 'offered'))
           and old.offering_id = new.offering_id then
            return new;
        end if;
    end if;
    select capacity into seats from course_offerings where offering_id = new.offering_id for update;
    if seats <= (select count(*) from registrations
                 where offering_id = new.offering_id
                   and (status in ('accepted', 'offered') or previous_status in ('accepted', 'offered'))) then
        raise exception 'the offering is full' using errcode = 'check_violation', constraint = 'registrations_seats';
    end if;
    return new;
end $$;

create table tutor_applications (
    application_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    name text not null check (length(trim(name)) between 1 and 100),
    subjects text not null check (length(trim(subjects)) between 1 and 500),
    experience text not null check (length(trim(experience)) between 1 and 4000),
    motivation text not null check (length(trim(motivation)) between 1 and 4000),
    link text check (link ~ '^https?://' and length(link) <= 500),
    status text not null default 'new' check (status in ('new', 'approved', 'rejected')),
    created_at timestamptz not null default now(),
    decided_by uuid,
    decided_at timestamptz,
    -- The mail of a rejection.
    mail_subject text check (length(mail_subject) <= 200),
    mail_text text check (length(mail_text) <= 5000),
    check ((decided_at is null) = (status = 'new'))
);
call make_tenant_table('tutor_applications', 'application_id');
call make_tenant_reference('tutor_applications', 'decided_by', 'users', 'user_id', 'set null');
-- An address has one open application at most.
create unique index tutor_applications_open on tutor_applications (organization_id, email) where status = 'new';
create index tutor_applications_newest on tutor_applications (organization_id, status, created_at desc, application_id desc);
