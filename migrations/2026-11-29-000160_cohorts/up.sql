-- Cohorts and their members. Enrollments still decide who may study a course; triggers keep them
-- in step with memberships.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create table cohorts (
    cohort_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    title text not null check (length(trim(title)) between 1 and 120),
    -- First and last day, in the cohort's time zone. The last day belongs to the cohort.
    start_date date not null,
    end_date date check (end_date >= start_date),
    time_zone text not null default 'UTC' check (length(time_zone) between 1 and 64),
    -- The same as instants: the beginning of the first day, and the end of the last one.
    starts_at timestamptz not null,
    ends_at timestamptz,
    is_active boolean not null default true,
    -- Time at which members were let in, after the start.
    opened_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (course_id, title)
);
call make_tenant_table('cohorts', 'cohort_id');
call make_tenant_reference('cohorts', 'course_id', 'courses', 'course_id', 'cascade');
create index cohorts_to_open on cohorts (starts_at) where opened_at is null and is_active;

create type member_status as enum ('active', 'paused', 'removed');

-- A member is known by e-mail address, and by account as soon as an account confirms that address.
create table cohort_members (
    member_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    cohort_id uuid not null,
    user_id uuid,
    email text not null check (email = lower(email) and length(email) <= 254 and email like '_%@_%'),
    -- Name from an application or a list, for members without an account.
    name text check (length(trim(name)) between 1 and 100),
    status member_status not null default 'active',
    batch_no integer not null default 1 check (batch_no between 1 and 999),
    joined_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (cohort_id, email),
    unique (cohort_id, user_id)
);
call make_tenant_table('cohort_members', 'member_id');
call make_tenant_reference('cohort_members', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_members', 'user_id', 'users', 'user_id', 'set null');
create index on cohort_members (organization_id, email) where user_id is null;

-- The cohort through which the person may study the course; null if they enrolled by themselves.
alter table enrollments add column cohort_id uuid;
call make_tenant_reference('enrollments', 'cohort_id', 'cohorts', 'cohort_id', 'set null');

create function set_cohort_times() returns trigger language plpgsql as $$
begin
    new.starts_at := new.start_date::timestamp at time zone new.time_zone;
    new.ends_at := (new.end_date + 1)::timestamp at time zone new.time_zone;
    -- A start that was moved into the future closes the cohort again until then.
    if new.starts_at > now() then
        new.opened_at := null;
    end if;
    return new;
end $$;
create trigger set_times before insert or update of start_date, end_date, time_zone on cohorts
    for each row execute function set_cohort_times();

-- Gives or takes the person's access to the course, as their memberships say now. An enrollment
-- that the person made by themselves stays as it is. So does a course that a member has left by
-- themselves, until another cohort takes them in. A completed course that was taken away comes back
-- as completed.
create function follow_memberships(person uuid, course uuid) returns void language plpgsql as $$
declare
    giver uuid;
    organization uuid;
begin
    -- Two changes at once take turns, so that the second one sees the memberships of the first.
    perform from enrollments where user_id = person and course_id = course for no key update;
    select m.cohort_id, m.organization_id into giver, organization
    from cohort_members m
    join cohorts c on c.cohort_id = m.cohort_id
    where m.user_id = person and c.course_id = course and m.status = 'active'
      and c.is_active and c.starts_at <= now()
    order by c.starts_at desc limit 1;
    if giver is not null then
        insert into enrollments (organization_id, user_id, course_id, cohort_id) values (organization, person, course, giver)
        on conflict (user_id, course_id) do update
        set status = case when enrollments.completed_at is null then 'active' else 'completed' end::enrollment_status,
            cohort_id = giver
        where enrollments.status = 'expired'
           or enrollments.status = 'withdrawn' and enrollments.cohort_id is distinct from giver
           or enrollments.cohort_id is not null and enrollments.cohort_id <> giver;
    else
        update enrollments set status = 'expired'
        where user_id = person and course_id = course and cohort_id is not null and status <> 'expired';
    end if;
end $$;

-- Links a new member to the account that has confirmed the address.
create function link_member() returns trigger language plpgsql as $$
begin
    if new.user_id is null then
        select u.user_id into new.user_id
        from users u
        where u.organization_id = new.organization_id and u.email = new.email
          and u.email_confirmed_at is not null and u.is_active and u.deleted_at is null
          and not exists (select from cohort_members m where m.cohort_id = new.cohort_id and m.user_id = u.user_id);
    end if;
    return new;
end $$;
create trigger link before insert or update of email on cohort_members
    for each row execute function link_member();

create function member_changed() returns trigger language plpgsql as $$
declare
    course uuid;
begin
    if tg_op <> 'DELETE' and new.user_id is not null then
        select course_id into course from cohorts where cohort_id = new.cohort_id;
        perform follow_memberships(new.user_id, course);
    end if;
    if tg_op <> 'INSERT' and old.user_id is not null then
        -- Also when somebody moves to a cohort of another course.
        perform follow_memberships(old.user_id, c.course_id)
        from cohorts c
        where c.cohort_id = old.cohort_id
          and (tg_op = 'DELETE' or new.user_id is distinct from old.user_id or c.course_id is distinct from course);
    end if;
    return null;
end $$;
-- `email` is among the columns, because a changed address may link an account.
create trigger follow after insert or delete or update of user_id, email, cohort_id, status on cohort_members
    for each row execute function member_changed();

create function cohort_changed() returns trigger language plpgsql as $$
begin
    perform follow_memberships(m.user_id, new.course_id)
    from cohort_members m where m.cohort_id = new.cohort_id and m.user_id is not null
    order by m.user_id;
    return null;
end $$;
create trigger follow after update of is_active, start_date, time_zone, opened_at on cohorts
    for each row execute function cohort_changed();

-- Takes the access that a deleted cohort gave, before its enrollments forget the cohort. If its
-- course is being deleted too, there is no access left to take.
create function cohort_ends() returns trigger language plpgsql as $$
begin
    delete from cohort_members m using courses c
    where m.cohort_id = old.cohort_id and c.course_id = old.course_id;
    return old;
end $$;
create trigger ends before delete on cohorts for each row execute function cohort_ends();

-- Lets the members of cohorts in that have started. Returns the number of these cohorts.
create function open_started_cohorts() returns integer language sql as $$
    with opened as (
        update cohorts set opened_at = now()
        where opened_at is null and is_active and starts_at <= now()
        returning 1
    )
    select count(*)::integer from opened;
$$;

-- An account that confirms its address takes up the memberships of that address.
create function link_account() returns trigger language plpgsql as $$
begin
    if new.email_confirmed_at is not null and new.is_active and new.deleted_at is null then
        update cohort_members m set user_id = new.user_id
        where m.organization_id = new.organization_id and m.email = new.email and m.user_id is null
          and not exists (select from cohort_members o where o.cohort_id = m.cohort_id and o.user_id = new.user_id);
    end if;
    return null;
end $$;
create trigger link_memberships after insert or update of email, email_confirmed_at, is_active, deleted_at on users
    for each row execute function link_account();

-- Links members whose account was confirmed while they were added, so that neither change saw the
-- other one. Returns the number of members.
create function link_confirmed_members() returns integer language sql as $$
    with linked as (
        update cohort_members m set user_id = u.user_id
        from users u
        where m.user_id is null and u.organization_id = m.organization_id and u.email = m.email
          and u.email_confirmed_at is not null and u.is_active and u.deleted_at is null
          and not exists (select from cohort_members o where o.cohort_id = m.cohort_id and o.user_id = u.user_id)
        returning 1
    )
    select count(*)::integer from linked;
$$;
