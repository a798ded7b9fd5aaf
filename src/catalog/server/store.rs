//! Queries of the catalog: one for a list, a handful for a course's page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Float4, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::catalog::{
    CatalogFilter, CatalogPage, CatalogQuery, CatalogSort, CourseCard, TutorCard,
};
use crate::course::server::search;
use crate::course::{Level, Price};
use crate::enrollment::EnrollmentStatus;
use crate::platform::db::schema::{
    course_certificates, course_revisions, course_tutors, courses, enrollments, page_content,
    sql_types::CourseLevel, tutors, users,
};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, FileId, OrganizationId, UserId};
use crate::platform::markdown::{self, Rendered, TargetKind};
use crate::platform::ui::Language;

pub const PAGE: usize = 20;

/// Returns one page of the catalog. The page is empty if the search text contains no word.
pub async fn list(
    conn: &mut Conn,
    organization: OrganizationId,
    query: &CatalogQuery,
) -> AppResult<CatalogPage> {
    let search = search::read(conn, organization, None, &query.q).await?;
    if search.is_none() && !query.q.trim().is_empty() {
        return Ok(CatalogPage {
            courses: Vec::new(),
            corrected: None,
            after: None,
            before: None,
        });
    }
    let backwards = query.before.is_some();
    let cursor = query
        .after
        .as_deref()
        .or(query.before.as_deref())
        .map(CatalogPosition::parse)
        .transpose()?;
    let order = Order::of(query.sort, search.is_some());
    let rows: Vec<CardRow> = statement(list_sql(order, query.filter, search.is_some(), backwards))
        .bind::<Nullable<Text>, _>(search.as_ref().map(|search| search.notation.clone()))
        .bind::<Uuid, _>(organization)
        .bind::<Nullable<Text>, _>(cursor.as_ref().map(|cursor| cursor.key.clone()))
        .bind::<Nullable<Uuid>, _>(cursor.as_ref().map(|cursor| cursor.course))
        .bind::<BigInt, _>(PAGE as i64 + 1)
        .bind::<Array<Float4>, _>(search::WEIGHTS)
        .load(conn)
        .await?;
    Ok(page(
        rows,
        backwards,
        cursor.is_some(),
        search.and_then(|search| search.corrected),
    ))
}

fn page(
    mut rows: Vec<CardRow>,
    backwards: bool,
    has_cursor: bool,
    corrected: Option<String>,
) -> CatalogPage {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    if backwards {
        rows.reverse();
    }
    let (has_before, has_after) = if backwards {
        (more, true)
    } else {
        (has_cursor, more)
    };
    let (first, last) = match rows.as_slice() {
        [] => (None, None),
        [only] => (Some(only), Some(only)),
        [first, .., last] => (Some(first), Some(last)),
    };
    CatalogPage {
        before: first.filter(|_| has_before).map(CardRow::cursor),
        after: last.filter(|_| has_after).map(CardRow::cursor),
        courses: rows.into_iter().map(CardRow::into_card).collect(),
        corrected,
    }
}

/// Order of the list: SQL expression of the sort key, its type, and the direction.
#[derive(Clone, Copy)]
struct Order {
    key: &'static str,
    cast: &'static str,
    descending: bool,
}

impl Order {
    fn of(sort: CatalogSort, searching: bool) -> Self {
        match (sort, searching) {
            (CatalogSort::Best, true) => Self {
                key: "found.rank",
                cast: "real",
                descending: true,
            },
            (CatalogSort::Best | CatalogSort::Newest, _) => Self {
                key: "c.published_at",
                cast: "timestamptz",
                descending: true,
            },
            (CatalogSort::Title, _) => Self {
                key: "c.title_sort",
                cast: "text",
                descending: false,
            },
            (CatalogSort::Shortest, _) => Self {
                key: "c.reading_minutes",
                cast: "integer",
                descending: false,
            },
        }
    }
}

