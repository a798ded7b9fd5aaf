//! Queries of the results. Each of them says who may see its rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::{FoundGroup, FoundHit};
use crate::exercise::marking::MARKING;
use crate::paths::MODERATION;
use crate::people::applications::TUTOR_APPLICATIONS;
use crate::people::operations::STORAGE;
use crate::people::person_path;
use crate::people::site::SITE;
use crate::people::site::cms::SITE_PAGES;
use crate::people::site::mail_texts::MAIL_TEXTS;
use crate::platform::auth::{UserRole, Viewer};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::UserId;
use crate::teaching::Area;

/// Results of one kind at most.
const MOST: usize = 8;

/// People who may do an action.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Audience {
    Visitors,
    Members,
    Teachers,
    Admins,
    Everybody,
}

impl Audience {
    fn has(self, viewer: Option<&Viewer>) -> bool {
        let role = viewer.map(|viewer| viewer.role);
        match self {
            Self::Visitors => role.is_none(),
            Self::Members => role.is_some(),
            Self::Teachers => matches!(role, Some(UserRole::Tutor | UserRole::Admin)),
            Self::Admins => role == Some(UserRole::Admin),
            Self::Everybody => true,
        }
    }
}

/// Pages on which people do something: title, address, further words, and their audience.
const ACTIONS: [(&str, &str, &str, Audience); 32] = [
    ("My learning", "/learn", "home courses", Audience::Members),
    (
        "Browse the courses",
        "/courses",
        "catalog",
        Audience::Everybody,
    ),
    (
        "Notifications",
        "/notifications",
        "messages",
        Audience::Members,
    ),
    ("Your certificates", "/certificates", "", Audience::Members),
    (
        "Your orders",
        "/orders",
        "payments invoices",
        Audience::Members,
    ),
    (
        "Study",
        "/study",
        "cards review library flashcards",
        Audience::Members,
    ),
    (
        "Settings",
        "/settings",
        "profile name password time zone",
        Audience::Members,
    ),
    (
        "Choose notifications and mails",
        "/settings/notifications",
        "settings",
        Audience::Members,
    ),
    (
        "Your devices",
        "/settings/devices",
        "sign out sessions",
        Audience::Members,
    ),
    (
        "Your data",
        "/settings/data",
        "download copy delete account privacy",
        Audience::Members,
    ),
    (
        "Check a certificate",
        "/verify",
        "verify credential",
        Audience::Everybody,
    ),
    (
        "Teach with us",
        "/teach-with-us",
        "apply tutor",
        Audience::Everybody,
    ),
    ("Sign in", "/sign-in", "log in", Audience::Visitors),
    (
        "Sign up",
        "/sign-up",
        "account register",
        Audience::Visitors,
    ),
    ("Teaching", "/teach", "courses", Audience::Teachers),
    (
        "Today",
        "/today",
        "stuck silent behind unanswered unmarked learners",
        Audience::Teachers,
    ),
    (
        "Documents",
        "/documents",
        "upload files pdf word folder web page import course of a document",
        Audience::Teachers,
    ),
    (
        "Nuggets",
        "/nuggets",
        "documents concepts microlearning passages",
        Audience::Teachers,
    ),
    (
        "Marking",
        MARKING,
        "work handed in marks queue grade",
        Audience::Teachers,
    ),
    (
        "Moderation",
        MODERATION,
        "cold calls messages reports",
        Audience::Teachers,
    ),
    (
        "New course",
        "/teach/courses/new",
        "create",
        Audience::Admins,
    ),
    (
        "Import a course",
        "/teach/courses/import",
        "zip mdbook copy",
        Audience::Admins,
    ),
    (
        "People",
        "/admin/people",
        "accounts roles",
        Audience::Admins,
    ),
    (
        "Invite people",
        "/admin/invitations",
        "csv list",
        Audience::Admins,
    ),
    (
        "Tutor applications",
        TUTOR_APPLICATIONS,
        "approve teach",
        Audience::Admins,
    ),
    (
        "Site",
        SITE,
        "settings logo colors name time zone mail sender landing",
        Audience::Admins,
    ),
    (
        "Site pages",
        SITE_PAGES,
        "terms navigation content",
        Audience::Admins,
    ),
    (
        "Texts of mails",
        MAIL_TEXTS,
        "words reminders invitation preview",
        Audience::Admins,
    ),
    (
        "Storage",
        STORAGE,
        "files space unused tables",
        Audience::Admins,
    ),
    (
        "Signed-in devices",
        "/admin/operations?show=sessions",
        "sessions sign out people",
        Audience::Admins,
    ),
    (
        "Audit log",
        "/admin/audit",
        "history changes",
        Audience::Admins,
    ),
    (
        "Operations",
        "/admin/operations",
        "jobs mails health versions",
        Audience::Admins,
    ),
];

