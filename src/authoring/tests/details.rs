//! Settings of a course's page: who changes what, and what imports leave alone.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CourseBuilder, Question, hidden, learner, tutor};

fn small() -> CourseBuilder {
    let asked = Question::short_answer("qa", "Q", &["x"]);
    let course = CourseBuilder::new("small").title("Old title").module("One");
    course.topic("a").question(asked).with_practice()
}

const FIELDS: [(&str, &str); 12] = [
    ("details[title]", "New title"),
    ("details[summary]", "New summary."),
    ("details[description]", "New **words** and [a](topic:a)."),
    ("details[outcomes]", "Count.\nCount again."),
    ("details[language]", "de"),
    ("details[level]", "advanced"),
    ("details[tags]", "one, two"),
    ("details[authors]", "Ada\nBob"),
    ("details[license]", "CC BY 4.0"),
    ("details[price]", "49,90"),
    ("details[currency]", "chf"),
    ("details[cohort_only]", "true"),
];

async fn mark(browser: &mut Browser<'_>) -> String {
    let page = browser.get("/teach/small/course").await;
    page.assert_ok();
    hidden(&page.body, "details[mark]")
}

async fn save(browser: &mut Browser<'_>, mark: &str, changes: &[(&str, &str)]) -> TestAnswer {
    let mut fields = FIELDS.to_vec();
    for (name, value) in changes {
        fields.retain(|(other, _)| other != name);
        fields.push((name, value));
    }
    fields.extend([("course", "small"), ("details[mark]", mark)]);
    browser
        .post("details/api/save_course_details", &fields)
        .await
}

/// Title, language, price and access.
async fn stored(site: &TestSite) -> String {
    site.test
        .text("select concat_ws(' ', title, language, price_cents, currency, cohort_only) from courses")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_and_stay_after_an_import() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let outline = admin.get("/teach/small/outline").await.body;
    assert!(outline.contains("href=\"/teach/small/course\""));
    let first = mark(&mut admin).await;
    save(&mut admin, &first, &[]).await.assert_ok();
    assert_eq!(stored(&site).await, "New title de 4990 CHF t");
    let page = site.visitor().get("/courses/small").await.body;
    for text in [
        "New title",
        "<strong>words</strong>",
        "href=\"/learn/small/a\"",
        "Count again.",
        "49.90 CHF",
        "CC BY 4.0",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let practice = "select count(*) from topic_blocks where html like '%practice-prompt\" lang=\"de\" dir=\"ltr\"%'";
    assert_eq!(site.test.count(practice).await, 1);
    let found = site.visitor().get("/courses?q=again").await;
    found.assert_ok();

    let report = small().import(&site).await;
    assert!(report.page_is_kept && report.to_string().contains("kept as edited"));
    assert_eq!(stored(&site).await, "New title de 4990 CHF t");
    assert_eq!(
        site.test.count(practice).await,
        1,
        "rendered in the site's language"
    );
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains("<strong>words</strong>"), "{page}");
    let logged = "select count(*) from audit_logs where action = 'course.details_saved'";
    assert_eq!(site.test.count(logged).await, 1);
    let titles = "select count(*) from audit_logs where action = 'course.details_saved'
         and old_values ->> 'title' <> 'New title' and new_values ->> 'title' = 'New title'";
    assert_eq!(site.test.count(titles).await, 1);
    // A second click finds everything saved.
    save(&mut admin, &first, &[]).await.assert_ok();
    assert_eq!(site.test.count(logged).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_changes_texts_but_not_price_and_access() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let page = meera.get("/teach/small/course").await.body;
    assert!(!page.contains("Price and access"));
    let mark = mark(&mut meera).await;
    save(&mut meera, &mark, &[]).await.assert_ok();
    assert_eq!(stored(&site).await, "New title de 0 EUR f");
    let mut asha = learner(&site, "asha@example.org").await;
    let refused = asha.get("/teach/small/course").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_or_wrong_form_changes_nothing() {
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let first = mark(&mut admin).await;
    let before = stored(&site).await;
    let long = "x".repeat(121);
    for (field, value, said) in [
        ("details[title]", " ", "Enter a title."),
        ("details[title]", long.as_str(), "Use at most 120"),
        ("details[summary]", "", "Enter one or two sentences."),
        ("details[language]", "english", "Choose a language."),
        ("details[level]", "hard", "Choose a level."),
        ("details[tags]", "Big Words", "is no tag"),
        ("details[price]", "-1", "Enter a price from 0 to 100000"),
        ("details[currency]", "zzz", "three letters"),
    ] {
        let refused = save(&mut admin, &first, &[(field, value)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(refused.body.contains(said), "{said}: {}", refused.body);
    }
    assert_eq!(stored(&site).await, before);
    save(&mut admin, &first, &[]).await.assert_ok();
    let stale = save(&mut admin, &first, &[("details[title]", "Newer")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stored(&site).await.starts_with("New title"));
}