/// Builds the SQL from fixed parts only; every value is a bound parameter.
fn list_sql(order: Order, filter: CatalogFilter, searching: bool, backwards: bool) -> String {
    let Order {
        key,
        cast,
        descending,
    } = order;
    let descending = descending != backwards;
    let (direction, beyond) = if descending {
        ("desc", "<")
    } else {
        ("asc", ">")
    };
    let found = match searching {
        true => "join search_courses($2, $1::tsquery, $6) found on found.course_id = c.course_id",
        // The parameters keep their places and types.
        false => "cross join (select $1::text, $2::uuid, $6::real[]) unused",
    };
    let filter = match filter {
        CatalogFilter::All => "true",
        CatalogFilter::Open => "not c.cohort_only and c.price_cents = 0",
        CatalogFilter::Cohort => "c.cohort_only",
        CatalogFilter::Free => "c.price_cents = 0",
    };
    format!(
        "select c.course_id, c.slug, c.language, c.title, c.summary, c.level, c.topic_count, c.question_count, c.reading_minutes,
                c.is_gated, c.cohort_only, c.price_cents, c.currency, c.thumbnail_file_id,
                ({key})::text as sort_key,
                array(select u.display_name from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                      join users u on u.user_id = t.user_id
                      where ct.course_id = c.course_id and ct.is_active order by u.display_name) as tutors
         from courses c {found}
         where c.is_published and c.retired_at is null and ({filter})
           and ($3::text is null or ({key}, c.course_id) {beyond} ($3::{cast}, $4))
         order by {key} {direction}, c.course_id {direction}
         limit $5"
    )
}

/// Position in the list: sort key and id of a course.
struct CatalogPosition {
    key: String,
    course: CourseId,
}

impl CatalogPosition {
    fn parse(text: &str) -> AppResult<Self> {
        text.rsplit_once('~')
            .and_then(|(key, id)| {
                Some(Self {
                    key: key.to_owned(),
                    course: CourseId(id.parse().ok()?),
                })
            })
            .filter(|cursor| cursor.key.len() <= 300)
            .ok_or_else(|| {
                AppError::NotFound(
                    "This page of the list does not exist. Start from its beginning.".to_owned(),
                )
            })
    }
}

#[derive(QueryableByName)]
struct CardRow {
    #[diesel(sql_type = Uuid)]
    course_id: CourseId,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    summary: String,
    #[diesel(sql_type = CourseLevel)]
    level: Level,
    #[diesel(sql_type = Int4)]
    topic_count: i32,
    #[diesel(sql_type = Int4)]
    question_count: i32,
    #[diesel(sql_type = Int4)]
    reading_minutes: i32,
    #[diesel(sql_type = Bool)]
    is_gated: bool,
    #[diesel(sql_type = Bool)]
    cohort_only: bool,
    #[diesel(sql_type = Int4)]
    price_cents: i32,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    thumbnail_file_id: Option<FileId>,
    #[diesel(sql_type = Text)]
    sort_key: String,
    #[diesel(sql_type = Array<Text>)]
    tutors: Vec<String>,
}

impl CardRow {
    fn cursor(&self) -> String {
        format!("{}~{}", self.sort_key, self.course_id)
    }

    fn into_card(self) -> CourseCard {
        CourseCard {
            slug: self.slug,
            language: Language::new(self.language),
            title: self.title,
            summary: self.summary,
            level: self.level,
            topic_count: self.topic_count,
            question_count: self.question_count,
            reading_minutes: self.reading_minutes,
            is_gated: self.is_gated,
            cohort_only: self.cohort_only,
            price: Price {
                cents: self.price_cents,
                currency: self.currency,
            },
            tutors: self.tutors,
            thumbnail: self
                .thumbnail_file_id
                .map(|file| format!("/files/{file}/picture")),
        }
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = courses)]
pub struct CourseRow {
    pub course_id: CourseId,
    pub slug: String,
    pub language: String,
    pub title: String,
    pub summary: String,
    pub description_html: String,
    pub level: Level,
    pub authors: Vec<Option<String>>,
    pub outcomes: Vec<Option<String>>,
    pub license: Option<String>,
    pub price_cents: i32,
    pub currency: String,
    pub cohort_only: bool,
    pub is_gated: bool,
    pub topic_count: i32,
    pub question_count: i32,
    pub reading_minutes: i32,
    pub thumbnail_file_id: Option<FileId>,
    pub is_published: bool,
    pub retired_at: Option<DateTime<Utc>>,
}

/// Returns the course and its revision, published or not; the caller checks who may see it.
pub async fn course(
    conn: &mut Conn,
    slug: &str,
) -> QueryResult<Option<(CourseRow, Option<uuid::Uuid>)>> {
    courses::table
        .left_join(course_revisions::table.on(course_revisions::course_id.eq(courses::course_id)))
        .filter(courses::slug.eq(slug))
        .select((
            CourseRow::as_select(),
            course_revisions::revision.nullable(),
        ))
        .first(conn)
        .await
        .optional()
}

