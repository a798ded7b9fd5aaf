//! Queries of ratings and comments by learners who completed a course. Names are left out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable, Uuid};
use diesel_async::RunQueryDsl;

use crate::gradebook::{Comment, Opinions};
use crate::platform::db::schema::course_certificates;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::CourseId;
use crate::platform::time::Clock;

/// Number of comments on one page.
const PAGE: i64 = 10;

#[derive(QueryableByName)]
struct Summary {
    #[diesel(sql_type = Nullable<Double>)]
    mean: Option<f64>,
    #[diesel(sql_type = BigInt)]
    ratings: i64,
    #[diesel(sql_type = BigInt)]
    comments: i64,
}

/// Returns the ratings and one page of comments; None if nobody has rated the course. Pages count
/// from 0; the last one replaces a page beyond it.
pub async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    page: u32,
    clock: &Clock,
) -> QueryResult<Option<Opinions>> {
    let summary: Summary = statement(
        "select avg(rating)::double precision as mean, count(rating) as ratings, count(feedback) as comments
         from course_certificates where course_id = $1 and revoked_at is null",
    )
    .bind::<Uuid, _>(course)
    .get_result(conn)
    .await?;
    let Some(mean) = summary.mean else {
        return Ok(None);
    };
    let last = (summary.comments - 1).max(0) / PAGE;
    let page = i64::from(page).min(last);
    Ok(Some(Opinions {
        mean: format!("{mean:.1}"),
        ratings: summary.ratings,
        comments: comments(conn, course, page, clock).await?,
        page: u32::try_from(page).unwrap_or_default(),
        has_more: page < last,
    }))
}

/// Returns one page of comments, newest first.
async fn comments(
    conn: &mut Conn,
    course: CourseId,
    page: i64,
    clock: &Clock,
) -> QueryResult<Vec<Comment>> {
    let rows: Vec<(Option<i16>, Option<String>, DateTime<Utc>)> = course_certificates::table
        .filter(course_certificates::course_id.eq(course))
        .filter(course_certificates::revoked_at.is_null())
        .filter(course_certificates::feedback.is_not_null())
        .order((
            course_certificates::updated_at.desc(),
            course_certificates::certificate_id,
        ))
        .select((
            course_certificates::rating,
            course_certificates::feedback,
            course_certificates::updated_at,
        ))
        .limit(PAGE)
        .offset(page * PAGE)
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(rating, feedback, at)| Comment {
            stars: rating.unwrap_or_default(),
            text: feedback.unwrap_or_default(),
            on: clock.date(at),
        })
        .collect())
}
