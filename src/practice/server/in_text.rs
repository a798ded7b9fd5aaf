//! Practice questions in the rendered text of a topic. The text was rendered when the course was
//! imported. For each reader, the form or the last outcome of each question is put in its place.
//! Questions that were removed from practice are left out.

use leptos::prelude::{Owner, RenderHtml};
use leptos::server_fn::ServerFn;

use super::rules;
use crate::course::server::render::{PRACTICE_END, PRACTICE_START, practice_mark};
use crate::enrollment::server::access::OpenTopic;
use crate::paths::practice_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::http::flash::Flash;
use crate::platform::ids::UserId;
use crate::platform::markdown::escape;
use crate::platform::time::Clock;
use crate::platform::ui::FormState;
use crate::practice::PracticePage;
use crate::practice::api::AnswerPractice;
use crate::practice::pages::question;

/// The page of a topic for which questions are put into the text.
pub struct PracticeReader<'a> {
    pub user: UserId,
    pub course: &'a str,
    /// Key of the question that the learner answers again, or empty.
    pub again: &'a str,
    /// Outcome of the form that the page comes back from.
    pub flash: Option<&'a Flash>,
}

/// Puts the practice questions into a topic's HTML.
pub async fn fill(
    conn: &mut Conn,
    topic: &OpenTopic,
    html: String,
    reader: PracticeReader<'_>,
    clock: &Clock,
) -> AppResult<String> {
    if !html.contains(PRACTICE_START) {
        return Ok(html);
    }
    let PracticeReader {
        user,
        course,
        again,
        flash,
    } = reader;
    let pages = rules::in_text(conn, user, topic, course, &html, again, clock).await?;
    let filled = |section: &str| {
        let page = pages.iter().find(|page| {
            let begins = format!("{PRACTICE_START}{}", practice_mark(&page.key));
            section.starts_with(&begins)
        })?;
        let (start, _) = section.split_once('>')?;
        let part = practice_path(course, &topic.topic().slug, &page.key);
        Some(format!(
            "{start} data-part=\"{}\">{}</section>",
            escape(&part),
            rendered(page, flash)
        ))
    };
    Ok(replaced(&html, filled))
}

/// Renders the question with the error of its form, if the page comes back from it. The owner is a
/// new root: the page around hydrates without this part, and values that are sent along with pages
/// are counted.
fn rendered(page: &PracticePage, flash: Option<&Flash>) -> String {
    let is_here = |flash: &&Flash| {
        let sent = |name: &str, value: &str| {
            let mut values = flash.values.iter();
            values.any(|(field, sent)| field == name && sent == value)
        };
        flash.form == AnswerPractice::PATH
            && sent("topic", &page.topic_slug)
            && sent("key", &page.key)
    };
    let around = Owner::current();
    let html = Owner::new_root(None).with(|| {
        let form = FormState::after(AnswerPractice::PATH, flash.filter(is_here));
        question(page, form, true).to_html()
    });
    // A new root takes the place of the page's own owner.
    if let Some(around) = around {
        around.set();
    }
    html
}

/// Replaces each practice question with the result of `now`, or removes it if `now` returns None.
fn replaced(html: &str, now: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(PRACTICE_START) {
        let (before, section) = rest.split_at(at);
        let end = section
            .find(PRACTICE_END)
            .map_or(section.len(), |end| end + PRACTICE_END.len());
        let (section, after) = section.split_at(end);
        out.push_str(before);
        out.push_str(&now(section).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}
