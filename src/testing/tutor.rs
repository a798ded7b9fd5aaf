//! Actions of a tutor of the course `small`.

use crate::testing::site::{Browser, TestAnswer};

use super::hidden;

/// Carries out an action for one learner. The reason is "A power cut." unless the fields have one.
pub async fn act(
    tutor: &mut Browser<'_>,
    action: &str,
    learner: &str,
    fields: &[(&str, &str)],
) -> TestAnswer {
    let mut all = vec![("course", "small"), ("learner", learner)];
    all.extend_from_slice(fields);
    if !fields.iter().any(|(name, _)| *name == "reason") {
        all.push(("reason", "A power cut."));
    }
    tutor.post(&format!("gradebook/api/{action}"), &all).await
}

/// Returns the hash of the forecast that the page of a regrade shows now.
pub async fn forecast(tutor: &mut Browser<'_>, question: &str, ruling: &str) -> String {
    let path = format!("/teach/small/questions/{question}/regrade?ruling={ruling}");
    let page = tutor.get(&path).await;
    page.assert_ok();
    hidden(&page.body, "seen")
}

/// Regrades the quizzes with a question, as the forecast `seen` showed.
pub async fn regrade_question(
    tutor: &mut Browser<'_>,
    question: &str,
    ruling: &str,
    seen: &str,
) -> TestAnswer {
    let fields = [
        ("course", "small"),
        ("question", question),
        ("ruling", ruling),
        ("seen", seen),
        ("reason", "The key was wrong."),
    ];
    tutor.post("gradebook/api/regrade_question", &fields).await
}
