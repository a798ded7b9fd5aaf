//! The page of a person for admins.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::accounts::no_person;
use crate::course::CourseTitle;
use crate::people::audit_log::server as audit_log;
use crate::people::operations::server::mails;
use crate::people::own_data::server::copies;
use crate::people::{
    AccountState, CohortOfPerson, PersonDevice, PersonLine, PersonPage, StudiedCourse,
};
use crate::platform::auth::UserRole;
use crate::platform::auth::store::{self as accounts, DeviceRow};
use crate::platform::db::schema::sql_types::UserRole as UserRoleSql;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;

/// Courses and cohorts that are shown at most, the newest ones.
const SHOWN: i64 = 100;

#[derive(QueryableByName)]
struct PersonDetails {
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = UserRoleSql)]
    role: UserRole,
    #[diesel(sql_type = Bool)]
    is_active: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    email_confirmed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_login_at: Option<DateTime<Utc>>,
}

/// Returns the page of a person for the admin `own`.
pub async fn page(
    conn: &mut Conn,
    person: UserId,
    own: UserId,
    clock: &Clock,
) -> AppResult<PersonPage> {
    let details: PersonDetails = statement(
        "select display_name, username, email, role, is_active, email_confirmed_at, created_at, last_login_at
         from users where user_id = $1 and deleted_at is null",
    )
    .bind::<Uuid, _>(person)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(no_person)?;
    let is_confirmed = details.email_confirmed_at.is_some();
    let devices = accounts::devices(conn, person).await?;
    let mails = mails::of_address(conn, &details.email, clock).await?;
    Ok(PersonPage {
        studies: studies(conn, person, clock).await?,
        teaches: teaches(conn, person).await?,
        memberships: memberships(conn, person).await?,
        devices: devices.iter().map(|row| device(row, clock)).collect(),
        mails,
        entries: audit_log::about_person(conn, person, clock).await?,
        own_data: copies::own_data(conn, person, clock).await?,
        username: details.username,
        is_confirmed,
        is_self: person == own,
        line: PersonLine {
            person,
            name: details.display_name,
            email: details.email,
            role: details.role,
            state: AccountState::of(details.is_active, is_confirmed),
            since: clock.date(details.created_at),
            last_sign_in: details.last_login_at.map(|at| clock.ago(at)),
        },
    })
}

fn device(row: &DeviceRow, clock: &Clock) -> PersonDevice {
    let (name, address) = row.device();
    PersonDevice {
        name,
        address,
        last_seen: (clock.ago(row.last_seen_at), row.last_seen_at.to_rfc3339()),
    }
}

#[derive(QueryableByName)]
struct StudiedRow {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Timestamptz)]
    enrolled_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    done: i32,
    #[diesel(sql_type = BigInt)]
    quizzes_passed: i64,
    #[diesel(sql_type = BigInt)]
    exams_passed: i64,
    #[diesel(sql_type = Bool)]
    has_certificate: bool,
}

async fn studies(
    conn: &mut Conn,
    person: UserId,
    clock: &Clock,
) -> QueryResult<Vec<StudiedCourse>> {
    let rows: Vec<StudiedRow> = statement(
        "select c.slug, c.title, c.language, e.status::text as status, e.enrolled_at,
                coalesce((select (100 * count(p.topic_id) filter (where p.is_completed) / greatest(count(*), 1))::int4
                          from topics t left join topic_progress p on p.topic_id = t.topic_id and p.user_id = $1
                          where t.course_id = c.course_id and t.retired_at is null), 0) as done,
                (select count(distinct (a.module_no, a.topic_pair_index)) from quiz_attempts a
                 where a.user_id = $1 and a.course_id = c.course_id and a.status = 'passed') as quizzes_passed,
                (select count(distinct a.exam_id) from exam_attempts a join exams x on x.exam_id = a.exam_id
                 where a.user_id = $1 and x.course_id = c.course_id and a.passed) as exams_passed,
                exists (select from course_certificates g
                        where g.user_id = $1 and g.course_id = c.course_id and g.revoked_at is null) as has_certificate
         from enrollments e join courses c on c.course_id = e.course_id
         where e.user_id = $1
         order by e.enrolled_at desc, c.slug
         limit $2",
    )
    .bind::<Uuid, _>(person)
    .bind::<BigInt, _>(SHOWN)
    .load(conn)
    .await?;
    let course = |row: StudiedRow| StudiedCourse {
        title: CourseTitle::new(row.title, row.language),
        slug: row.slug,
        status: capitalized(&row.status),
        since: clock.date(row.enrolled_at),
        done: row.done,
        quizzes_passed: row.quizzes_passed,
        exams_passed: row.exams_passed,
        has_certificate: row.has_certificate,
    };
    Ok(rows.into_iter().map(course).collect())
}

/// Writes a name of the database as a word of the page: "active" becomes "Active".
pub fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[derive(QueryableByName)]
struct TaughtTitle {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    language: String,
}

async fn teaches(conn: &mut Conn, person: UserId) -> QueryResult<Vec<(String, CourseTitle)>> {
    let rows: Vec<TaughtTitle> = statement(
        "select c.slug, c.title, c.language
         from tutors t
         join course_tutors ct on ct.tutor_id = t.tutor_id and ct.is_active
         join courses c on c.course_id = ct.course_id
         where t.user_id = $1
         order by c.title_sort, c.course_id
         limit $2",
    )
    .bind::<Uuid, _>(person)
    .bind::<BigInt, _>(SHOWN)
    .load(conn)
    .await?;
    let title = |row: TaughtTitle| (row.slug, CourseTitle::new(row.title, row.language));
    Ok(rows.into_iter().map(title).collect())
}

#[derive(QueryableByName)]
struct CohortOfPersonRow {
    #[diesel(sql_type = Text)]
    course: String,
    #[diesel(sql_type = Uuid)]
    cohort: uuid::Uuid,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    status: String,
}

async fn memberships(conn: &mut Conn, person: UserId) -> QueryResult<Vec<CohortOfPerson>> {
    let rows: Vec<CohortOfPersonRow> = statement(
        "select k.slug as course, c.cohort_id as cohort, c.title, m.status::text as status
         from cohort_members m
         join cohorts c on c.cohort_id = m.cohort_id
         join courses k on k.course_id = c.course_id
         where m.user_id = $1
         order by m.joined_at desc, c.cohort_id
         limit $2",
    )
    .bind::<Uuid, _>(person)
    .bind::<BigInt, _>(SHOWN)
    .load(conn)
    .await?;
    let membership = |row: CohortOfPersonRow| CohortOfPerson {
        course: row.course,
        cohort: row.cohort,
        title: row.title,
        status: capitalized(&row.status),
    };
    Ok(rows.into_iter().map(membership).collect())
}
