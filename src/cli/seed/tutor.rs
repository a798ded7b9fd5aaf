//! The demo's conversation with the tutor, and suggested questions.

use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::course::server::index::index_course;
use crate::enrollment::server::store as studying;
use crate::platform::auth::store as accounts;
use crate::platform::db::schema::{topic_prompt_suggestions as suggestions, topics};
use crate::platform::db::{Conn, Db};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, OrganizationId, SuggestionId, TopicId, UserId};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::tutor_chat::server::ask::{ChatQuestion, ask, step};
use crate::tutor_chat::server::ladder::Wish;
use crate::tutor_chat::server::store;

const LEARNER: &str = "learner@demo.example";
const COURSE: &str = "how-to-trust-a-number";
const TOPIC: &str = "what-was-counted";
const QUESTION: &str = "What happened to burglaries when the recording rules changed?";

/// Questions with their answers. The second follows the first.
const SUGGESTED: [(&str, &str); 2] = [
    (
        "How can a count fall while nothing happens?",
        "By its *definition*. When sheds went into another table, the burglaries of Aldermouth fell by 23 per cent on paper.",
    ),
    (
        "So how do I compare two years?",
        "Count both years in **one** way, the old one or the new one, and compare only those two figures.",
    ),
];

/// Adds what is missing. Indexes the course first, because the tutor answers from its index.
pub async fn fill(db: &Db, organization: OrganizationId) -> AppResult<()> {
    let find = async move |conn: &mut Conn| -> AppResult<Option<(UserId, CourseId, TopicId)>> {
        let course = studying::course_id(conn, COURSE).await?;
        let learner = accounts::by_email(conn, LEARNER).await?;
        let topic = topics::table
            .filter(topics::slug.eq(TOPIC))
            .filter(topics::course_id.nullable().eq(course))
            .select(topics::topic_id)
            .first(conn)
            .await
            .optional()?;
        Ok(match (learner, course, topic) {
            (Some(learner), Some(course), Some(topic)) => Some((learner.user_id, course, topic)),
            _ => None,
        })
    };
    let Some((learner, course, topic)) = db.within(organization, find).await? else {
        return Ok(());
    };
    index_course(db, organization, course).await?;
    db.within(organization, async move |conn| {
        suggest(conn, course, topic).await?;
        if !store::talk(conn, learner, course, topic).await?.is_empty() {
            return Ok(());
        }
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: Utc::now(),
        };
        let typed = ChatQuestion {
            course: COURSE.to_owned(),
            topic: TOPIC.to_owned(),
            text: QUESTION.to_owned(),
            key: String::new(),
            to_person: false,
        };
        let question = ask(conn, learner, &typed, &clock, None).await?;
        step(conn, learner, question, Wish::Explanation, &clock, None).await?;
        Ok(())
    })
    .await
}

/// Suggests questions, unless the topic has some.
async fn suggest(conn: &mut Conn, course: CourseId, topic: TopicId) -> AppResult<()> {
    if !store::suggestions(conn, course, topic).await?.is_empty() {
        return Ok(());
    }
    let mut parent: Option<SuggestionId> = None;
    for (question, answer) in SUGGESTED {
        let id = diesel::insert_into(suggestions::table)
            .values((
                suggestions::course_id.eq(course),
                suggestions::topic_id.eq(topic),
                suggestions::parent_suggestion_id.eq(parent),
                suggestions::prompt_text.eq(question),
                suggestions::answer.eq(answer),
                suggestions::answer_html.eq(markdown::render(answer, &|_, _| None).html),
            ))
            .returning(suggestions::suggestion_id)
            .get_result(conn)
            .await?;
        parent = Some(id);
    }
    Ok(())
}
