-- Messages that tutors send to members of a cohort, and who got them.

set local lock_timeout = '10s';

create table cohort_messages (
    -- A key of the form, so that sending it twice sends the message once.
    message_id uuid primary key,
    organization_id uuid not null,
    cohort_id uuid not null,
    sender_user_id uuid,
    title text not null check (length(trim(title)) between 1 and 150),
    body text not null check (length(trim(body)) between 1 and 4000),
    sent_at timestamptz not null default now()
);
call make_tenant_table('cohort_messages', 'message_id');
call make_tenant_reference('cohort_messages', 'cohort_id', 'cohorts', 'cohort_id', 'cascade');
call make_tenant_reference('cohort_messages', 'sender_user_id', 'users', 'user_id', 'set null');

create table cohort_message_receivers (
    message_id uuid not null,
    member_id uuid not null,
    organization_id uuid not null,
    primary key (message_id, member_id)
);
call make_tenant_table('cohort_message_receivers', null);
call make_tenant_reference('cohort_message_receivers', 'message_id', 'cohort_messages', 'message_id', 'cascade');
call make_tenant_reference('cohort_message_receivers', 'member_id', 'cohort_members', 'member_id', 'cascade');

-- Notifications of messages hold the whole message.
alter table notifications drop constraint notifications_body_check,
    add constraint notifications_body_check check (length(body) <= 4000);
