//! Learners and tutors of a course, their progress, and their certificate.

use axum::http::StatusCode;

use crate::enrollment::server::store as studying;
use crate::platform::auth::{UserRole, store as accounts};
use crate::platform::error::AppResult;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::teaching::server::store as teaching;

/// Signs in a new learner of the course `small`.
pub async fn learner<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let mut browser = site.signed_in(email, UserRole::Learner).await;
    enroll(&mut browser, "small").await;
    browser
}

/// Enrolls a person who is signed in.
pub async fn enroll(browser: &mut Browser<'_>, course: &str) {
    let answer = browser
        .post("enrollment/api/enroll", &[("course", course)])
        .await;
    assert_eq!(
        (answer.status, answer.header("x-redirect")),
        (StatusCode::OK, format!("/learn/{course}").as_str()),
        "{}",
        answer.body
    );
}

/// Signs in a new tutor of the course `small`.
pub async fn tutor<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let browser = site.signed_in(email, UserRole::Tutor).await;
    tutor_of(site, email, "small").await;
    browser
}

/// Begins to look at the course `small` as somebody else: see `start_view` for `who`.
pub async fn begin_view(tutor: &mut Browser<'_>, who: &str, learner: &str) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("who", who),
        ("learner", learner),
        ("back", "/teach/small/outline"),
    ];
    tutor.post("view_as/api/start_view", &fields).await
}

/// Ends a view that `begin_view` began.
pub async fn end_view(tutor: &mut Browser<'_>) {
    let ended = tutor.post("view_as/api/end_view", &[]).await;
    ended.assert_ok();
    assert_eq!(ended.header("x-redirect"), "/teach/small/outline");
}

/// Makes the person a tutor of the course.
pub async fn tutor_of(site: &TestSite, email: &str, course: &str) {
    let (tutor, course) = (email.to_owned(), course.to_owned());
    let added: AppResult<bool> = (site.test.db)
        .within(site.test.organization, async move |conn| {
            let course = studying::course_id(conn, &course).await?;
            let account = accounts::by_email(conn, &tutor).await?;
            let (course, user) = (
                course.expect("a course"),
                account.expect("an account").user_id,
            );
            Ok(teaching::add_tutor(conn, course, user).await?)
        })
        .await;
    assert!(added.expect("a tutor"), "{email} teaches it already");
}

pub async fn user_id(site: &TestSite, email: &str) -> String {
    let query = format!("select user_id from users where email = '{email}'");
    site.test.text(&query).await
}

pub async fn topic_id(site: &TestSite, slug: &str) -> String {
    let query = format!("select topic_id from topics where slug = '{slug}'");
    site.test.text(&query).await
}

/// Marks a topic as done or not done.
pub async fn mark_done(browser: &mut Browser<'_>, topic: &str, done: bool) {
    let done = done.to_string();
    let fields = [("topic", topic), ("done", done.as_str())];
    let answer = browser.post("player/api/mark_done", &fields).await;
    answer.assert_ok();
}

/// Returns the code of the only certificate.
pub async fn only_code(site: &TestSite) -> String {
    let all = "select string_agg(code, ' ') from course_certificates";
    let code = site.test.text(all).await;
    assert!(!code.contains(' '), "more than one certificate: {code}");
    code
}
