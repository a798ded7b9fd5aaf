//! Builds an exam of the course `small` as its tutor does, and starts sittings of it.

use serde_json::Value;

use crate::testing::site::{Browser, TestAnswer, TestSite};

/// The form of an exam. A field that is set again replaces the old value.
#[derive(Clone)]
pub struct ExamBuilder {
    course: String,
    fields: Vec<(String, String)>,
}

impl ExamBuilder {
    /// A valid exam: two questions of module 1 and one of module 2, one hour, everything shown
    /// afterwards.
    pub fn new() -> Self {
        let empty = Self {
            course: "small".to_owned(),
            fields: Vec::new(),
        };
        empty
            .with("exam[title]", "Final exam")
            .with("exam[minutes]", "60")
            .with("exam[passing_score_percent]", "60")
            .with("exam[review]", "answers")
            .with("exam[sections][0][title]", "First part")
            .with("exam[sections][0][source]", "module:1")
            .with("exam[sections][1][source]", "module:2")
            .questions([2, 1])
    }

    /// Sets a field of the form.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the numbers of questions of the two sections.
    pub fn questions(self, counts: [u32; 2]) -> Self {
        let [one, two] = counts.map(|count| count.to_string());
        self.with("exam[sections][0][count]", &one)
            .with("exam[sections][1][count]", &two)
    }

    /// Makes one section of one question, for a course of one module.
    pub fn of_one_question(mut self, course: &str) -> Self {
        self.fields
            .retain(|(name, _)| !name.contains("[sections][1]"));
        self.course = course.to_owned();
        self.with("exam[sections][0][count]", "1")
    }

    pub fn attempts_allowed(self, attempts: u32) -> Self {
        self.with("exam[attempts_allowed]", &attempts.to_string())
    }

    pub fn one_at_a_time(self) -> Self {
        self.with("exam[one_at_a_time]", "true")
    }

    /// Chooses each question by the answers before it, from six of module 1 and four of module 2.
    pub fn adaptive(self, at_least: u32, at_most: u32, standard_error: f64) -> Self {
        self.with("exam[adaptive]", "true")
            .with("exam[min_items]", &at_least.to_string())
            .with("exam[max_items]", &at_most.to_string())
            .with("exam[standard_error]", &standard_error.to_string())
            .questions([6, 4])
    }

    /// Sends the form from a hydrated page.
    pub async fn save(&self, tutor: &mut Browser<'_>) -> TestAnswer {
        tutor.post("teach/api/save_exam", &self.fields()).await
    }

    pub fn fields(&self) -> Vec<(&str, &str)> {
        let own = self.fields.iter();
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let course = ("course", self.course.as_str());
        std::iter::once(course).chain(own).collect()
    }

    /// Creates and publishes the exam. Returns its id.
    pub async fn publish(&self, site: &TestSite) -> String {
        let mut tutor = site.sign_in("tutor@example.org").await;
        let made = self.save(&mut tutor).await;
        made.assert_ok();
        let id = made.header("x-redirect").rsplit('/').next().unwrap();
        let published = set_exam_status(&mut tutor, &self.course, id, "published").await;
        published.assert_ok();
        id.to_owned()
    }
}

/// Makes an exam a "draft", "published" or "retired".
pub async fn set_exam_status(
    tutor: &mut Browser<'_>,
    course: &str,
    exam: &str,
    status: &str,
) -> TestAnswer {
    let fields = [("course", course), ("exam", exam), ("status", status)];
    tutor.post("teach/api/set_exam_status", &fields).await
}

/// Starts a sitting, or goes on with the one that runs.
pub async fn start_exam(browser: &mut Browser<'_>, course: &str, exam: &str) -> TestAnswer {
    let fields = [("course", course), ("exam", exam), ("ready", "true")];
    browser.post("exam/api/start_exam", &fields).await
}

/// Returns the id of the sitting that was started last and still runs.
pub async fn running_sitting(site: &TestSite) -> String {
    let query = "select sitting_id from exam_sittings where ended_at is null
                 order by started_at desc limit 1";
    site.test.text(query).await
}

/// Returns the questions of a running sitting, with their keys.
pub async fn sitting_questions(site: &TestSite, sitting: &str) -> Vec<Value> {
    let query =
        format!("select paper -> 'questions' from exam_sittings where sitting_id = '{sitting}'");
    serde_json::from_str(&site.test.text(&query).await).unwrap()
}
