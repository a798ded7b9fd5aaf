//! Leaderboards: members who want to compare their progress by name. A course turns them on, and
//! each member joins by themselves. Only those who stand in it see it.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::store::MemberShare;
use crate::cohort::server::access;
use crate::insights::{Leaderboard, LeaderboardLine};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, UserId};

#[derive(QueryableByName)]
struct Turned {
    #[diesel(sql_type = Bool)]
    is_on: bool,
}

/// True if the cohorts of the course have a leaderboard.
pub async fn is_on(conn: &mut Conn, course: CourseId) -> QueryResult<bool> {
    let turned: Turned =
        statement("select exists (select from course_leaderboards where course_id = $1) as is_on")
            .bind::<SqlUuid, _>(course)
            .get_result(conn)
            .await?;
    Ok(turned.is_on)
}

pub async fn turn(conn: &mut Conn, tutor: &TutorOf, on: bool) -> AppResult<()> {
    let change = match on {
        true => "insert into course_leaderboards (course_id) values ($1) on conflict do nothing",
        false => "delete from course_leaderboards where course_id = $1",
    };
    let changed = statement(change)
        .bind::<SqlUuid, _>(tutor.course)
        .execute(conn)
        .await?;
    if changed == 0 {
        return Ok(());
    }
    AuditEntry::done("course.leaderboard")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(Some(json!({ "on": !on })), Some(json!({ "on": on })))
        .write(conn)
        .await?;
    Ok(())
}

pub async fn join(conn: &mut Conn, user: UserId, course: &str, joins: bool) -> AppResult<()> {
    let place = access::place(conn, user, course, None).await?;
    let (course, place) = place.ok_or_else(access::no_member)?;
    if joins && !is_on(conn, course).await? {
        return Err(AppError::Conflict(
            "This course has no leaderboard any more. Reload the page.".to_owned(),
        ));
    }
    let change = match joins {
        true => "insert into leaderboard_members (member_id) values ($1) on conflict do nothing",
        false => "delete from leaderboard_members where member_id = $1",
    };
    statement(change)
        .bind::<SqlUuid, _>(place.membership.member_id)
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct LeaderboardRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
}

/// Returns the leaderboard of a cohort as the person sees it. None if the course has none.
pub async fn of_cohort(
    conn: &mut Conn,
    (course, cohort): (CourseId, CohortId),
    user: UserId,
    shares: &[MemberShare],
) -> QueryResult<Option<Leaderboard>> {
    if !is_on(conn, course).await? {
        return Ok(None);
    }
    let joined: Vec<LeaderboardRow> = statement(
        "select m.user_id, u.display_name
         from cohort_members m
         join leaderboard_members l on l.member_id = m.member_id
         join users u on u.user_id = m.user_id and u.deleted_at is null
         where m.cohort_id = $1 and m.status = 'active'",
    )
    .bind::<SqlUuid, _>(cohort)
    .load(conn)
    .await?;
    let is_joined = joined.iter().any(|row| row.user_id == user);
    let named = joined.into_iter().filter(|_| is_joined).map(|row| {
        let share = shares.iter().find(|share| share.user_id == row.user_id);
        let share = share.map_or(0, |share| share.share);
        (row.display_name, share, row.user_id == user)
    });
    Ok(Some(Leaderboard {
        is_joined,
        lines: ranked(named.collect()),
    }))
}

/// Gives members their places: those with equal shares have the same one, and are listed by name.
fn ranked(mut members: Vec<(String, i32, bool)>) -> Vec<LeaderboardLine> {
    members.sort_by(|(one, first, _), (other, second, _)| {
        second.cmp(first).then_with(|| one.cmp(other))
    });
    let shares: Vec<i32> = members.iter().map(|(_, share, _)| *share).collect();
    let line = |(name, share, is_me): (String, i32, bool)| LeaderboardLine {
        place: 1 + shares.iter().filter(|other| **other > share).count(),
        name,
        share,
        is_me,
    };
    members.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_have_one_place() {
        let members = [("Zoe", 40), ("Asha", 70), ("Bo", 40), ("Cem", 10)];
        let members = members.map(|(name, share)| (name.to_owned(), share, name == "Bo"));
        let lines: Vec<String> = ranked(members.to_vec())
            .iter()
            .map(|line| format!("{} {} {} {}", line.place, line.name, line.share, line.is_me))
            .collect();
        let expected = [
            "1 Asha 70 false",
            "2 Bo 40 true",
            "2 Zoe 40 false",
            "4 Cem 10 false",
        ];
        assert_eq!(lines, expected);
        assert!(ranked(Vec::new()).is_empty());
    }
}
