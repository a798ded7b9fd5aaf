//! The syllabus on the page of a course. It is the same for all who study the course, and for all
//! others, so its HTML is kept in memory under the course's revision.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::store::CourseRow;
use crate::catalog::counted;
use crate::course::duration;
use crate::paths::topic_path;
use crate::platform::cache::{Size, VersionCache};
use crate::platform::db::Conn;
use crate::platform::db::schema::{course_modules, topics};
use crate::platform::ids::CourseId;
use crate::platform::markdown::escape;
use crate::platform::ui::{Html, Language};

/// Modules that are open at first.
const OPEN: usize = 2;

struct SyllabusModule {
    number: i32,
    title: String,
    summary: String,
    topics: Vec<SyllabusTopic>,
}

struct SyllabusTopic {
    slug: String,
    title: String,
    minutes: i32,
}

struct Rendered(String);

impl Size for Rendered {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.0.len()
    }
}

static SYLLABI: LazyLock<VersionCache<(Uuid, bool), Rendered>> =
    LazyLock::new(|| VersionCache::new(1_000, 16 << 20));

/// Returns the syllabus as of the course's revision. Without a revision it is read from the
/// database. Topics are links if the viewer is enrolled.
pub async fn syllabus(
    conn: &mut Conn,
    course: &CourseRow,
    revision: Option<Uuid>,
    is_enrolled: bool,
) -> QueryResult<Html> {
    let key = revision.map(|revision| (revision, is_enrolled));
    if let Some(kept) = key.and_then(|key| SYLLABI.get(&key)) {
        return Ok(Html(kept.0.clone()));
    }
    let modules = load(conn, course.course_id).await?;
    let language = Language::new(course.language.clone());
    let html = render(&modules, &course.slug, &language, is_enrolled);
    if let Some(key) = key {
        SYLLABI.insert(key, Arc::new(Rendered(html.clone())));
    }
    Ok(Html(html))
}

async fn load(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<SyllabusModule>> {
    let modules: Vec<(i32, String, String)> = course_modules::table
        .filter(course_modules::course_id.eq(course))
        .order(course_modules::module_no)
        .select((
            course_modules::module_no,
            course_modules::title,
            course_modules::summary,
        ))
        .load(conn)
        .await?;
    let rows: Vec<(i32, String, String, i32)> = topics::table
        .filter(topics::course_id.eq(course))
        .filter(topics::retired_at.is_null())
        .order((topics::module_no, topics::topic_number))
        .select((
            topics::module_no,
            topics::slug,
            topics::title,
            topics::reading_minutes,
        ))
        .load(conn)
        .await?;
    let mut syllabus: Vec<SyllabusModule> = modules
        .into_iter()
        .map(|(number, title, summary)| SyllabusModule {
            number,
            title,
            summary,
            topics: Vec::new(),
        })
        .collect();
    for (module_no, slug, title, minutes) in rows {
        if let Some(module) = syllabus
            .iter_mut()
            .find(|module| module.number == module_no)
        {
            module.topics.push(SyllabusTopic {
                slug,
                title,
                minutes,
            });
        }
    }
    Ok(syllabus)
}

fn render(
    modules: &[SyllabusModule],
    course: &str,
    language: &Language,
    is_enrolled: bool,
) -> String {
    let tag = escape(&language.tag());
    let language = format!("lang=\"{tag}\" dir=\"{}\"", language.dir());
    let mut html = String::new();
    let modules = modules.iter().filter(|module| !module.topics.is_empty());
    for (at, module) in modules.enumerate() {
        let minutes = module.topics.iter().map(|topic| topic.minutes).sum();
        let topics = i32::try_from(module.topics.len()).unwrap_or(i32::MAX);
        let _ = write!(
            html,
            "<details class=\"module\"{open}><summary><span class=\"module-no\">{number}</span>\
             <span class=\"module-title\"><bdi {language}>{title}</bdi></span>\
             <span class=\"soft num\">{topics} · {duration}</span></summary>",
            open = if at < OPEN { " open" } else { "" },
            number = module.number,
            title = escape(&module.title),
            topics = counted(topics, "topic", "topics"),
            duration = duration(minutes),
        );
        if !module.summary.is_empty() {
            let summary = escape(&module.summary);
            let _ = write!(
                html,
                "<p class=\"soft module-summary\" {language}>{summary}</p>"
            );
        }
        html.push_str("<ol>");
        for topic in &module.topics {
            let (open, close) = match is_enrolled {
                true => {
                    let href = escape(&topic_path(course, &topic.slug));
                    (format!("<a href=\"{href}\">"), "</a>")
                }
                false => ("<span class=\"line\">".to_owned(), "</span>"),
            };
            let _ = write!(
                html,
                "<li class=\"topic\">{open}<span class=\"g\"></span><span><bdi {language}>{title}</bdi></span>\
                 <small class=\"num\">{minutes}</small>{close}</li>",
                title = escape(&topic.title),
                minutes = duration(topic.minutes),
            );
        }
        html.push_str("</ol></details>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learners_get_links_and_titles_are_escaped() {
        let module = SyllabusModule {
            number: 2,
            title: "A & B".to_owned(),
            summary: String::new(),
            topics: vec![SyllabusTopic {
                slug: "first".to_owned(),
                title: "<b>First".to_owned(),
                minutes: 70,
            }],
        };
        let english = Language::new("en");
        let html = render(&[module], "c", &english, true);
        assert_eq!(
            html,
            "<details class=\"module\" open><summary><span class=\"module-no\">2</span>\
             <span class=\"module-title\"><bdi lang=\"en\" dir=\"ltr\">A &amp; B</bdi></span>\
             <span class=\"soft num\">1 topic · 1 h 10</span></summary><ol>\
             <li class=\"topic\"><a href=\"/learn/c/first\"><span class=\"g\"></span>\
             <span><bdi lang=\"en\" dir=\"ltr\">&lt;b&gt;First</bdi></span>\
             <small class=\"num\">1 h 10</small></a></li></ol></details>"
        );
    }
}