pub async fn course_tutors(
    conn: &mut Conn,
    course: CourseId,
) -> QueryResult<Vec<(UserId, TutorCard)>> {
    let rows: Vec<(UserId, String, String, String, Option<String>)> = course_tutors::table
        .inner_join(tutors::table.inner_join(users::table))
        .filter(course_tutors::course_id.eq(course))
        .filter(course_tutors::is_active)
        .order(users::display_name)
        .select((
            users::user_id,
            users::display_name,
            tutors::headline,
            tutors::bio,
            users::profile_picture_url,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(user, name, headline, bio, picture)| {
            (
                user,
                TutorCard {
                    name,
                    headline,
                    bio,
                    picture,
                },
            )
        })
        .collect())
}

/// Returns the person's enrollment in the course, whether they have begun, and the code of their
/// certificate. A valid certificate comes before a revoked one.
pub async fn enrollment(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
) -> QueryResult<Option<(EnrollmentStatus, bool, Option<String>)>> {
    enrollments::table
        .left_join(
            course_certificates::table.on(course_certificates::course_id
                .eq(enrollments::course_id)
                .and(course_certificates::user_id.eq(enrollments::user_id))),
        )
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .order((
            course_certificates::revoked_at.is_not_null(),
            course_certificates::issued_at.desc(),
        ))
        .select((
            enrollments::status,
            enrollments::last_opened_at.is_not_null(),
            course_certificates::code.nullable(),
        ))
        .first(conn)
        .await
        .optional()
}

/// Returns title and HTML of a published page.
pub async fn cms_page(conn: &mut Conn, slug: &str) -> QueryResult<Option<(String, String)>> {
    page_content::table
        .filter(page_content::slug.eq(slug))
        .filter(page_content::is_published)
        .select((page_content::title, page_content::body_html))
        .first(conn)
        .await
        .optional()
}

/// Title of a page, published or not.
pub async fn cms_title(conn: &mut Conn, slug: &str) -> QueryResult<Option<String>> {
    page_content::table
        .filter(page_content::slug.eq(slug))
        .select(page_content::title)
        .first(conn)
        .await
        .optional()
}

/// Puts a page into the footer.
pub async fn show_in_footer(conn: &mut Conn, slug: &str) -> QueryResult<usize> {
    diesel::update(page_content::table.filter(page_content::slug.eq(slug)))
        .set(page_content::in_footer.eq(true))
        .execute(conn)
        .await
}

/// Renders the Markdown of a page.
pub fn render_cms(body: &str) -> Rendered {
    markdown::render(body, &|_: &str, _: TargetKind| None)
}

/// Publishes Markdown as a page, replacing the page of this name.
pub async fn set_cms_page(
    conn: &mut Conn,
    slug: &str,
    title: &str,
    body: &str,
) -> QueryResult<Rendered> {
    publish_cms_page(conn, slug, (title, body), None).await
}

/// Publishes title and Markdown as a page, and keeps a version of them. A draft stays as it is.
pub async fn publish_cms_page(
    conn: &mut Conn,
    slug: &str,
    (title, body): (&str, &str),
    by: Option<UserId>,
) -> QueryResult<Rendered> {
    let rendered = render_cms(body);
    let values = (
        page_content::title.eq(title),
        page_content::body.eq(body),
        page_content::body_html.eq(&rendered.html),
        page_content::is_published.eq(true),
    );
    diesel::insert_into(page_content::table)
        .values((
            page_content::slug.eq(slug),
            // Visitors look for this page first.
            page_content::in_header.eq(slug == "about"),
            page_content::in_footer.eq(slug == "about"),
            values,
        ))
        .on_conflict((page_content::organization_id, page_content::slug))
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    statement(
        "insert into page_versions (page_id, number, title, body, published_by)
         select p.page_id, coalesce(newest.number, 0) + 1, p.title, p.body, $2
         from page_content p left join lateral (
             select v.number, v.title, v.body from page_versions v
             where v.page_id = p.page_id order by v.number desc limit 1) newest on true
         where p.slug = $1 and (newest.number is null or newest.title <> p.title or newest.body <> p.body)",
    )
    .bind::<Text, _>(slug)
    .bind::<Nullable<Uuid>, _>(by)
    .execute(conn)
    .await?;
    Ok(rendered)
}
