//! Cohorts, and what their members do in cold calls.

use super::CourseBuilder;
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};

/// A course whose first topic has two cold calls and whose second has none.
pub fn cold_call_course() -> CourseBuilder {
    CourseBuilder::new("small")
        .title("A small course")
        .module("First")
        .topic("begin")
        .topic_title("Beginning")
        .text("Hello.")
        .cold_call("Why do pelicans swim?")
        .cold_call("Which bird would you count?")
        .topic("end")
        .topic_title("Ending")
        .text("Goodbye.")
}

/// A cohort of the course `small`.
pub struct Group {
    pub id: String,
}

impl Group {
    /// A cohort that started a week ago.
    pub async fn new(site: &TestSite, title: &str) -> Self {
        Self::of(site, title, "current_date - 7", "null").await
    }

    /// A cohort with these first and last days, as SQL.
    pub async fn of(site: &TestSite, title: &str, start: &str, end: &str) -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        site.test
            .sql(&format!(
                "insert into cohorts (cohort_id, course_id, title, start_date, end_date)
                 select '{id}', course_id, '{title}', {start}, {end} from courses where slug = 'small'"
            ))
            .await;
        Self { id }
    }

    /// Adds the account with this address.
    pub async fn add(&self, site: &TestSite, email: &str) {
        let id = &self.id;
        site.test
            .sql(&format!(
                "insert into cohort_members (cohort_id, email) values ('{id}', '{email}')"
            ))
            .await;
    }

    /// Signs in a new member.
    pub async fn member<'a>(&self, site: &'a TestSite, email: &str) -> Browser<'a> {
        let browser = site.signed_in(email, UserRole::Learner).await;
        self.add(site, email).await;
        browser
    }

    /// Sets the status of a member.
    pub async fn set(&self, site: &TestSite, email: &str, status: &str) {
        let id = &self.id;
        site.test
            .sql(&format!(
                "update cohort_members set status = '{status}' where cohort_id = '{id}' and email = '{email}'"
            ))
            .await;
    }
}

/// Returns the id of the prompt that begins with this text.
pub async fn prompt_id(site: &TestSite, begins: &str) -> String {
    let query = format!("select prompt_id from cold_call_prompts where prompt like '{begins}%'");
    site.test.text(&query).await
}

/// Changes all prompts: `change` is the part of the statement after `set`.
pub async fn prompt_is(site: &TestSite, change: &str) {
    let sql = format!("update cold_call_prompts set {change}");
    site.test.sql(&sql).await;
}

/// Returns the id of the message with this text.
pub async fn message_id(site: &TestSite, body: &str) -> String {
    let query = format!("select message_id from cold_call_messages where body = '{body}'");
    site.test.text(&query).await
}

impl Browser<'_> {
    /// Answers a cold call.
    pub async fn answer(&mut self, prompt: &str, text: &str) -> TestAnswer {
        let fields = [("prompt", prompt), ("text", text)];
        self.post("coldcall/api/answer_cold_call", &fields).await
    }

    /// Replies to a message.
    pub async fn reply(&mut self, message: &str, text: &str) -> TestAnswer {
        let fields = [("message", message), ("text", text)];
        self.post("coldcall/api/reply_to_message", &fields).await
    }

    /// Gives a star to a message.
    pub async fn star(&mut self, message: &str) -> TestAnswer {
        let fields = [("message", message), ("starred", "true")];
        self.post("coldcall/api/star_message", &fields).await
    }
}
