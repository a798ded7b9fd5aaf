//! Tests of the tutors' desk, over HTTP.

mod requests;
mod settings;
mod suggestions;

use uuid::Uuid;

use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, topic_id, user_id};

/// Page of the questions of the course `small`.
const QUESTIONS: &str = "/teach/small/questions/all";

/// A site with the course `small`, which has the topics `a` and `b`.
async fn site_with_course() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("One").topic("a");
    let course = course.text("The mean is a sum.").topic("b").text("More.");
    course.import(&site).await;
    site
}

/// Conversation of a learner about a topic.
struct Talk<'s> {
    site: &'s TestSite,
    session: Uuid,
}

impl<'s> Talk<'s> {
    async fn of(site: &'s TestSite, email: &str, topic: &str) -> Self {
        let session = Uuid::now_v7();
        let (user, topic) = (user_id(site, email).await, topic_id(site, topic).await);
        let sql = format!(
            "insert into cp_rag_chat_sessions (session_id, user_id, course_id, topic_id)
             select '{session}', '{user}', course_id, topic_id from topics where topic_id = '{topic}'"
        );
        site.test.sql(&sql).await;
        Self { site, session }
    }

    /// Adds a message. `kind` is the kind of an answer of the AI tutor; empty for others.
    async fn says(&self, role: &str, text: &str, kind: &str) -> Uuid {
        let (id, session) = (Uuid::now_v7(), self.session);
        let sql = format!(
            "insert into cp_rag_chat_messages (message_id, session_id, role, content, answer_kind, answer_to)
             select '{id}', '{session}', '{role}', '{text}', nullif('{kind}', ''),
                    (select message_id from cp_rag_chat_messages
                     where session_id = '{session}' and role = 'user' and '{kind}' <> ''
                     order by message_id desc limit 1)"
        );
        self.site.test.sql(&sql).await;
        id
    }

    /// Hands a message to a person. Returns the id of the request.
    async fn hands(&self, message: Uuid) -> String {
        let (id, session) = (Uuid::now_v7(), self.session);
        let sql = format!(
            "insert into tutor_requests (request_id, session_id, message_id)
             values ('{id}', '{session}', '{message}')"
        );
        self.site.test.sql(&sql).await;
        id.to_string()
    }
}
