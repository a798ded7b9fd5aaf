//! The SQL that finds who needs a tutor: one query for each kind, which read tables of many
//! features. In all of them `$1` is the tutor, `$2` whether they see all courses, and `$3` the time
//! now.
//!
//! A query returns kind, subject, fingerprint, course, person, time, two numbers, a text and two
//! ids, which `store.rs` names. The fingerprint changes with the facts, and neither it nor the
//! subject has a space.

use crate::cohort::server::cold_calls::{cohort_state, opening, overrides};
use crate::today::TodayKind;

/// Failed attempts at one quiz after which a learner is stuck.
const STUCK_ATTEMPTS: u32 = 2;
/// Days after which a learner who opens nothing is silent.
const SILENT_DAYS: u32 = 7;
/// Days after its opening by the schedule on which a module should be done.
const BEHIND_DAYS: u32 = 7;
/// Days after its opening on which a cold call should be answered.
const ANSWER_DAYS: u32 = 3;

/// SQL of a time as digits.
fn digits(time: &str) -> String {
    format!("(extract(epoch from {time}) * 1000000)::bigint::text")
}

/// The common table expressions that the queries of the kinds read: the courses of the tutor, and
/// their running cohorts with members, the openings of modules, and cold calls.
pub fn common() -> String {
    let (opens, state) = (opening("k.cohort_id"), cohort_state("k.cohort_id"));
    let overrides = overrides("k.cohort_id", "null::integer", "null::uuid");
    format!(
        "taught as (
             select c.course_id, c.slug, c.title, c.language, c.is_gated
             from courses c
             where c.retired_at is null
               and ($2 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                                  where ct.course_id = c.course_id and ct.is_active and t.user_id = $1))
         ), running as materialized (
             select k.cohort_id, k.course_id, k.title, k.start_date, k.starts_at, c.is_gated
             from cohorts k join taught c on c.course_id = k.course_id
             where k.is_active and k.starts_at <= $3 and (k.ends_at is null or k.ends_at > $3)
         ), members as materialized (
             -- In the cohort that counts: of those that run, the one that started last.
             select distinct on (m.user_id, k.course_id) m.member_id, m.user_id, m.batch_no, k.cohort_id, k.course_id
             from running k
             join cohort_members m on m.cohort_id = k.cohort_id and m.status = 'active'
             join enrollments e on e.user_id = m.user_id and e.course_id = k.course_id and e.status = 'active'
             order by m.user_id, k.course_id, k.starts_at desc, k.cohort_id
         ), rules as materialized (
             select r.cohort_id, r.module_no, r.batch_no, r.member_id,
                    cohort_day(r.cohort_id, coalesce(r.opens_on - k.start_date, r.days_after_start)) as opens_at
             from cohort_module_rules r join running k on k.cohort_id = r.cohort_id
         ), batch_rules as materialized (
             -- The rule of a batch comes before the one of its cohort.
             select distinct on (b.cohort_id, b.batch_no, r.module_no) b.cohort_id, b.batch_no, r.module_no, r.opens_at
             from (select distinct cohort_id, batch_no from members) b
             join rules r on r.cohort_id = b.cohort_id and r.member_id is null
                         and (r.batch_no is null or r.batch_no = b.batch_no)
             order by b.cohort_id, b.batch_no, r.module_no, r.batch_no is null
         ), openings as materialized (
             -- The rule of a member comes before the one of the batch.
             select m.member_id, b.module_no, b.opens_at
             from members m
             join batch_rules b on b.cohort_id = m.cohort_id and b.batch_no = m.batch_no
             where not exists (select from rules o where o.member_id = m.member_id and o.module_no = b.module_no)
             union all
             select m.member_id, o.module_no, o.opens_at from members m join rules o on o.member_id = m.member_id
         ), calls as materialized (
             select k.cohort_id, k.is_gated, p.prompt_id, p.topic_id, t.module_no,
                    greatest(p.created_at, {opens}, k.starts_at) as opens_at
             from running k
             join cold_call_prompts p on p.course_id = k.course_id and p.retired_at is null
             join topics t on t.topic_id = p.topic_id and t.retired_at is null
             -- By the times of the cohort, without those of single members.
             {overrides}
             cross join lateral (select {state}) state
             where not state.is_locked and (state.closes_at is null or state.closes_at > $3)
         )"
    )
}

/// The query of a kind.
pub fn of_kind(kind: TodayKind) -> String {
    match kind {
        TodayKind::Unanswered => unanswered(),
        TodayKind::Unmarked => UNMARKED.to_owned(),
        TodayKind::Applications => applications(),
        TodayKind::Stuck => stuck(),
        TodayKind::Behind => behind(),
        TodayKind::ColdCalls => cold_calls(),
        TodayKind::Silent => silent(),
    }
}

