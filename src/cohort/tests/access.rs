//! Tests of rights that the table of all server functions does not show: tutors who no longer
//! teach, and cohorts of other courses.

use axum::body::Body;
use axum::http::{StatusCode, header};
use leptos::server_fn;

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite, function_path};
use crate::testing::{
    CohortBuilder, CourseBuilder, furnish_cohorts, tutor, tutor_of, upload_members,
};

/// Functions of tutors with valid arguments. With COHORT, they name a cohort of the course `small`.
/// The others are about the course itself.
const FUNCTIONS: &str = "
    GET api/load_cohorts              -
    GET api/load_cohort_form          cohort=COHORT
    GET api/load_cohort_form          cohort=
    api/save_cohort                   id=COHORT&cohort[title]=x&cohort[start_date]=2030-01-07&cohort[time_zone]=UTC
    api/save_cohort                   cohort[title]=x&cohort[start_date]=2030-01-07&cohort[time_zone]=UTC
    GET api/load_cohort_members       cohort=COHORT
    api/add_cohort_member             cohort=COHORT&email=x@example.org
    api/change_members                cohort=COHORT&members[]=MEMBER&change=pause
    GET api/load_member_list          cohort=COHORT
    api/confirm_member_list           cohort=COHORT&list=NOBODY
    GET home/api/load_announcements   cohort=COHORT
    GET home/api/load_announcements   -
    home/api/save_announcement        cohort=COHORT&title=x&key=NOBODY
    home/api/save_announcement        title=x&key=NOBODY
    home/api/delete_announcement      cohort=COHORT&id=NEWS
    home/api/delete_announcement      id=NEWS
    GET home/api/load_project         cohort=COHORT&batch=1
    home/api/save_project             cohort=COHORT&batch=1&project[title]=x
    home/api/comment_work             cohort=COHORT&work=WORK&text=x
    GET schedule/api/load_schedule    cohort=COHORT
    schedule/api/save_schedule        cohort=COHORT
    GET messages/api/load_message     cohort=COHORT
    messages/api/send_message         cohort=COHORT&key=NOBODY&title=x&text=x
    GET sessions/api/load_sessions    cohort=COHORT
    GET sessions/api/load_session     cohort=COHORT&session=LIVE
    sessions/api/make_sessions        cohort=COHORT&key=NOBODY
    sessions/api/change_session       cohort=COHORT&id=LIVE
    sessions/api/cancel_session       cohort=COHORT&id=LIVE&canceled=true
    sessions/api/record_attendance    cohort=COHORT&id=LIVE
";

/// A site with the course `small`, and a furnished cohort of it.
async fn site_with_cohort() -> (TestSite, String) {
    let site = TestSite::new().await;
    let course = CourseBuilder::new("small").module("M").topic("t");
    course.import(&site).await;
    let cohort = CohortBuilder::new("small", "Autumn").member("asha@example.org");
    let cohort = cohort.make(&site).await;
    furnish_cohorts(&site).await;
    (site, cohort)
}

/// Calls the functions through a course. With `of_cohort`, only those that name the cohort. Returns
/// those that answer with another status than the expected one.
async fn others_than(
    expected: StatusCode,
    (site, cohort): (&TestSite, &str),
    tutor: &mut Browser<'_>,
    course: &str,
    of_cohort: bool,
) -> Vec<String> {
    let id = async |column: &str, table: &str| {
        let first = format!("select {column} from {table} limit 1");
        site.test.text(&first).await
    };
    let names = [
        ("COHORT", cohort.to_owned()),
        ("NOBODY", "99999999-9999-9999-9999-999999999999".to_owned()),
        ("MEMBER", id("member_id", "cohort_members").await),
        ("NEWS", id("announcement_id", "cohort_announcements").await),
        ("WORK", id("work_id", "project_works").await),
        ("LIVE", id("session_id", "live_sessions").await),
    ];
    let mut wrong = Vec::new();
    for line in FUNCTIONS.lines().map(str::trim) {
        let (method, line) = match line.strip_prefix("GET ") {
            Some(rest) => ("GET", rest),
            None => ("POST", line),
        };
        let Some((function, arguments)) = line.split_once(' ') else {
            continue;
        };
        if of_cohort && !arguments.contains("COHORT") {
            continue;
        }
        let arguments = names
            .iter()
            .fold(arguments.trim().to_owned(), |line, (name, id)| {
                line.replace(name, id)
            });
        let arguments = match arguments.as_str() {
            "-" => format!("course={course}"),
            arguments => format!("course={course}&{arguments}"),
        };
        let path = function_path(&format!("cohort/teach/{function}"));
        let request = match method {
            "GET" => tutor
                .request("GET", &format!("{path}?{arguments}"))
                .body(Body::empty()),
            _ => tutor
                .request("POST", &path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(arguments.clone())),
        };
        let status = tutor.send(request.unwrap()).await.status;
        if status != expected {
            wrong.push(format!("{function} {arguments}: {status}"));
        }
    }
    wrong
}

