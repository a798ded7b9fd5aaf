//! Queries of the marking queue: its works, page by page, and their numbers.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::store::WorkMarker;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::SubmissionId;

/// Works on one page of the queue.
pub const PAGE: i64 = 100;

#[derive(QueryableByName)]
pub struct QueueRow {
    #[diesel(sql_type = Uuid)]
    pub submission_id: SubmissionId,
    #[diesel(sql_type = Text)]
    pub course: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub exercise: String,
    #[diesel(sql_type = Text)]
    pub learner: String,
    #[diesel(sql_type = Timestamptz)]
    pub handed_in_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub late_days: i32,
    #[diesel(sql_type = Int4)]
    pub late_percent: i32,
    #[diesel(sql_type = Bool)]
    pub is_marked: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub marker: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_claimed: bool,
    #[diesel(sql_type = Bool)]
    pub is_mine: bool,
}

impl QueueRow {
    /// The place of the work in the queue, for an address.
    pub fn place(&self) -> String {
        let at = self
            .handed_in_at
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{}_{at}_{}", u8::from(self.is_marked), self.submission_id)
    }
}

/// A place in the queue: whether the work is marked, when it was handed in, and its id.
type QueuePlace = (bool, DateTime<Utc>, uuid::Uuid);

/// Reads the place of a work. None if it is malformed; the queue then begins at its start.
fn place(text: &str) -> Option<QueuePlace> {
    let mut parts = text.splitn(3, '_');
    let is_marked = parts.next()? == "1";
    Some((
        is_marked,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

/// Works without released marks that the tutor `$1` marks; `$2` is true for admins.
const QUEUED: &str = "
    from submissions s
    join simulation_work w on w.work_id = s.work_id
    join simulation_exercises e on e.exercise_id = w.exercise_id
    join courses c on c.course_id = e.course_id
    join users l on l.user_id = w.user_id
    left join users m on m.user_id = s.marker_id
    where s.is_latest and s.released_at is null and coalesce(s.peers_until <= now(), true) and e.retired_at is null and c.retired_at is null
      and l.deleted_at is null
      and ($2 or exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                         where ct.course_id = e.course_id and ct.is_active and t.user_id = $1))";

/// Returns works without released marks: those that wait for marks first, the oldest first. The
/// page begins after a place, and has one work more than is shown if others follow.
pub async fn works(conn: &mut Conn, marker: WorkMarker, after: &str) -> QueryResult<Vec<QueueRow>> {
    let after = place(after);
    statement(format!(
        "select s.submission_id, c.title as course, c.language, e.title as exercise, l.display_name as learner,
                s.handed_in_at, s.late_days, s.late_percent, s.score is not null as is_marked,
                m.display_name as marker, coalesce(s.claimed_until > now(), false) as is_claimed,
                coalesce(s.marker_id = $1, false) as is_mine
         {QUEUED}
           and ($4 is null or (s.score is not null, s.handed_in_at, s.submission_id) > ($4, $5, $6))
         order by s.score is not null, s.handed_in_at, s.submission_id
         limit $3"
    ))
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .bind::<BigInt, _>(PAGE + 1)
    .bind::<Nullable<Bool>, _>(after.map(|(is_marked, ..)| is_marked))
    .bind::<Nullable<Timestamptz>, _>(after.map(|(_, at, _)| at))
    .bind::<Nullable<Uuid>, _>(after.map(|(.., id)| id))
    .load(conn)
    .await
}

/// Number of works in the whole queue.
#[derive(QueryableByName)]
pub struct MarkingCounts {
    /// Works without marks.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Works that the tutor has marked and not released.
    #[diesel(sql_type = BigInt)]
    pub marked: i64,
}

pub async fn counts(conn: &mut Conn, marker: WorkMarker) -> QueryResult<MarkingCounts> {
    statement(format!(
        "select count(*) filter (where s.score is null) as waiting,
                count(*) filter (where s.score is not null and s.marker_id = $1) as marked
         {QUEUED}"
    ))
    .bind::<Uuid, _>(marker.user)
    .bind::<Bool, _>(marker.is_admin)
    .get_result(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_read_back_and_nonsense_is_none() {
        let id = uuid::Uuid::from_u128(7);
        let read = place(&format!("1_2026-03-29T10:00:00.123456Z_{id}")).unwrap();
        assert!(read.0 && read.2 == id);
        for wrong in [
            "",
            "1_x",
            "1_2026-03-29T10:00:00Z",
            "0_2026-03-29T10:00:00Z_x",
        ] {
            assert_eq!(place(wrong), None);
        }
    }
}
