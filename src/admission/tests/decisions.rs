//! Decisions take effect after ten minutes, can be undone before, and let people in.

use axum::http::StatusCode;

use super::{
    decide, decisions_are_told, payments_are_told, registration_of, site_with_course, status_of,
};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::{OfferingBuilder, apply_for, begin_view, end_view, tutor_of};

/// Signs in people who apply for the offering.
async fn applicants<'a>(site: &'a TestSite, offering: &str, names: &[&str]) -> Vec<Browser<'a>> {
    let mut people = Vec::new();
    for name in names {
        let email = format!("{name}@example.org");
        let mut person = site.signed_in(&email, UserRole::Learner).await;
        apply_for(&mut person, offering, "", name).await;
        people.push(person);
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_told_and_carried_out_after_ten_minutes() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    let mut people = applicants(&site, &offering, &["asha", "bo"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let both = ["asha@example.org", "bo@example.org"];
    decide(&site, &mut admin, &offering, "accept", &both)
        .await
        .assert_ok();
    let before = site.mails().await.len();
    let page = people[0].get("/courses/small").await.body;
    assert!(
        page.contains("Application under review"),
        "nothing is told yet"
    );
    assert_eq!(
        people[0].get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );

    let bo = registration_of(&site, "bo@example.org").await;
    let undo = [("course", "small"), ("registration", bo.as_str())];
    admin
        .post("review/api/undo_decision", &undo)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "bo@example.org").await, "submitted");
    let mails = decisions_are_told(&site).await;
    assert_eq!(mails.len(), before + 1, "{mails:#?}");
    let mail = mails.last().unwrap();
    assert!(mail.starts_with("To: asha@") && mail.contains("you have a seat in “A small course”"));
    assert_eq!(people[0].get("/learn/small/t").await.status, StatusCode::OK);
    assert_eq!(
        people[1].get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    // Afterwards it is too late.
    let asha = registration_of(&site, "asha@example.org").await;
    let undo = [("course", "small"), ("registration", asha.as_str())];
    let late = admin.post("review/api/undo_decision", &undo).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let again = decide(
        &site,
        &mut admin,
        &offering,
        "reject",
        &["asha@example.org"],
    )
    .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_replaces_another_one_is_told_once() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    applicants(&site, &offering, &["asha"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let asha = ["asha@example.org"];
    decide(&site, &mut admin, &offering, "accept", &asha)
        .await
        .assert_ok();
    decide(&site, &mut admin, &offering, "reject", &asha)
        .await
        .assert_ok();
    let before = site.mails().await.len();
    let mails = decisions_are_told(&site).await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails.last().unwrap().contains("can't offer you"));
    assert_eq!(status_of(&site, asha[0]).await, "rejected");
    assert_eq!(site.test.count("select count(*) from enrollments").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_more_than_there_are_seats_changes_nothing() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().seats(1);
    let offering = offering.create(&site).await;
    applicants(&site, &offering, &["asha", "bo"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let both = ["asha@example.org", "bo@example.org"];
    let refused = decide(&site, &mut admin, &offering, "accept", &both).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Only 1 of 1 seats is free"),
        "{}",
        refused.body
    );
    assert_eq!(status_of(&site, both[0]).await, "submitted");
    decide(&site, &mut admin, &offering, "accept", &both[..1])
        .await
        .assert_ok();
    let full = decide(&site, &mut admin, &offering, "accept", &both[1..]).await;
    assert!(full.body.contains("All 1 seats are taken"), "{}", full.body);
    decide(&site, &mut admin, &offering, "waitlist", &both[1..])
        .await
        .assert_ok();
    // An undone acceptance leaves the seat to the next decision, not to the waitlist.
    let asha = registration_of(&site, both[0]).await;
    let undo = [("course", "small"), ("registration", asha.as_str())];
    admin
        .post("review/api/undo_decision", &undo)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    assert_eq!(status_of(&site, both[1]).await, "waitlisted");
    let offer = [("course", "small"), ("offering", offering.as_str())];
    admin
        .post("review/api/offer_seats", &offer)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, both[1]).await, "offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_person_becomes_a_member_of_the_cohort() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small")
        .reviewed()
        .cohort("2020-01-06");
    let offering = offering.create(&site).await;
    let mut people = applicants(&site, &offering, &["asha"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    decide(
        &site,
        &mut admin,
        &offering,
        "accept",
        &["asha@example.org"],
    )
    .await
    .assert_ok();
    let members = "select count(*) from cohort_members where email = 'asha@example.org' and user_id is not null";
    assert_eq!(site.test.count(members).await, 0);
    decisions_are_told(&site).await;
    assert_eq!(site.test.count(members).await, 1);
    // The cohort has started, so the course is open.
    assert_eq!(people[0].get("/learn/small/t").await.status, StatusCode::OK);

    let later = OfferingBuilder::new("small")
        .field("title", "Later")
        .cohort("2090-01-05");
    let later = later.create(&site).await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &later, "", "Bo").await;
    decide(&site, &mut admin, &later, "accept", &["bo@example.org"]).await;
    let page = bo.get("/courses/small").await.body;
    assert!(page.contains("Starts on 5 January 2090"), "{page}");
    assert_eq!(bo.get("/learn/small/t").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priced_seat_is_kept_until_the_payment_is_recorded() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").price("48").reviewed();
    let offering = offering.create(&site).await;
    let mut people = applicants(&site, &offering, &["asha"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let asha = "asha@example.org";
    decide(&site, &mut admin, &offering, "accept", &[asha])
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let page = people[0].get("/courses/small").await.body;
    assert!(page.contains("Pay for your seat") && page.contains("€48"));
    assert_eq!(
        people[0].get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    let id = registration_of(&site, asha).await;
    let paid = [("course", "small"), ("registration", id.as_str())];
    for _ in 0..2 {
        admin
            .post("review/api/record_payment", &paid)
            .await
            .assert_ok();
    }
    assert_eq!(people[0].get("/learn/small/t").await.status, StatusCode::OK);
    let mails = payments_are_told(&site).await;
    let told = mails
        .iter()
        .filter(|mail| mail.contains("Your payment for"));
    assert_eq!(told.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_mail_are_edited_for_an_offering_and_for_one_person() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    applicants(&site, &offering, &["asha", "bo"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let template = [
        ("course", "small"),
        ("offering", offering.as_str()),
        ("decision", "reject"),
        ("subject", "Not this time"),
        ("text", "Dear {name}, {course} is full of {school}."),
    ];
    admin
        .post("review/api/save_mail_template", &template)
        .await
        .assert_ok();
    let both = ["asha@example.org", "bo@example.org"];
    decide(&site, &mut admin, &offering, "reject", &both)
        .await
        .assert_ok();
    let asha = registration_of(&site, both[0]).await;
    let page = format!("/teach/small/admissions/{offering}/{asha}?show=rejected");
    let shown = admin.get(&page).await.body;
    assert!(
        shown.contains("Dear asha, A small course is full of Lyceum."),
        "{shown}"
    );
    let mut own = vec![
        ("course", "small"),
        ("registration", asha.as_str()),
        ("subject", ""),
        ("text", "Dear Asha, write to me."),
    ];
    let refused = admin.post("review/api/save_decision_mail", &own).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    own[2].1 = "Next year";
    own.push(("now", "yes"));
    admin
        .post("review/api/save_decision_mail", &own)
        .await
        .assert_ok();
    let mails = site.mails().await;
    assert!(mails.last().unwrap().contains("Dear Asha, write to me."));
    let mails = decisions_are_told(&site).await;
    let told = |to: &str| mails.iter().filter(|mail| mail.starts_with(to)).count();
    // Each has the confirmation and one decision.
    assert_eq!((told("To: asha@"), told("To: bo@")), (2, 2));
    assert!(mails.last().unwrap().contains("Dear bo, A small course"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_see_an_offering_without_its_applications() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    applicants(&site, &offering, &["asha"]).await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    tutor_of(&site, "tutor@example.org", "small").await;
    let list = tutor.get("/teach/small/admissions").await.body;
    assert!(list.contains("Spring") && !list.contains("Create offering"));
    let page = tutor
        .get(&format!("/teach/small/admissions/{offering}"))
        .await
        .body;
    assert!(page.contains("Link to join") && !page.contains("asha@example.org"));
    let id = registration_of(&site, "asha@example.org").await;
    let one = format!("/teach/small/admissions/{offering}/{id}");
    assert_eq!(tutor.get(&one).await.status, StatusCode::FORBIDDEN);
    let mut admin = site.sign_in("office@example.org").await;
    let page = admin
        .get(&format!("/teach/small/admissions/{offering}"))
        .await
        .body;
    assert!(page.contains("asha@example.org") && page.contains("class=\"qr\""));
    assert_eq!(admin.get(&one).await.status, StatusCode::OK);
}

/// The id of the act that led to this address.
fn act_of(path: &str) -> String {
    let (_, act) = path.split_once("act=").expect("an act");
    act.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_several_applications_is_undone_as_a_whole() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    applicants(&site, &offering, &["asha", "bo", "cem"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let emails = ["asha@example.org", "bo@example.org"];
    let decided = decide(&site, &mut admin, &offering, "accept", &emails).await;
    decided.assert_ok();
    let path = decided.header("x-redirect").to_owned();
    let page = admin.get(&path).await.body;
    assert!(
        page.contains("2 applications accepted. Mails leave in ten minutes."),
        "{page}"
    );
    let act = act_of(&path);
    // The words of all its mails are changed at once.
    let mut words = vec![
        ("course", "small"),
        ("offering", offering.as_str()),
        ("act", act.as_str()),
        ("subject", "See you on Friday, {name}"),
        ("text", ""),
    ];
    let refused = admin.post("review/api/save_act_mail", &words).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    words[4].1 = "Hello {name}, bring {course} along.";
    let saved = admin.post("review/api/save_act_mail", &words).await;
    saved.assert_ok();
    assert_eq!(saved.header("x-redirect"), path);
    let page = admin.get(&path).await.body;
    assert!(
        page.contains("Hello {name}, bring {course} along."),
        "{page}"
    );
    let asha = registration_of(&site, emails[0]).await;
    let one = format!("/teach/small/admissions/{offering}/{asha}?show=accepted");
    let page = admin.get(&one).await.body;
    assert!(page.contains("See you on Friday, asha"), "{page}");
    assert!(
        page.contains("Hello asha, bring A small course along."),
        "{page}"
    );
    let undo = [
        ("course", "small"),
        ("offering", offering.as_str()),
        ("act", act.as_str()),
    ];
    // One of them is undone by itself, and the rest as a whole.
    let bo = registration_of(&site, emails[1]).await;
    let alone = [("course", "small"), ("registration", bo.as_str())];
    admin
        .post("review/api/undo_decision", &alone)
        .await
        .assert_ok();
    let page = admin.get(&path).await.body;
    assert!(page.contains("1 application accepted."), "{page}");
    admin
        .post("review/api/undo_decisions", &undo)
        .await
        .assert_ok();
    for email in emails {
        assert_eq!(status_of(&site, email).await, "submitted", "{email}");
    }
    let before = site.mails().await.len();
    assert_eq!(decisions_are_told(&site).await.len(), before);
    let again = admin.post("review/api/undo_decisions", &undo).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(!admin.get(&path).await.body.contains("application accepted"));

    // "Select all" stands for what the page showed. After the mails it is too late.
    let mut shown = Vec::new();
    for email in emails {
        shown.push(registration_of(&site, email).await);
    }
    let mut fields = vec![
        ("course", "small"),
        ("offering", offering.as_str()),
        ("decision", "reject"),
        ("all", "yes"),
    ];
    fields.extend(shown.iter().map(|id| ("shown[]", id.as_str())));
    let decided = admin.post("review/api/decide", &fields).await;
    decided.assert_ok();
    let act = act_of(decided.header("x-redirect"));
    assert_eq!(status_of(&site, emails[0]).await, "rejected");
    assert_eq!(status_of(&site, "cem@example.org").await, "submitted");
    assert_eq!(decisions_are_told(&site).await.len(), before + 2);
    let late = [undo[0], undo[1], ("act", act.as_str())];
    let late = admin.post("review/api/undo_decisions", &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    words[2].1 = &act;
    let late = admin.post("review/api/save_act_mail", &words).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(status_of(&site, emails[0]).await, "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_a_notification_without_a_mail_of_its_own() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    let mut people = applicants(&site, &offering, &["asha", "bo"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let page = admin.get("/notifications").await.body;
    assert!(page.contains("New application for"), "{page}");
    assert!(page.contains("1 more like this"), "{page}");
    // The queue marks them as read.
    let queue = format!("/teach/small/admissions/{offering}");
    admin.get(&queue).await.assert_ok();
    let unread = "select count(*) from notifications where read_at is null";
    assert_eq!(site.test.count(unread).await, 0);

    let asha = ["asha@example.org"];
    decide(&site, &mut admin, &offering, "accept", &asha)
        .await
        .assert_ok();
    assert_eq!(site.test.count(unread).await, 0, "nothing is told yet");
    let mails = decisions_are_told(&site).await;
    let page = people[0].get("/notifications").await.body;
    assert!(page.contains("You have a seat in"), "{page}");
    assert!(
        !people[1]
            .get("/notifications")
            .await
            .body
            .contains("seat in")
    );
    crate::testing::jobs_are_due(&site, "notification_mail").await;
    assert_eq!(site.mails().await.len(), mails.len());
    // Nothing counts as read while the person looks at a course as somebody else.
    let apply = format!("/apply/{offering}");
    tutor_of(&site, "asha@example.org", "small").await;
    begin_view(&mut people[0], "study:normal", "")
        .await
        .assert_ok();
    people[0].get(&apply).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 1);
    end_view(&mut people[0]).await;
    people[0].get(&apply).await.assert_ok();
    assert_eq!(site.test.count(unread).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_undone_and_told_to_nobody() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").reviewed().create(&site).await;
    applicants(&site, &offering, &["asha", "bo"]).await;
    let mut admin = site.sign_in("office@example.org").await;
    let asha = "asha@example.org";
    let id = registration_of(&site, asha).await;
    let one = [("course", "small"), ("registration", id.as_str())];
    let undo = "review/api/undo_decision";
    let before = site.mails().await.len();

    let decided = decide(&site, &mut admin, &offering, "review", &[asha]).await;
    decided.assert_ok();
    let page = admin.get(decided.header("x-redirect")).await.body;
    assert!(
        page.contains("1 application in review. Nobody is told of this."),
        "{page}"
    );
    let path = format!("/teach/small/admissions/{offering}/{id}");
    let page = admin.get(&path).await.body;
    assert!(page.contains("id=\"ly-undo\"") && !page.contains("Save and send now"));
    // A review has no mail that could be edited.
    let own = [one[0], one[1], ("subject", "x"), ("text", "x")];
    let refused = admin.post("review/api/save_decision_mail", &own).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    admin.post(undo, &one).await.assert_ok();
    assert_eq!(status_of(&site, asha).await, "submitted");

    // An undone decision leaves the review as it was.
    for decision in ["review", "accept"] {
        let decided = decide(&site, &mut admin, &offering, decision, &[asha]).await;
        decided.assert_ok();
    }
    admin.post(undo, &one).await.assert_ok();
    assert_eq!(status_of(&site, asha).await, "in_review");

    // Ten minutes later the review stays, and no mail leaves.
    let bo = ["bo@example.org"];
    let decided = decide(&site, &mut admin, &offering, "review", &bo).await;
    decided.assert_ok();
    assert_eq!(decisions_are_told(&site).await.len(), before);
    assert_eq!(status_of(&site, bo[0]).await, "in_review");
    let bo = registration_of(&site, bo[0]).await;
    let late = admin
        .post(undo, &[("course", "small"), ("registration", bo.as_str())])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}
