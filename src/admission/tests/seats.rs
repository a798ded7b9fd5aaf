//! Seats are never given twice, and freed ones go through the waitlist.

use axum::http::StatusCode;

use super::{decisions_are_told, registration_of, site_with_course, status_of};
use crate::platform::auth::UserRole;
use crate::platform::db::testing::TestDb;
use crate::testing::site::TestSite;
use crate::testing::{CourseBuilder, OfferingBuilder, apply_for, jobs_are_due, learner};

/// Makes the offers run out, and runs what follows.
async fn offers_expire(site: &TestSite) -> Vec<String> {
    let change = "update registrations set offer_expires_at = now() - interval '1 minute' where status = 'offered'";
    site.test.sql(change).await;
    jobs_are_due(site, "expire_offer").await;
    site.mails().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_take_the_last_three_seats() {
    let mut test = TestDb::new().await;
    test.config.database.pool = 40;
    let site = TestSite::on(test).await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    let offering = OfferingBuilder::new("small").seats(3).create(&site).await;
    site.test
        .sql(&format!(
            "with made as (
                 insert into registrations (offering_id, email, name, confirmed_at, stage)
                 select '{offering}', 'p' || n || '@example.org', 'P ' || n, now(), 'review' from generate_series(1, 200) n
                 returning registration_id, email)
             insert into registration_links (registration_id, token_hash, expires_at)
             select registration_id, sha256(convert_to(email, 'UTF8')), now() + interval '1 day' from made"
        ))
        .await;
    let submissions = (1..=200).map(|n| {
        let (site, offering) = (&site, &offering);
        async move {
            let token = format!("p{n}@example.org");
            let who = [("offering", offering.as_str()), ("token", token.as_str())];
            let mut person = site.visitor();
            loop {
                let reply = person.post("apply/api/submit_application", &who).await;
                // On a slow machine some are told to try again.
                if reply.status != StatusCode::SERVICE_UNAVAILABLE {
                    return reply.status;
                }
            }
        }
    });
    let statuses = futures::future::join_all(submissions).await;
    assert!(
        statuses.iter().all(|status| *status == StatusCode::OK),
        "{statuses:?}"
    );
    let count =
        |status: &str| format!("select count(*) from registrations where status = '{status}'");
    assert_eq!(site.test.count(&count("accepted")).await, 3);
    assert_eq!(site.test.count(&count("waitlisted")).await, 197);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_gives_more_seats_than_there_are() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").seats(1).create(&site).await;
    let add = |email: &str, status: &str| {
        format!(
            "insert into registrations (offering_id, email, name, status, offer_expires_at)
             values ('{offering}', '{email}', 'X', '{status}', now())"
        )
    };
    site.test.sql(&add("a@example.org", "accepted")).await;
    for status in ["accepted", "offered"] {
        assert!(
            site.test.refuses(&add("b@example.org", status)).await,
            "{status}"
        );
    }
    site.test.sql(&add("b@example.org", "waitlisted")).await;
    let change = "update registrations set status = 'accepted' where email = 'b@example.org'";
    assert!(site.test.refuses(change).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_seat_is_offered_and_passed_on() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").seats(1).create(&site).await;
    let mut people = Vec::new();
    for name in ["asha", "bo", "cem", "dana"] {
        let email = format!("{name}@example.org");
        let mut person = site.signed_in(&email, UserRole::Learner).await;
        apply_for(&mut person, &offering, "", name).await;
        people.push(person);
    }
    let who = [("offering", offering.as_str())];
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    assert_eq!(status_of(&site, "bo@example.org").await, "waitlisted");
    let page = site.visitor().get("/courses/small").await.body;
    assert!(page.contains("Full (join the waitlist)"));
    assert!(
        people[1]
            .get("/courses/small")
            .await
            .body
            .contains("On the waitlist")
    );

    // Somebody who has been let in asks the school, which frees the seat.
    let own = people[0].post("apply/api/withdraw_application", &who).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    let mut admin = site.sign_in("office@example.org").await;
    let asha = registration_of(&site, "asha@example.org").await;
    let fields = [("course", "small"), ("registration", asha.as_str())];
    admin
        .post("review/api/release_seat", &fields)
        .await
        .assert_ok();
    let mails = decisions_are_told(&site).await;
    assert_eq!(
        people[0].get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(status_of(&site, "bo@example.org").await, "offered");
    assert_eq!(status_of(&site, "cem@example.org").await, "waitlisted");
    let is_told = |to: &str, words: &str| {
        let mut mails = mails.iter();
        mails.any(|mail| mail.starts_with(to) && mail.contains(words))
    };
    assert!(is_told("To: asha@", "was given up"), "{mails:#?}");
    assert!(is_told("To: bo@", "kept for you until"), "{mails:#?}");
    // Both are told in the app as well, and no other mail says the same.
    for (person, words) in [(0, "was given up"), (1, "is free for you")] {
        let page = people[person].get("/notifications").await.body;
        assert!(page.contains(words), "{page}");
    }
    jobs_are_due(&site, "notification_mail").await;
    assert_eq!(site.mails().await.len(), mails.len());
    assert!(
        people[1]
            .get("/courses/small")
            .await
            .body
            .contains("Accept your seat")
    );

    // Declined, expired, accepted: each time the seat goes on.
    let decline = [who[0], ("accept", "false")];
    let accept = [who[0], ("accept", "true")];
    people[1]
        .post("apply/api/answer_offer", &decline)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "cem@example.org").await, "offered");
    let mails = offers_expire(&site).await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.starts_with("To: cem@") && mail.contains("passed on"))
    );
    assert_eq!(status_of(&site, "cem@example.org").await, "withdrawn");
    let late = people[2].post("apply/api/answer_offer", &accept).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(status_of(&site, "dana@example.org").await, "offered");
    people[3]
        .post("apply/api/answer_offer", &accept)
        .await
        .assert_ok();
    assert_eq!(people[3].get("/learn/small/t").await.status, StatusCode::OK);
    // An accepted offer does not expire.
    jobs_are_due(&site, "expire_offer").await;
    site.mails().await;
    assert_eq!(status_of(&site, "dana@example.org").await, "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_seats_grows_for_the_waitlist_and_never_shrinks_below_it() {
    let site = site_with_course().await;
    let spring = OfferingBuilder::new("small").seats(2);
    let offering = spring.create(&site).await;
    for name in ["asha", "bo", "cem", "dana"] {
        let email = format!("{name}@example.org");
        let mut person = site.signed_in(&email, UserRole::Learner).await;
        apply_for(&mut person, &offering, "", name).await;
    }
    let mut admin = site.sign_in("office@example.org").await;
    let seats = |count: &'static str| {
        [
            ("course", "small".to_owned()),
            ("id", offering.clone()),
            ("offering[title]", "Spring".to_owned()),
            ("offering[program]", "self_paced".to_owned()),
            ("offering[currency]", "EUR".to_owned()),
            ("offering[offer_hours]", "48".to_owned()),
            ("offering[capacity]", count.to_owned()),
        ]
    };
    for (count, status) in [("1", 422), ("3", 200)] {
        let fields = seats(count);
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answer = admin.post("manage/api/save_offering", &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{count}: {}", answer.body);
    }
    assert_eq!(status_of(&site, "cem@example.org").await, "offered");
    assert_eq!(status_of(&site, "dana@example.org").await, "waitlisted");
    // The offer can be undone before its mail leaves, and made again.
    let before = site.mails().await.len();
    let cem = registration_of(&site, "cem@example.org").await;
    let undo = [("course", "small"), ("registration", cem.as_str())];
    admin
        .post("review/api/undo_decision", &undo)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "cem@example.org").await, "waitlisted");
    assert_eq!(decisions_are_told(&site).await.len(), before);
    let fields = seats("4");
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    admin
        .post("manage/api/save_offering", &fields)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "dana@example.org").await, "waitlisted");
    let mails = decisions_are_told(&site).await;
    assert!(mails.iter().any(|mail| mail.starts_with("To: cem@")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_is_being_freed_is_nobody_elses_and_comes_back_when_that_is_undone() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").seats(1).create(&site).await;
    let mut people = Vec::new();
    for name in ["asha", "bo"] {
        let email = format!("{name}@example.org");
        let mut person = site.signed_in(&email, UserRole::Learner).await;
        apply_for(&mut person, &offering, "", name).await;
        people.push(person);
    }
    let mut admin = site.sign_in("office@example.org").await;
    let asha = registration_of(&site, "asha@example.org").await;
    let fields = [("course", "small"), ("registration", asha.as_str())];
    let free = "review/api/release_seat";
    admin.post(free, &fields).await.assert_ok();
    let again = admin.post(free, &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    // Nobody is told, and neither the waitlist nor a newcomer gets the seat.
    let before = site.mails().await.len();
    assert_eq!(people[0].get("/learn/small/t").await.status, StatusCode::OK);
    let offer = [("course", "small"), ("offering", offering.as_str())];
    admin
        .post("review/api/offer_seats", &offer)
        .await
        .assert_ok();
    let mut cem = site.signed_in("cem@example.org", UserRole::Learner).await;
    apply_for(&mut cem, &offering, "", "cem").await;
    for email in ["bo@example.org", "cem@example.org"] {
        assert_eq!(status_of(&site, email).await, "waitlisted", "{email}");
    }
    let page = format!("/teach/small/admissions/{offering}/{asha}?show=withdrawn");
    let page = admin.get(&page).await.body;
    assert!(page.contains("was given up"), "the mail can be edited");
    admin
        .post("review/api/undo_decision", &fields)
        .await
        .assert_ok();
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    let mails = decisions_are_told(&site).await;
    assert_eq!(mails.len(), before + 1, "only Cem's confirmation");
    assert_eq!(status_of(&site, "bo@example.org").await, "waitlisted");
    assert_eq!(people[0].get("/learn/small/t").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_studied_before_goes_on_studying_when_a_seat_is_freed() {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    let day = OfferingBuilder::new("small").field("program", "workshop");
    let offering = day.create(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    let mut admin = site.sign_in("office@example.org").await;
    let id = registration_of(&site, "asha@example.org").await;
    let fields = [("course", "small"), ("registration", id.as_str())];
    admin
        .post("review/api/release_seat", &fields)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    assert_eq!(status_of(&site, "asha@example.org").await, "withdrawn");
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_page_does_not_reopen_an_application_whose_seat_is_being_freed() {
    let site = site_with_course().await;
    let offering = OfferingBuilder::new("small").seats(1).create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut admin = site.sign_in("office@example.org").await;
    let id = registration_of(&site, "asha@example.org").await;
    let fields = [("course", "small"), ("registration", id.as_str())];
    let free = "review/api/release_seat";
    admin.post(free, &fields).await.assert_ok();
    let who = [("offering", offering.as_str()), ("token", "")];
    let start = "apply/api/start_application";
    asha.post(start, &who).await.assert_ok();
    assert_eq!(status_of(&site, "asha@example.org").await, "withdrawn");
    let again = asha.post("apply/api/submit_application", &who).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let undo = "review/api/undo_decision";
    admin.post(undo, &fields).await.assert_ok();
    assert_eq!(status_of(&site, "asha@example.org").await, "accepted");
    // Once the person is told, they can apply again.
    admin.post(free, &fields).await.assert_ok();
    decisions_are_told(&site).await;
    asha.post(start, &who).await.assert_ok();
    assert_eq!(status_of(&site, "asha@example.org").await, "draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freed_seat_ends_a_membership_with_another_address() {
    let site = site_with_course().await;
    let spring = OfferingBuilder::new("small").cohort("2020-01-06");
    let offering = spring.create(&site).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    apply_for(&mut asha, &offering, "", "Asha").await;
    let mut bo = site.signed_in("bo@example.org", UserRole::Learner).await;
    apply_for(&mut bo, &offering, "", "Bo").await;
    // The membership was made for the address that the account had before.
    site.test
        .sql("update cohort_members set email = 'old@example.org' where email = 'asha@example.org'")
        .await;
    assert_eq!(asha.get("/learn/small/t").await.status, StatusCode::OK);
    let mut admin = site.sign_in("office@example.org").await;
    let id = registration_of(&site, "asha@example.org").await;
    let fields = [("course", "small"), ("registration", id.as_str())];
    admin
        .post("review/api/release_seat", &fields)
        .await
        .assert_ok();
    decisions_are_told(&site).await;
    let active = "select email from cohort_members where status = 'active'";
    assert_eq!(site.test.text(active).await, "bo@example.org");
    assert_eq!(
        asha.get("/learn/small/t").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(bo.get("/learn/small/t").await.status, StatusCode::OK);
}
