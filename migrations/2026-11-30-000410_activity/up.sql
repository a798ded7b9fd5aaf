-- Activity of learners: events, which are only ever added, and their sums by learner, course and day.

set local lock_timeout = '10s';

-- The day on which a moment falls in the organization's time zone.
create function activity_day(moment timestamptz) returns date language sql stable as $$
    select (moment at time zone coalesce((
        select o.time_zone from organizations o
        where o.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
    ), 'UTC'))::date
$$;

create table learner_activity_events (
    organization_id uuid not null,
    user_id uuid not null,
    -- The time in the id, which the browser chose. An event that is sent twice has the same key.
    occurred_at timestamptz not null,
    event_id uuid not null,
    course_id uuid not null,
    topic_id uuid,
    kind text not null check (kind in (
        'opened', 'read', 'video', 'rewatched', 'idle', 'active', 'completed',
        'enrolled', 'persona_changed', 'topic_done', 'quiz_started', 'quiz_passed', 'quiz_failed',
        'exam_started', 'exam_ended', 'tutor_asked', 'cold_call_answered')),
    -- Seconds, percent or a score, depending on the kind.
    amount integer not null default 0 check (amount between 0 and 1000000),
    -- The number of a quiz or the name of a persona. Never a text that a person wrote.
    detail text not null default '' check (length(detail) <= 200),
    received_at timestamptz not null default now(),
    -- The day of the sums to which the event was added.
    received_on date not null,
    primary key (organization_id, user_id, occurred_at, event_id)
) partition by range (occurred_at);
call make_tenant_table('learner_activity_events', null);
revoke update, delete, truncate on learner_activity_events from lyceum_app;
create trigger immutable before update or delete on learner_activity_events
    for each row execute function refuse_change();
-- Holds rows that fall outside every monthly partition.
create table learner_activity_events_default partition of learner_activity_events default;
call protect_tenant_table('learner_activity_events_default');
revoke all on learner_activity_events_default from lyceum_app;
call make_partitions('learner_activity_events', 2);

create table learner_activity_days (
    user_id uuid not null,
    organization_id uuid not null,
    course_id uuid not null,
    day date not null,
    seconds_active integer not null default 0 check (seconds_active between 0 and 86400),
    opened integer not null default 0,
    read integer not null default 0,
    watched integer not null default 0,
    rewatched integer not null default 0,
    done integer not null default 0,
    quizzes_passed integer not null default 0,
    quizzes_failed integer not null default 0,
    exams integer not null default 0,
    asked integer not null default 0,
    answered integer not null default 0,
    events integer not null default 0,
    -- Sorted, each topic once.
    opened_topics uuid[] not null default '{}',
    -- Sorted, a topic once for each question.
    asked_topics uuid[] not null default '{}',
    -- Null on a day without study, such as that of the enrollment.
    first_at timestamptz,
    last_at timestamptz,
    primary key (user_id, course_id, day)
) with (fillfactor = 80);
create index on learner_activity_days (course_id, day);
call make_tenant_table('learner_activity_days', null);
call make_tenant_reference('learner_activity_days', 'user_id', 'users', 'user_id', 'cascade');
call make_tenant_reference('learner_activity_days', 'course_id', 'courses', 'course_id', 'cascade');

-- Events have no foreign keys. They go with the sums that they are part of, which are deleted with
-- their person and their course.
create function forget_activity() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    delete from learner_activity_events e using gone g
    where e.organization_id = g.organization_id and e.user_id = g.user_id
      and e.course_id = g.course_id and e.received_on = g.day;
    return null;
end $$;
create trigger forget_events after delete on learner_activity_days
    referencing old table as gone for each statement execute function forget_activity();

-- Drops the monthly partitions of a table that end before a time.
create procedure drop_partitions(parent regclass, before timestamptz)
language plpgsql security definer set search_path from current as $$
declare
    part regclass;
    ending timestamptz;
begin
    -- Statements that write wait behind a lock on the table, so the wait for it is short. A partition
    -- that is in use is dropped an hour later.
    set local lock_timeout = '2s';
    for part, ending in
        select c.oid::regclass, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(.*)''\)')::timestamptz
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = parent and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
    loop
        if ending <= before then
            execute format('drop table %s', part);
        end if;
    end loop;
end $$;
revoke all on procedure drop_partitions(regclass, timestamptz) from public;
grant execute on procedure drop_partitions(regclass, timestamptz) to lyceum_system;
