//! Tests of adding and changing members, as tutors do.

use axum::http::StatusCode;

use crate::cohort::server::store::{self as cohorts, Joined};
use crate::platform::auth::UserRole;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CohortId;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{CohortBuilder, CourseBuilder, tutor};

async fn site() -> TestSite {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    site
}

async fn add(
    site: &TestSite,
    cohort: &str,
    email: &str,
    name: Option<&str>,
    batch: Option<i32>,
) -> AppResult<Joined> {
    let cohort = CohortId(cohort.parse().unwrap());
    let (email, name) = (email.to_owned(), name.map(str::to_owned));
    (site.test.db)
        .within(site.test.organization, async move |conn| {
            cohorts::add_member(conn, cohort, &email, name.as_deref(), batch).await
        })
        .await
}

const MEMBERS: &str = "select coalesce(string_agg(c.title || ' ' || m.email || ' ' || m.status || ' ' || m.batch_no, ', '
    order by c.title, m.email), '') from cohort_members m join cohorts c using (cohort_id)";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_once_and_moved_from_a_running_cohort() {
    let site = site().await;
    let autumn = CohortBuilder::new("small", "Autumn").make(&site).await;
    let spring = CohortBuilder::new("small", "Spring").make(&site).await;
    let email = "Asha@Example.org";
    let added = add(&site, &autumn, email, Some("Asha"), None).await;
    assert_eq!(added, Ok(Joined::Added));
    let again = Joined::AlreadyThere {
        is_paused: false,
        rebatched: false,
    };
    assert_eq!(add(&site, &autumn, email, None, None).await, Ok(again));
    let rebatched = Joined::AlreadyThere {
        is_paused: false,
        rebatched: true,
    };
    assert_eq!(
        add(&site, &autumn, email, None, Some(2)).await,
        Ok(rebatched)
    );
    let moved = Joined::Moved("Autumn".to_owned());
    assert_eq!(add(&site, &spring, email, None, None).await, Ok(moved));
    let members = site.test.text(MEMBERS).await;
    assert_eq!(members, "Spring asha@example.org active 1");
    let name = site.test.text("select name from cohort_members").await;
    assert_eq!(name, "Asha", "the name is kept");

    // A removed member comes back; a paused one stays paused.
    site.test
        .sql("update cohort_members set status = 'removed'")
        .await;
    assert_eq!(
        add(&site, &spring, email, None, Some(3)).await,
        Ok(Joined::Added)
    );
    site.test
        .sql("update cohort_members set status = 'paused'")
        .await;
    let paused = Joined::AlreadyThere {
        is_paused: true,
        rebatched: false,
    };
    assert_eq!(add(&site, &spring, email, None, None).await, Ok(paused));
    let members = site.test.text(MEMBERS).await;
    assert_eq!(members, "Spring asha@example.org paused 3");
    let wrong = add(&site, &spring, "nobody", None, None).await;
    assert!(matches!(wrong, Err(AppError::Invalid(_))));
    let gone = "99999999-9999-9999-9999-999999999999";
    let missing = add(&site, gone, email, None, None).await;
    assert!(matches!(missing, Err(AppError::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_cohort_keeps_its_members_and_a_person_is_known_by_account() {
    let site = site().await;
    let old = CohortBuilder::new("small", "Old")
        .starts_in(-30)
        .ends_in(-1);
    old.member("asha@example.org").make(&site).await;
    let new = CohortBuilder::new("small", "New").make(&site).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let added = add(&site, &new, "asha@example.org", None, None).await;
    assert_eq!(added, Ok(Joined::Added));
    let members = site.test.text(MEMBERS).await;
    assert_eq!(
        members,
        "New asha@example.org active 1, Old asha@example.org active 1"
    );
    // The account has another address now.
    site.test
        .sql("update users set email = 'ak@example.org'")
        .await;
    let there = Joined::AlreadyThere {
        is_paused: false,
        rebatched: false,
    };
    let again = add(&site, &new, "ak@example.org", None, None).await;
    assert_eq!(again, Ok(there));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_removed_here_and_is_elsewhere_comes_back_as_one() {
    let site = site().await;
    let a = CohortBuilder::new("small", "A").member("asha@example.org");
    let a = a.make(&site).await;
    site.test
        .sql("update cohort_members set status = 'removed'")
        .await;
    let b = CohortBuilder::new("small", "B").member("asha@example.org");
    b.make(&site).await;
    let moved = Joined::Moved("B".to_owned());
    let back = add(&site, &a, "asha@example.org", None, None).await;
    assert_eq!(back, Ok(moved));
    let members = site.test.text(MEMBERS).await;
    assert_eq!(
        members,
        "A asha@example.org active 1, B asha@example.org removed 1"
    );
}

async fn save(tutor: &mut Browser<'_>, id: Option<&str>, fields: &[(&str, &str)]) -> TestAnswer {
    let mut all = vec![("course", "small")];
    all.extend(id.map(|id| ("id", id)));
    let names: Vec<(String, &str)> = fields
        .iter()
        .map(|(name, value)| (format!("cohort[{name}]"), *value))
        .collect();
    all.extend(names.iter().map(|(name, value)| (name.as_str(), *value)));
    tutor.post("teach/api/save_cohort", &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_makes_a_cohort_that_opens_at_its_start() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let fields = [
        ("title", "Autumn"),
        ("start_date", "2031-09-01"),
        ("end_date", "2031-11-30"),
        ("time_zone", "Europe/Berlin"),
        ("is_active", "true"),
    ];
    save(&mut meera, None, &fields).await.assert_ok();
    let id = site.test.text("select cohort_id from cohorts").await;
    let jobs = "select string_agg(to_char(run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), ', ' order by run_at)
                from background_jobs where kind = 'open_cohorts'";
    assert_eq!(site.test.text(jobs).await, "2031-08-31 22:00");
    let again = save(&mut meera, None, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("has this title"), "{}", again.body);

    let earlier = fields.map(|(name, value)| match name {
        "start_date" => (name, "2020-09-01"),
        _ => (name, value),
    });
    save(&mut meera, Some(&id), &earlier).await.assert_ok();
    let page = meera
        .get(&format!("/teach/small/cohorts/{id}?done=saved"))
        .await;
    page.assert_ok();
    assert!(page.body.contains("1 September 2020 – 30 November 2031"));
    assert!(page.body.contains("The cohort is saved."));
    assert!(
        meera
            .get("/teach/small/cohorts")
            .await
            .body
            .contains("Autumn")
    );
    let form = meera.get(&format!("/teach/small/cohorts/{id}/edit")).await;
    assert!(form.body.contains("2020-09-01"));
    let logged = "select string_agg(action, ' ' order by audit_id) from audit_logs where action like 'cohort.%'";
    assert_eq!(
        site.test.text(logged).await,
        "cohort.created cohort.changed"
    );
    let wrong = save(&mut meera, None, &[("title", "X")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Changes the members of a cohort, and returns the address to go to.
async fn change(
    tutor: &mut Browser<'_>,
    cohort: &str,
    members: &[&str],
    fields: &[(&str, &str)],
) -> TestAnswer {
    let mut all = vec![("course", "small"), ("cohort", cohort)];
    all.extend(members.iter().map(|member| ("members[]", *member)));
    all.extend_from_slice(fields);
    tutor.post("teach/api/change_members", &all).await
}

async fn member_id(site: &TestSite, email: &str) -> String {
    let query = format!(
        "select member_id from cohort_members where email = '{email}' order by joined_at limit 1"
    );
    site.test.text(&query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn selected_members_are_put_into_batches_paused_removed_and_moved() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let a = CohortBuilder::new("small", "A").member("asha@example.org");
    let a = a.member("bo@example.org").make(&site).await;
    let b = CohortBuilder::new("small", "B").member("cy@example.org");
    let b = b.make(&site).await;
    let asha = member_id(&site, "asha@example.org").await;
    let (bo, cy) = (
        member_id(&site, "bo@example.org").await,
        member_id(&site, "cy@example.org").await,
    );
    let all = [asha.as_str(), &bo, &cy];
    let batch = change(&mut meera, &a, &all, &[("change", "batch"), ("batch", "4")]).await;
    batch.assert_ok();
    assert!(
        batch.header("x-redirect").ends_with("done=batch&n=2"),
        "only those of the cohort"
    );
    change(&mut meera, &a, &[&bo], &[("change", "pause")])
        .await
        .assert_ok();
    let members = site.test.text(MEMBERS).await;
    assert_eq!(
        members,
        "A asha@example.org active 4, A bo@example.org paused 4, B cy@example.org active 1"
    );
    change(&mut meera, &a, &[&bo], &[("change", "resume")])
        .await
        .assert_ok();
    change(&mut meera, &a, &[&asha], &[("change", "remove")])
        .await
        .assert_ok();
    change(&mut meera, &a, &all, &[("change", "move"), ("to", &b)])
        .await
        .assert_ok();
    let members = site.test.text(MEMBERS).await;
    assert_eq!(
        members,
        "B asha@example.org active 1, B bo@example.org active 1, B cy@example.org active 1"
    );
    let nobody: [&str; 0] = [];
    let page = all.join(",");
    let paused = change(
        &mut meera,
        &b,
        &[&asha],
        &[("change", "pause"), ("all", &page)],
    )
    .await;
    paused.assert_ok();
    assert!(paused.header("x-redirect").ends_with("done=pause&n=3"));
    for (members, fields) in [
        (&nobody[..], &[("change", "pause")][..]),
        (&all[..], &[("change", "")]),
        (&all[..], &[("change", "batch"), ("batch", "0")]),
        (&all[..], &[("change", "move"), ("to", "")]),
        (&all[..], &[("change", "move"), ("to", &b)]),
    ] {
        let refused = change(&mut meera, &b, members, fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_members_is_searched_and_filtered_and_shows_progress() {
    let site = site().await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    let cohort = CohortBuilder::new("small", "A").member("asha@example.org");
    let cohort = cohort.member_of("bo@example.org", 2).make(&site).await;
    let topic = crate::testing::topic_id(&site, "t").await;
    crate::testing::mark_done(&mut asha, &topic, true).await;
    let path = format!("/teach/small/cohorts/{cohort}");
    let page = meera.get(&path).await;
    page.assert_ok();
    for shown in ["2 members", "bo@example.org", "100%", "Linked", "None yet"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let found = meera.get(&format!("{path}?q=ASHA")).await.body;
    assert!(found.contains("asha@example.org") && !found.contains("bo@example.org"));
    let removed = meera.get(&format!("{path}?status=removed")).await.body;
    assert!(removed.contains("No members found"));
    let added = meera
        .submit(
            &path,
            "teach/api/add_cohort_member",
            &[
                ("course", "small"),
                ("cohort", &cohort),
                ("email", "Cy@Example.org"),
                ("name", "Cy"),
                ("batch", ""),
            ],
        )
        .await;
    assert_eq!(added.header("location"), format!("{path}?done=added"));
    let page = meera.get(&format!("{path}?done=added")).await.body;
    assert!(page.contains("The person is a member now.") && page.contains("cy@example.org"));
}
