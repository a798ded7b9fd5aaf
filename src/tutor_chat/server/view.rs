//! The page of a conversation.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ask::refusal;
use super::history::other_talks;
use super::model::chosen::chosen;
use super::store::{self, PreparedQuestion, TalkRow, TutorTerms};
use super::talk_html;
use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::enrollment::server::access::open_topic;
use crate::paths::{topic_path, tutor_path};
use crate::platform::config::AiConfig;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::http::flash::Flash;
use crate::platform::ids::{SuggestionId, UserId};
use crate::platform::time::Clock;
use crate::tutor_chat::TutorTalkPage;
use crate::tutor_chat::desk::server::notices;

/// Most suggested questions that are shown at once.
const CHIPS: usize = 6;

/// A conversation as it is shown.
pub struct TalkView {
    /// Names of course and topic in addresses.
    pub at: (String, String),
    pub course_title: CourseTitle,
    pub rows: Vec<TalkRow>,
    pub terms: TutorTerms,
    /// The reason why the tutor answers nothing now.
    pub refusal: Option<&'static str>,
    pub suggestions: Vec<PreparedQuestion>,
    pub now: DateTime<Utc>,
    /// Moment before the messages were read, as a UUIDv7.
    pub since: Uuid,
    /// True if a language model writes answers.
    pub is_model: bool,
    /// Topics of the learner's other conversations: names in addresses and titles.
    pub others: Vec<(String, String)>,
}

/// Returns the page of the learner's conversation about a topic that is open to them, and marks
/// replies to it as read if `may_write`. `flash` is the outcome of a form without JavaScript.
pub async fn page(
    conn: &mut Conn,
    (user, may_write): (UserId, bool),
    at: (String, String),
    flash: Option<&Flash>,
    clock: &Clock,
    ai: &AiConfig,
) -> AppResult<TutorTalkPage> {
    let since = Uuid::now_v7();
    let open = open_topic(conn, user, &at.0, &at.1, clock).await?;
    let (course, topic) = (open.studying.course_id, open.topic().topic_id);
    let terms = store::terms(conn, user, course, open.module().number).await?;
    let refusal = refusal(conn, user, course, &terms, clock).await?;
    let rows = store::talk(conn, user, course, topic).await?;
    if may_write && let Some(reply) = rows.iter().rfind(|row| row.is_person()) {
        notices::seen_replies(conn, user, reply.session_id).await?;
    }
    let is_model = chosen(conn, ai, course).await?.is_some();
    let suggestions = match refusal {
        Some(_) => Vec::new(),
        None => offered(store::suggestions(conn, course, topic).await?, &rows),
    };
    let course_title =
        CourseTitle::new(open.studying.title.clone(), open.studying.language.clone());
    let view = TalkView {
        at,
        course_title: course_title.clone(),
        rows,
        terms,
        refusal,
        suggestions,
        now: clock.now,
        since,
        is_model,
        others: other_talks(conn, user, course, topic).await?,
    };
    let talk = talk_html::talk(&view, flash, clock);
    let (course, topic) = view.at;
    Ok(TutorTalkPage {
        topic: TopicLink {
            href: topic_path(&course, &topic),
            title: open.topic().title.clone(),
        },
        here: tutor_path(&course, &topic),
        course_slug: course,
        course_title,
        talk,
    })
}

/// Chooses the suggestions that follow the question asked last, and then those that begin a
/// conversation. Leaves out those that were asked.
fn offered(all: Vec<PreparedQuestion>, rows: &[TalkRow]) -> Vec<PreparedQuestion> {
    let asked: Vec<SuggestionId> = rows.iter().filter_map(|row| row.suggestion_id).collect();
    let last = rows.iter().rfind(|row| row.is_question());
    let last = last.and_then(|row| row.suggestion_id);
    let is_new = |one: &PreparedQuestion| !asked.contains(&one.suggestion_id);
    let (follow, others): (Vec<_>, Vec<_>) = (all.into_iter())
        .filter(is_new)
        .partition(|one| last.is_some() && one.parent_suggestion_id == last);
    let roots = others
        .into_iter()
        .filter(|one| one.parent_suggestion_id.is_none());
    follow.into_iter().chain(roots).take(CHIPS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follow_ups_come_first_and_questions_that_were_asked_no_more() {
        let id = |number| SuggestionId(uuid::Uuid::from_u128(number));
        let one = |number, parent: Option<u128>| PreparedQuestion {
            suggestion_id: id(number),
            parent_suggestion_id: parent.map(id),
            prompt_text: number.to_string(),
            answer: String::new(),
        };
        let all = vec![one(1, None), one(2, Some(1)), one(3, None), one(4, Some(3))];
        let shown = |rows: &[TalkRow]| -> Vec<String> {
            let shown = offered(all.clone(), rows);
            shown.into_iter().map(|one| one.prompt_text).collect()
        };
        assert_eq!(shown(&[]), ["1", "3"]);
        assert_eq!(shown(&[TalkRow::asked(id(1))]), ["2", "3"]);
        let both = [TalkRow::asked(id(1)), TalkRow::asked(id(2))];
        assert_eq!(shown(&both), ["3"]);
    }
}
