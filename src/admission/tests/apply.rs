//! The stages of an application, with and without an account.

use axum::http::StatusCode;

use super::{site_with_course, status_of};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;
use crate::testing::{OfferingBuilder, apply_for, token_mailed_to};

/// Adds a question in words and one with choices, and returns their ids.
async fn ask(site: &TestSite) -> [String; 2] {
    let mut admin = site.signed_in("root@example.org", UserRole::Admin).await;
    let words = [
        ("course", "small"),
        ("question[prompt]", "Why this course?"),
        ("question[is_required]", "true"),
    ];
    let choice = [
        ("course", "small"),
        ("question[prompt]", "Which evening?"),
        ("question[options]", "Monday\nTuesday"),
        ("question[scope]", "self_paced"),
        ("question[is_required]", "true"),
    ];
    for fields in [&words[..], &choice[..]] {
        let added = admin
            .post("manage/api/add_assessment_question", fields)
            .await;
        added.assert_ok();
    }
    let id = |prompt: &str| {
        format!("select question_id from assessment_questions where prompt = '{prompt}'")
    };
    [
        site.test.text(&id("Why this course?")).await,
        site.test.text(&id("Which evening?")).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_applies_by_a_mailed_link_without_javascript() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    let [why, evening] = ask(&site).await;
    let mut asha = site.visitor();
    let start = format!("/apply/{offering}");
    let page = asha.get(&start).await;
    assert!(page.body.contains("Your email address") && page.body.contains("Spring"));
    let fields = [("offering", offering.as_str()), ("email", "no address")];
    let back = asha
        .submit(&start, "apply/api/start_application", &fields)
        .await;
    assert_eq!(back.header("location"), start);
    let page = asha.get(&start).await.body;
    assert!(page.contains("Enter a valid email address") && page.contains("value=\"no address\""));

    let token = token_mailed_to(&site, &offering, "asha@example.org").await;
    let at = |stage: &str| format!("{start}/{stage}?token={token}");
    let who = [("offering", offering.as_str()), ("token", token.as_str())];
    let mut details = who.to_vec();
    details.extend([
        ("name", " "),
        ("phone", "none"),
        ("about", "I count birds."),
    ]);
    asha.submit(&at("details"), "apply/api/save_details", &details)
        .await;
    let page = asha.get(&at("details")).await.body;
    // Both problems are told at once, and nothing typed is lost.
    assert!(page.contains("Enter your name, as others") && page.contains("phone number, such"));
    assert!(page.contains("I count birds."));
    details[2].1 = "Asha Kulkarni";
    details[3].1 = "+49 30 1234567";
    let on = asha
        .submit(&at("details"), "apply/api/save_details", &details)
        .await;
    assert_eq!(on.header("location"), at("questions"));

    let (why_field, evening_field) = (format!("answers[q-{why}]"), format!("answers[q-{evening}]"));
    let mut answers = who.to_vec();
    answers.push((&why_field, "To count them well."));
    asha.submit(&at("questions"), "apply/api/save_answers", &answers)
        .await;
    let page = asha.get(&at("questions")).await.body;
    assert!(page.contains("Choose an answer.") && page.contains("To count them well."));
    // The answer is kept, and the review says what is missing.
    let page = asha.get(&at("review")).await.body;
    assert!(
        page.contains("“Which evening?”: Choose an answer."),
        "{page}"
    );
    let early = asha.post("apply/api/submit_application", &who).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    answers.push((&evening_field, "Tuesday"));
    let on = asha
        .submit(&at("questions"), "apply/api/save_answers", &answers)
        .await;
    assert_eq!(on.header("location"), at("review"));
    let done = asha
        .submit(&at("review"), "apply/api/submit_application", &who)
        .await;
    assert_eq!(done.header("location"), format!("{start}?token={token}"));
    let page = asha.get(&format!("{start}?token={token}")).await.body;
    assert!(page.contains("Application under review") && page.contains("Tuesday"));
    assert_eq!(status_of(&site, "asha@example.org").await, "submitted");
    let mails = site.mails().await;
    let mail = mails.last().unwrap();
    assert!(
        mail.contains("has arrived") && mail.contains("Which evening?\nTuesday"),
        "{mail}"
    );

    // The application keeps what was asked.
    site.test.sql("delete from assessment_questions").await;
    let page = asha.get(&format!("{start}?token={token}")).await.body;
    assert!(page.contains("Which evening?") && page.contains("To count them well."));
    let again = asha.post("apply/api/submit_application", &who).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_does_not_tell_who_has_applied() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").create(&site).await;
    let token = token_mailed_to(&site, &offering, "asha@example.org").await;
    apply_for(&mut site.visitor(), &offering, &token, "Asha").await;
    let ask = |email: &'static str| {
        let fields = [("offering", offering.clone()), ("email", email.to_owned())];
        let site = &site;
        async move {
            let fields = fields
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let mut visitor = site.visitor();
            let answer = visitor.post("apply/api/start_application", &fields).await;
            (
                answer.status,
                answer.header("x-redirect").to_owned(),
                answer.body,
            )
        }
    };
    assert_eq!(ask("asha@example.org").await, ask("new@example.org").await);
    // A link that was not mailed opens nothing.
    let path = format!("/apply/{offering}/details?token=invented");
    let page = site.visitor().get(&path).await.body;
    assert!(page.contains("This link no longer works"), "{page}");
    let forged = [
        ("offering", offering.as_str()),
        ("token", "invented"),
        ("name", "X"),
    ];
    let forged = site.visitor().post("apply/api/save_details", &forged).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_belongs_to_the_account_that_confirms_its_address() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").create(&site).await;
    let token = token_mailed_to(&site, &offering, "asha@example.org").await;
    apply_for(&mut site.visitor(), &offering, &token, "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    let studying = "select count(*) from enrollments";
    assert_eq!(site.test.count(studying).await, 0);
    let status = format!("/apply/{offering}?token={token}");
    let page = site.visitor().get(&status).await.body;
    assert!(page.contains("You have a seat") && page.contains("Create an account"));

    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    assert_eq!(site.test.count(studying).await, 1);
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    // A draft that somebody began for an address is not shown to its owner's account.
    let other = OfferingBuilder::new("small").field("title", "Autumn");
    let other = other.create(&site).await;
    let fields = [("offering", other.as_str()), ("email", "bo@example.org")];
    let mut stranger = site.visitor();
    stranger
        .post("apply/api/start_application", &fields)
        .await
        .assert_ok();
    site.account("bo@example.org", UserRole::Learner).await;
    let linked =
        "select count(*) from registrations where email = 'bo@example.org' and user_id is not null";
    assert_eq!(site.test.count(linked).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_courses_page_follows_an_application() {
    let site = site_with_course().await;
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains("This is a paid course."));
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let path = format!("href=\"/apply/{offering}\"");
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains(&path) && page.contains(">Apply<"), "{page}");
    let who = [("offering", offering.as_str())];
    asha.post("apply/api/start_application", &who)
        .await
        .assert_ok();
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("Continue your application"));
    let details = asha.get(&format!("/apply/{offering}/details")).await.body;
    assert!(
        details.contains("value=\"asha\""),
        "the account's name is filled in"
    );
    apply_for(&mut asha, &offering, "", "Asha").await;
    let page = asha.get("/courses/small").await.body;
    assert!(page.contains("Application under review"));
    // Nobody else sees it.
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains(">Apply<") && !page.contains("under review"));

    asha.post("apply/api/withdraw_application", &who)
        .await
        .assert_ok();
    assert!(asha.get("/courses/small").await.body.contains(">Apply<"));
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "submitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_applies_only_while_applications_are_open() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let who = [("offering", offering.as_str())];
    for (change, words) in [
        ("is_open = false", "Applications are closed."),
        (
            "is_open = true, applications_open_at = now() + interval '1 day'",
            "Applications open on",
        ),
        (
            "applications_open_at = null, applications_close_at = now() - interval '1 minute'",
            "Applications are closed.",
        ),
    ] {
        let change = format!("update course_offerings set {change}");
        site.test.sql(&change).await;
        let answer = asha.post("apply/api/start_application", &who).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{change}");
        for path in ["/courses/small".to_owned(), format!("/apply/{offering}")] {
            let page = asha.get(&path).await.body;
            assert!(page.contains(words), "{path}, {change}");
        }
    }
    assert_eq!(
        site.test.count("select count(*) from registrations").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_puts_a_visitor_into_its_offering() {
    let site = site_with_course().await;
    let spring = OfferingBuilder::new("small").field("joins_by", "SPRING26");
    let offering = spring.create(&site).await;
    for typed in ["SPRING26", "spring-26", "spring%2026"] {
        let page = site.visitor().get(&format!("/join/{typed}")).await;
        assert_eq!(page.status, StatusCode::OK, "{typed}");
        assert!(page.body.contains(&offering) && page.body.contains("Your email address"));
    }
    let page = site.visitor().get("/join/WINTER").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("no offering with this code"));
    site.test
        .sql("update courses set is_published = false")
        .await;
    let page = site.visitor().get("/join/SPRING26").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
