//! Tests of the gradebook over HTTP.

mod actions;
mod list;
mod regrade;

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestAnswer, TestSite};
use crate::quiz::tests::sql;

/// Signs in a tutor of the course `small`.
async fn tutor<'a>(site: &'a TestSite, email: &str) -> Browser<'a> {
    let browser = site.signed_in(email, UserRole::Tutor).await;
    sql(
        site,
        &format!(
            "{BOUND}
             insert into tutors (user_id) select user_id from users where email = '{email}';
             insert into course_tutors (course_id, tutor_id) select course_id, tutor_id from courses, tutors join users using (user_id)
             where slug = 'small' and email = '{email}'"
        ),
    )
    .await;
    browser
}

/// Sets the first organization for the owner's connection.
const BOUND: &str = "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);";

/// Runs a query and returns its result as text, for example an id.
async fn text(site: &TestSite, sql: &str) -> String {
    site.test.text(sql).await
}

async fn user(site: &TestSite, email: &str) -> String {
    let query = format!("select user_id::text as text from users where email = '{email}'");
    text(site, &query).await
}

/// Carries out an action for a learner of `small`.
async fn does(
    tutor: &mut Browser<'_>,
    endpoint: &str,
    learner: &str,
    fields: &[(&str, &str)],
) -> TestAnswer {
    let mut all = vec![("course", "small"), ("learner", learner)];
    all.extend_from_slice(fields);
    if !fields.iter().any(|(name, _)| *name == "reason") {
        all.push(("reason", "A power cut."));
    }
    tutor.post(&format!("gradebook/api/{endpoint}"), &all).await
}

fn ok(answer: &TestAnswer) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}