/// Returns the results for `q`, without empty groups.
pub async fn find(
    conn: &mut Conn,
    viewer: Option<&Viewer>,
    q: &str,
) -> QueryResult<Vec<FoundGroup>> {
    let mut groups = Vec::new();
    if !q.is_empty() {
        groups.push(("Courses", courses(conn, viewer, q).await?));
        groups.push(("Teaching", taught(conn, viewer, q).await?));
        groups.push(("People", people(conn, viewer, q).await?));
        groups.push(("Pages", pages(conn, q).await?));
    }
    groups.push(("Actions", actions(viewer, q)));
    let group = |(label, hits): (&str, Vec<FoundHit>)| FoundGroup {
        label: label.to_owned(),
        hits,
    };
    let filled = groups.into_iter().filter(|(_, hits)| !hits.is_empty());
    Ok(filled.map(group).collect())
}

/// Actions whose title or further words contain each of the words.
fn actions(viewer: Option<&Viewer>, q: &str) -> Vec<FoundHit> {
    let q = q.to_lowercase();
    ACTIONS
        .iter()
        .filter(|(title, _, more, audience)| {
            let text = format!("{title} {more}").to_lowercase();
            audience.has(viewer) && q.split_whitespace().all(|word| text.contains(word))
        })
        .map(|(title, href, ..)| hit(*title, "", *href))
        .collect()
}

fn hit(title: impl Into<String>, hint: impl Into<String>, href: impl Into<String>) -> FoundHit {
    FoundHit {
        title: title.into(),
        hint: hint.into(),
        href: href.into(),
    }
}

/// A row of any query: a title, a hint, and the address.
#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    hint: String,
    #[diesel(sql_type = Text)]
    href: String,
}

fn hits(rows: Vec<FoundRow>) -> Vec<FoundHit> {
    rows.into_iter()
        .map(|row| hit(row.title, row.hint, row.href))
        .collect()
}

/// An id that nobody has, for visitors.
fn user(viewer: Option<&Viewer>) -> UserId {
    viewer.map_or(UserId(uuid::Uuid::nil()), |viewer| viewer.user_id)
}

/// Published courses. The address is that of the reader's place if they study the course.
async fn courses(conn: &mut Conn, viewer: Option<&Viewer>, q: &str) -> QueryResult<Vec<FoundHit>> {
    let rows = statement(format!(
        "select c.title, case when s.studies then 'You study it' else '' end as hint,
                case when s.studies then '/learn/' else '/courses/' end || c.slug as href
         from courses c
         cross join lateral (select exists (
             select from enrollments e
             where e.course_id = c.course_id and e.user_id = $2 and e.status in ('active', 'completed')) as studies) s
         where c.is_published and c.retired_at is null and strpos(folded(c.title), (select folded($1))) > 0
         order by s.studies desc, c.title_sort, c.course_id limit {MOST}"
    ))
    .bind::<Text, _>(q)
    .bind::<Uuid, _>(user(viewer))
    .load(conn)
    .await?;
    Ok(hits(rows))
}

/// Courses that the person teaches, and all of them for admins. Words that name areas of a course,
/// such as "outline", find these areas of the courses that the other words find.
async fn taught(conn: &mut Conn, viewer: Option<&Viewer>, q: &str) -> QueryResult<Vec<FoundHit>> {
    if !Audience::Teachers.has(viewer) {
        return Ok(Vec::new());
    }
    let words: Vec<String> = q.split_whitespace().map(str::to_lowercase).collect();
    let courses = taught_courses(conn, viewer, &words).await?;
    let (named, others): (Vec<String>, Vec<String>) =
        (words.into_iter()).partition(|word| AREAS.iter().any(|area| is_named(*area, word)));
    // One course is found alone: its areas follow it at once.
    let (areas, of_areas): (Vec<Area>, Vec<FoundTaughtCourse>) =
        match (named.is_empty(), &courses[..]) {
            (true, [one]) => (AREAS.to_vec(), vec![one.clone()]),
            (true, _) => (Vec::new(), Vec::new()),
            (false, _) => {
                let is_meant = |area: &Area| named.iter().all(|word| is_named(*area, word));
                let areas: Vec<Area> = AREAS.into_iter().filter(is_meant).collect();
                (areas, taught_courses(conn, viewer, &others).await?)
            }
        };
    let hits = courses.iter().map(|course| {
        let hint = if course.is_published { "" } else { "Draft" };
        hit(&course.title, hint, Area::Learners.path(&course.slug))
    });
    let areas = of_areas.iter().flat_map(|course| {
        let of_course =
            move |area: &Area| hit(area.label(), &course.title, area.path(&course.slug));
        areas.iter().map(of_course)
    });
    Ok(hits.chain(areas).take(MOST).collect())
}