/// The queries of all kinds as one.
pub fn of_all_kinds() -> String {
    TodayKind::ALL.map(of_kind).join(" union all ")
}

const UNMARKED: &str =
    "select 'unmarked' as kind, 'work/' || s.work_id as subject, s.submission_id::text as fingerprint, e.course_id,
            w.user_id, s.handed_in_at as since, 0 as number, 0 as other, e.title as about,
            s.submission_id as id, null::uuid as above
     from submissions s
     join simulation_work w on w.work_id = s.work_id
     join simulation_exercises e on e.exercise_id = w.exercise_id and e.retired_at is null
     join taught c on c.course_id = e.course_id
     where s.is_latest and s.released_at is null and s.score is null and coalesce(s.peers_until <= now(), true)
       -- Work that another tutor is marking needs nobody else.
       and (s.marker_id is null or s.marker_id = $1 or coalesce(s.claimed_until <= $3, true))";

/// Questions to a person, then messages. The number is that of the open reports of a message.
fn unanswered() -> String {
    let waits = digits("coalesce(w.newest, m.held_at)");
    format!(
        "select 'unanswered' as kind, 'request/' || r.request_id as subject, r.message_id::text as fingerprint, s.course_id,
                s.user_id, r.asked_at as since, 0 as number, 0 as other, t.title as about,
                null::uuid as id, null::uuid as above
         from tutor_requests r
         join cp_rag_chat_sessions s on s.session_id = r.session_id
         join topics t on t.topic_id = s.topic_id
         join taught c on c.course_id = s.course_id
         where r.done_at is null
         union all
         select 'unanswered', 'message/' || m.message_id, {waits}, p.course_id, m.user_id,
                coalesce(w.newest, m.held_at), w.reports, 0, case when length(p.prompt) > 120 then left(p.prompt, 119) || '…' else p.prompt end, m.message_id, null
         from (select h.message_id from cold_call_messages h where h.held_at is not null
               union select o.message_id from cold_call_reports o where o.settled_at is null) x
         join cold_call_messages m on m.message_id = x.message_id
         join cold_call_prompts p on p.prompt_id = m.prompt_id and p.retired_at is null
         join taught c on c.course_id = p.course_id
         cross join lateral (
             select count(*)::integer as reports, max(o.created_at) as newest
             from cold_call_reports o where o.message_id = m.message_id and o.settled_at is null
         ) w
         where m.deleted_at is null and m.hidden_at is null"
    )
}

fn applications() -> String {
    let submitted = "coalesce(r.submitted_at, r.created_at)";
    let fingerprint = digits(submitted);
    format!(
        "select 'applications' as kind, 'application/' || r.registration_id as subject, {fingerprint} as fingerprint,
                o.course_id, r.user_id, {submitted} as since, 0 as number, 0 as other, coalesce(r.name, r.email) as about,
                r.registration_id as id, o.offering_id as above
         from registrations r
         join course_offerings o on o.offering_id = r.offering_id
         join taught c on c.course_id = o.course_id
         where $2 and r.status in ('submitted', 'in_review')"
    )
}

/// Quizzes that a learner has failed and not passed since the last reset. The second number is that
/// of the attempts if none is left, otherwise 0.
fn stuck() -> String {
    let last = digits("f.last_at");
    format!(
        "select 'stuck' as kind, 'quiz/' || f.course_id || '/' || f.user_id || '/' || f.module_no || '.' || f.section as subject,
                f.fails || '-' || {last} as fingerprint, f.course_id, f.user_id, f.last_at as since, f.fails as number,
                case when f.fails >= q.attempts_allowed + coalesce(x.extra_attempts, 0) then f.fails else 0 end as other,
                f.module_no || '.' || f.section as about, null::uuid as id, null::uuid as above
         from (
             select a.course_id, a.user_id, a.module_no, a.topic_pair_index as section, count(*)::integer as fails,
                    max(a.completed_at) as last_at
             from taught c
             join quiz_attempts a on a.course_id = c.course_id and a.status in ('failed', 'expired')
             where not exists (select from quiz_resets r
                               where r.user_id = a.user_id and r.course_id = a.course_id and r.module_no = a.module_no
                                 and r.topic_pair_index = a.topic_pair_index and r.reset_at >= a.started_at)
             group by a.course_id, a.user_id, a.module_no, a.topic_pair_index
         ) f
         join enrollments e on e.user_id = f.user_id and e.course_id = f.course_id and e.status = 'active'
         left join course_quiz_settings q on q.course_id = f.course_id
         left join quiz_allowances x on x.user_id = f.user_id and x.course_id = f.course_id
         where (f.fails >= {STUCK_ATTEMPTS} or f.fails >= q.attempts_allowed + coalesce(x.extra_attempts, 0))
           and not exists (select from quiz_attempt_history p
                           where p.user_id = f.user_id and p.course_id = f.course_id and p.module_no = f.module_no
                             and p.topic_pair_index = f.section and p.status = 'passed' and p.counts)
           and not exists (select from quiz_excuses p
                           where p.user_id = f.user_id and p.course_id = f.course_id and p.module_no = f.module_no
                             and p.topic_pair_index = f.section)
           and exists (select from quiz_questions p
                       where p.course_id = f.course_id and p.module_no = f.module_no and p.topic_pair_index = f.section
                         and p.purpose <> 'exam' and p.retired_at is null)"
    )
}

