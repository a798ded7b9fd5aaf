-- Reviews of work that was handed in, by other learners.

set local lock_timeout = '10s';

alter table assignments
    -- Number of reviews that each learner gives and each work gets. Without any, tutors mark.
    add column peer_reviews integer not null default 0 check (peer_reviews between 0 and 5),
    -- True if learners read each other's names.
    add column peers_are_named boolean not null default false,
    -- Days for the reviews, after which the work goes to the tutors.
    add column peer_days integer not null default 7 check (peer_days between 1 and 60);

alter table submissions
    -- Until then other learners review the work, and it is in no queue of tutors.
    add column peers_until timestamptz,
    -- True if the released score is the median of the reviews.
    add column is_peer_marked boolean not null default false;

-- A work that a learner is to review, or has reviewed.
create table peer_reviews (
    review_id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    submission_id uuid not null,
    reviewer_id uuid not null,
    -- The rubric at the time when the work was given to the reviewer.
    rubric jsonb not null,
    -- {"version", "points"}: points of each criterion, or null.
    points jsonb not null default '{"version": 1, "points": []}',
    feedback text not null default '' check (length(feedback) <= 20000),
    feedback_html text not null default '',
    -- Percent. Null until all criteria have points.
    score integer check (score between 0 and 100),
    allocated_at timestamptz not null default now(),
    -- True once the reviewer has saved something. Such a review is not given to somebody else.
    is_begun boolean not null default false,
    sent_at timestamptz,
    -- The author's report that the review is unfair.
    reported_at timestamptz,
    report text not null default '' check (length(report) <= 2000),
    -- Time at which a tutor decided about the report, and whether the review is left out.
    settled_at timestamptz,
    is_left_out boolean not null default false,
    check (sent_at is null or score is not null),
    unique (submission_id, reviewer_id)
);
call make_tenant_table('peer_reviews', null);
call make_tenant_reference('peer_reviews', 'submission_id', 'submissions', 'submission_id', 'cascade');
call make_tenant_reference('peer_reviews', 'reviewer_id', 'users', 'user_id', 'cascade');
create index peer_reviews_reported on peer_reviews (organization_id, reported_at)
    where reported_at is not null and settled_at is null;
