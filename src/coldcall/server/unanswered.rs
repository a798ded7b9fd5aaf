//! SQL of prompts with the members who have not answered them.

use crate::cohort::server::cold_calls::{opening, overrides};

/// SQL that gives the prompts `p`, their topics `t` and courses `k`, with the members `m` of
/// running cohorts `c` to whom they have opened at `$1` and who have not answered. `joins` adds
/// tables.
pub fn unanswered(joins: &str) -> String {
    let opening = opening("c.cohort_id");
    let overrides = overrides("c.cohort_id", "m.batch_no", "m.member_id");
    format!(
        "from cohorts c
         join courses k on k.course_id = c.course_id and k.retired_at is null
         join cohort_members m on m.cohort_id = c.cohort_id and m.status = 'active'
         join enrollments e on e.user_id = m.user_id and e.course_id = c.course_id
             and e.status in ('active', 'completed')
         join cold_call_prompts p on p.course_id = c.course_id and p.retired_at is null
         join topics t on t.topic_id = p.topic_id and t.retired_at is null
         {overrides}
         {joins}
         where c.is_active and c.starts_at <= $1 and (c.ends_at is null or c.ends_at > $1)
           and ({opening} is null or {opening} <= $1)
           and c.cohort_id = (select current.cohort_id from current_membership(m.user_id, c.course_id) current)
           and not exists (select from cold_call_messages own
                           where own.prompt_id = p.prompt_id and own.cohort_id = c.cohort_id
                             and own.user_id = m.user_id and own.parent_id is null
                             and own.deleted_at is null and not own.is_tutor)"
    )
}