/// Areas of a course that its tutors find.
const AREAS: [Area; 7] = [
    Area::Learners,
    Area::Outline,
    Area::Questions,
    Area::Exams,
    Area::Exercises,
    Area::Cohorts,
    Area::Settings,
];

/// True if the word begins the name of the area. Shorter words are those of titles.
fn is_named(area: Area, word: &str) -> bool {
    word.chars().count() >= 4 && area.label().to_lowercase().starts_with(word)
}

#[derive(Clone, QueryableByName)]
struct FoundTaughtCourse {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Bool)]
    is_published: bool,
}

/// Courses whose titles have all of the words.
async fn taught_courses(
    conn: &mut Conn,
    viewer: Option<&Viewer>,
    words: &[String],
) -> QueryResult<Vec<FoundTaughtCourse>> {
    statement(format!(
        "select c.title, c.slug, c.is_published
         from courses c
         where c.retired_at is null
           and not exists (select from unnest($1) as w (word) where strpos(folded(c.title), folded(w.word)) = 0)
           and ($3 or exists (
               select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
               where ct.course_id = c.course_id and ct.is_active and t.user_id = $2))
         order by c.title_sort, c.course_id limit {MOST}"
    ))
    .bind::<Array<Text>, _>(words)
    .bind::<Uuid, _>(user(viewer))
    .bind::<Bool, _>(Audience::Admins.has(viewer))
    .load(conn)
    .await
}

/// All people for admins, and the learners of their courses for tutors.
async fn people(conn: &mut Conn, viewer: Option<&Viewer>, q: &str) -> QueryResult<Vec<FoundHit>> {
    match viewer.map(|viewer| viewer.role) {
        Some(UserRole::Admin) => everybody(conn, q).await,
        Some(UserRole::Tutor) => learners(conn, user(viewer), q).await,
        Some(UserRole::Learner) | None => Ok(Vec::new()),
    }
}

#[derive(QueryableByName)]
struct FoundPerson {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    email: String,
}

async fn everybody(conn: &mut Conn, q: &str) -> QueryResult<Vec<FoundHit>> {
    let rows: Vec<FoundPerson> = statement(format!(
        "select u.user_id, u.display_name, u.email from users u
         where u.deleted_at is null
           and (strpos(u.sort_name, (select folded($1))) > 0 or strpos(u.email, (select lower($1))) > 0)
         order by u.sort_name, u.user_id limit {MOST}"
    ))
    .bind::<Text, _>(q)
    .load(conn)
    .await?;
    let person = |row: FoundPerson| hit(row.display_name, row.email, person_path(row.user_id));
    Ok(rows.into_iter().map(person).collect())
}

async fn learners(conn: &mut Conn, tutor: UserId, q: &str) -> QueryResult<Vec<FoundHit>> {
    let rows = statement(format!(
        "select u.display_name as title, c.title as hint, '/teach/' || c.slug || '/learners/' || u.username as href
         from tutors t
         join course_tutors ct on ct.tutor_id = t.tutor_id and ct.is_active
         join courses c on c.course_id = ct.course_id and c.retired_at is null
         join enrollments e on e.course_id = c.course_id and e.status in ('active', 'completed')
         join users u on u.user_id = e.user_id and u.is_active and u.deleted_at is null
         where t.user_id = $2 and strpos(u.sort_name, (select folded($1))) > 0
         order by u.sort_name, u.user_id, c.title_sort, c.course_id limit {MOST}"
    ))
    .bind::<Text, _>(q)
    .bind::<Uuid, _>(tutor)
    .load(conn)
    .await?;
    Ok(hits(rows))
}

/// Published pages of the site.
async fn pages(conn: &mut Conn, q: &str) -> QueryResult<Vec<FoundHit>> {
    let rows = statement(format!(
        "select p.title, '' as hint, '/pages/' || p.slug as href from page_content p
         where p.is_published and strpos(folded(p.title), (select folded($1))) > 0
         order by p.title, p.slug limit {MOST}"
    ))
    .bind::<Text, _>(q)
    .load(conn)
    .await?;
    Ok(hits(rows))
}
