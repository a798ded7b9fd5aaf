-- Which mails were sent to whom, and which failed. Their texts are not kept, because they hold
-- links that sign people in.

-- Gives up instead of letting all requests queue behind a long transaction. Run it again then.
set local lock_timeout = '10s';

create table mail_log (
    mail_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    -- The job that sends the mail. Jobs are deleted before the log is.
    job_id uuid not null,
    kind text not null check (length(kind) between 1 and 100),
    email text not null check (length(email) <= 320),
    subject text not null check (length(subject) <= 500),
    -- Reason of the last failure; null once the mail was sent.
    problem text check (length(problem) <= 500),
    tries integer not null default 1 check (tries > 0),
    -- Time of the last try.
    happened_at timestamptz not null default now(),
    unique (organization_id, job_id, email)
);
call make_tenant_table('mail_log', null);
create index mail_log_newest on mail_log (organization_id, happened_at desc, mail_id desc);
create index mail_log_failed on mail_log (organization_id, happened_at desc, mail_id desc) where problem is not null;
create index mail_log_address on mail_log (organization_id, email, happened_at desc);
create index mail_log_happened_at on mail_log (happened_at);

-- Jobs that failed or wait, newest first. One index for each state, because row-level security
-- keeps comparisons of enums out of index conditions.
create index background_jobs_failed on background_jobs (organization_id, created_at desc, job_id desc)
    where status = 'FAILED';
create index background_jobs_waiting on background_jobs (organization_id, created_at desc, job_id desc)
    where status = 'PENDING';