#[test]
fn every_function_of_tutors_is_in_the_table() {
    for (path, _) in server_fn::axum::server_fn_paths() {
        if let Some((_, function)) = path.split_once("/cohort/teach/") {
            assert!(FUNCTIONS.contains(&format!("{function} ")), "{function}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tutor_who_no_longer_teaches_the_course_manages_no_cohort() {
    let (site, cohort) = site_with_cohort().await;
    let session = site.test.text("select session_id from live_sessions").await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let pages = [
        "/teach/small/cohorts".to_owned(),
        "/teach/small/announcements".to_owned(),
        "/teach/small/cohorts/new".to_owned(),
        format!("/teach/small/cohorts/{cohort}"),
        format!("/teach/small/cohorts/{cohort}/edit"),
        format!("/teach/small/cohorts/{cohort}/list"),
        format!("/teach/small/cohorts/{cohort}/announcements"),
        format!("/teach/small/cohorts/{cohort}/message"),
        format!("/teach/small/cohorts/{cohort}/projects?batch=1"),
        format!("/teach/small/cohorts/{cohort}/schedule"),
        format!("/teach/small/cohorts/{cohort}/sessions"),
        format!("/teach/small/cohorts/{cohort}/sessions/{session}"),
        format!("/learn/small/cohort?cohort={cohort}"),
    ];
    for page in &pages {
        meera.get(page).await.assert_ok();
    }
    let list = upload_members(&mut meera, "small", &cohort, b"email\nx@example.org\n").await;
    assert_eq!(list.status, StatusCode::SEE_OTHER);
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    for page in &pages {
        assert_eq!(
            meera.get(page).await.status,
            StatusCode::FORBIDDEN,
            "{page}"
        );
    }
    let of = (&site, cohort.as_str());
    let wrong = others_than(StatusCode::FORBIDDEN, of, &mut meera, "small", false).await;
    assert_eq!(wrong, Vec::<String>::new());
    let list = upload_members(&mut meera, "small", &cohort, b"email\nx@example.org\n").await;
    assert_eq!(list.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cohort_is_managed_through_its_own_course_only() {
    let (site, cohort) = site_with_cohort().await;
    let course = CourseBuilder::new("other").module("M").topic("other");
    course.import(&site).await;
    let mut cem = site.signed_in("cem@example.org", UserRole::Tutor).await;
    tutor_of(&site, "cem@example.org", "other").await;
    for page in [
        "",
        "/edit",
        "/list",
        "/announcements",
        "/message",
        "/projects?batch=1",
        "/schedule",
        "/sessions",
    ] {
        let path = format!("/teach/other/cohorts/{cohort}{page}");
        assert_eq!(cem.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let of = (&site, cohort.as_str());
    let wrong = others_than(StatusCode::NOT_FOUND, of, &mut cem, "other", true).await;
    assert_eq!(wrong, Vec::<String>::new());
    let list = upload_members(&mut cem, "other", &cohort, b"email\nx@example.org\n").await;
    assert_eq!(list.status, StatusCode::NOT_FOUND);
    // Its tutors alone move members into it.
    let own = CohortBuilder::new("other", "Own").member("x@example.org");
    let own = own.make(&site).await;
    let member = "select member_id from cohort_members where email = 'x@example.org'";
    let member = site.test.text(member).await;
    let fields = [
        ("course", "other"),
        ("cohort", own.as_str()),
        ("members[]", member.as_str()),
        ("change", "move"),
        ("to", cohort.as_str()),
    ];
    let refused = cem.post("teach/api/change_members", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