/// Members with topics to do in modules that opened by date long enough ago. The numbers are those
/// of the topics and of the modules. The fingerprint is the number of all such modules, done or
/// not.
fn behind() -> String {
    format!(
        "select 'behind' as kind, 'member/' || d.member_id as subject, d.due::text as fingerprint, d.course_id, d.user_id,
                d.since, d.topics as number, d.modules as other, d.title as about, null::uuid as id, null::uuid as above
         from (
             select m.member_id, m.course_id, m.user_id, k.title, count(distinct t.module_no) as due,
                    (count(*) filter (where p.progress_id is null))::integer as topics,
                    (count(distinct t.module_no) filter (where p.progress_id is null))::integer as modules,
                    min(o.opens_at) filter (where p.progress_id is null) as since
             from members m
             join running k on k.cohort_id = m.cohort_id
             join openings o on o.member_id = m.member_id
             join topics t on t.course_id = m.course_id and t.module_no = o.module_no and t.retired_at is null
             left join topic_progress p on p.user_id = m.user_id and p.topic_id = t.topic_id and p.is_completed
             where o.opens_at <= $3 - interval '{BEHIND_DAYS} days'
             group by m.member_id, m.course_id, m.user_id, k.title
         ) d
         where d.topics > 0"
    )
}

/// Members with unanswered cold calls that opened long enough ago, and their number. In a course
/// with gates only those of topics that the member has opened count, because others may be locked.
fn cold_calls() -> String {
    let newest = digits("d.newest");
    format!(
        "select 'cold_calls' as kind, 'calls/' || d.member_id as subject, {newest} as fingerprint, d.course_id, d.user_id,
                d.since, d.open as number, 0 as other, d.title as about, null::uuid as id, null::uuid as above
         from (
             select m.member_id, m.course_id, m.user_id, k.title, max(opens.at) as newest,
                    (count(*) filter (where a.message_id is null))::integer as open,
                    min(opens.at) filter (where a.message_id is null) as since
             from members m
             join running k on k.cohort_id = m.cohort_id
             join calls p on p.cohort_id = m.cohort_id
             left join openings o on o.member_id = m.member_id and o.module_no = p.module_no
             cross join lateral (select greatest(p.opens_at, o.opens_at) as at) opens
             left join cold_call_messages a
                 on a.prompt_id = p.prompt_id and a.cohort_id = p.cohort_id and a.user_id = m.user_id
                and a.parent_id is null and a.deleted_at is null and not a.is_tutor
             left join topic_progress g on g.user_id = m.user_id and g.topic_id = p.topic_id
             where opens.at <= $3 - interval '{ANSWER_DAYS} days' and (not p.is_gated or g.progress_id is not null)
             group by m.member_id, m.course_id, m.user_id, k.title
         ) d
         where d.open > 0"
    )
}

/// Learners of courses and of running cohorts who have done nothing for long. The number is 0 for
/// those who have not begun.
fn silent() -> String {
    let since = "coalesce(last.at, e.enrolled_at)";
    let fingerprint = digits(since);
    let before = format!("$3 - interval '{SILENT_DAYS} days'");
    format!(
        "select 'silent' as kind, 'learner/' || e.course_id || '/' || e.user_id as subject, {fingerprint} as fingerprint,
                e.course_id, e.user_id, {since} as since, (last.at is not null)::integer as number, 0 as other,
                '' as about, null::uuid as id, null::uuid as above
         from taught c
         join enrollments e on e.course_id = c.course_id and e.status = 'active'
         left join cohorts k on k.cohort_id = e.cohort_id
         cross join lateral (
             select greatest(
                 e.last_opened_at,
                 (select max(p.completed_at) from topic_progress p join topics t on t.topic_id = p.topic_id
                  where p.user_id = e.user_id and t.course_id = e.course_id),
                 (select max(coalesce(a.completed_at, a.started_at)) from quiz_attempts a
                  where a.user_id = e.user_id and a.course_id = e.course_id),
                 (select max(d.last_at) from learner_activity_days d
                  where d.user_id = e.user_id and d.course_id = e.course_id)
             ) as at
         ) last
         where e.enrolled_at <= {before} and (e.last_opened_at is null or e.last_opened_at <= {before})
           and (last.at is null or last.at <= {before})
           and (k.cohort_id is null or k.is_active and (k.ends_at is null or k.ends_at > $3))"
    )
}
