//! Tests of access to things that exist and belong to somebody: work that was handed in, its files
//! and reviews, grades, accounts, and the lists of admins. `access_tests` has a line for each
//! server function, mostly with ids that nobody has.

use axum::body::Body;
use axum::http::header;

use crate::access_tests::{call, fill, foreign_admin};
use crate::platform::auth::UserRole;
use crate::platform::error::AppResult;
use crate::platform::http::testing::{Browser, TestSite};
use crate::testing::enroll;

/// Expected status for, in this order: a visitor, the learner who wrote the work, an enrolled
/// classmate, the classmate who reviews it, a tutor of the course, a tutor of another course, an
/// admin, an admin of another organization. The lines are carried out from top to bottom.
const WORK: &str = "
    GET /work-files/FILE/plan.txt -                                             404 200 404 200 200 404 200 404
    hand_in/api/remove_work_file file=FILE                                      401 404 404 404 404 404 404 404
    hand_in/api/comment_on_work work=WORK&text=x                                401 200 404 404 200 404 200 404
    GET peer_review/api/load_peer_review review=REVIEW                          401 404 404 200 404 404 404 404
    peer_review/api/save_peer_review review=REVIEW&feedback=x                   401 404 404 200 404 404 404 404
    peer_review/api/report_peer_review review=REVIEW&reason=x                   401 404 404 404 404 404 404 404
    GET marking/api/load_marking submission=SUBMISSION                          401 404 404 404 200 404 200 404
    marking/api/claim_work      submission=SUBMISSION                           401 404 404 404 200 404 409 404
    marking/api/save_marks      submission=SUBMISSION&writer=TUTOR&revision=0&change=1 401 404 404 404 200 404 409 404
    exercise/api/reopen_work    exercise=EXERCISE&back=                         401 409 200 200 403 403 403 404
    GET marking/api/load_assignment course=open&exercise=EXERCISE               401 403 403 403 200 403 200 404
    GET marking/api/load_assignment course=closed&exercise=EXERCISE             401 403 403 403 404 403 404 404
    GET grading/api/load_grade_column course=open&column=COLUMN&page=0          401 403 403 403 200 403 200 404
    GET grading/api/load_grade_column course=closed&column=COLUMN&page=0        401 403 403 403 404 403 404 404
    grading/api/save_grade_entries course=open&column=COLUMN                    401 403 403 403 200 403 200 404
    grading/api/save_grade_entries course=closed&column=COLUMN                  401 403 403 403 404 403 404 404
    grading/api/delete_grade_column course=closed&column=COLUMN                 401 403 403 403 404 403 404 404
    GET /teach/open/gradebook.csv -                                             303 403 403 403 200 403 200 404
";

/// The same once the review was sent and the marks are released.
const RELEASED: &str = "
    peer_review/api/report_peer_review review=REVIEW&reason=x                   401 200 404 404 404 404 404 404
    peer_review/api/save_peer_review review=REVIEW&feedback=y                   401 404 404 409 404 404 404 404
    peer_review/api/settle_peer_review review=REVIEW&act=count                  401 404 404 404 200 404 200 404
    GET hand_in/api/load_tutor_comments course=open                             401 200 200 200 403 403 403 403
    GET grading/api/load_my_grade course=open                                   401 200 200 200 403 403 403 403
";

/// Things of admins. Those of another organization find none of them.
const SITE: &str = "
    people/api/change_role      person=LEARNER&was=learner&role=learner         401 403 403 403 403 403 200 404
    people/api/change_account   person=LEARNER&action=confirm                   401 403 403 403 403 403 200 404
    GET merge/api/load_merge    person=LEARNER                                  401 403 403 403 403 403 200 404
    merge/api/merge_accounts    person=LEARNER&other=CLASSMATE&seen=x           401 403 403 403 403 403 409 404
    invite/api/resend_invitation invitation=INVITATION                          401 403 403 403 403 403 200 404
    invite/api/revoke_invitation invitation=INVITATION                          401 403 403 403 403 403 200 404
    invite/api/confirm_invitation_list list=LIST                                401 403 403 403 403 403 200 404
    applications/api/reject_tutor application=APPLICATION&subject=x&text=x      401 403 403 403 403 403 200 404
    GET cms/api/load_cms_editor page=terms                                      401 403 403 403 403 403 200 404
    cms/api/save_cms_page       page=terms&form[title]=T&form[text]=x           401 403 403 403 403 403 200 404
    cms/api/place_cms_page      page=terms&form[nav_order]=1                    401 403 403 403 403 403 200 404
    GET cms/api/load_cms_history page=terms                                     401 403 403 403 403 403 200 404
    cms/api/delete_cms_page     page=terms                                      401 403 403 403 403 403 200 404
    tutors/api/set_course_tutor course=open&person=TUTOR&teaches=true           401 403 403 403 403 403 200 404
    operations/api/run_job_again job=JOB                                        401 403 403 403 403 403 200 404
    operations/api/resend_mail  mail=MAIL                                       401 403 403 403 403 403 409 404
    people/api/delete_people_view view=VIEW                                     401 403 403 403 403 403 200 200
    GET /admin/audit.csv -                                                      303 403 403 403 403 403 200 200
    operations/api/end_session  session=SESSION                                 401 403 403 403 403 403 200 404
";

/// Hands in work of the learner with a file and gives it to the reviewer. Makes a column of grades,
/// and things of admins.
const THINGS: &str = "
    insert into assignments (exercise_id, rubric)
    select exercise_id, '{\"version\": 1, \"criteria\": [], \"checks\": []}' from simulation_exercises;
    insert into simulation_work (user_id, exercise_id, work, submitted_at)
    select user_id, exercise_id, 'x', now() from users, simulation_exercises where email = 'learner@example.org';
    insert into submissions (work_id, number, work, links, handed_in_at)
    select work_id, 1, 'x', '', now() from simulation_work;
    insert into work_files (work_id, submission_id, file_id, name)
    select work_id, submission_id, (select file_id from stored_files order by created_at desc limit 1), 'plan.txt'
    from submissions;
    insert into peer_reviews (submission_id, reviewer_id, rubric)
    select submission_id, user_id, '{\"version\": 1, \"criteria\": [], \"checks\": []}'
    from submissions, users where email = 'reviewer@example.org';
    insert into grade_columns (course_id, title, max_points) select course_id, 'Talk', 10 from courses where slug = 'open';
    insert into page_content (slug, title, body, body_html, is_published) values ('terms', 'T', 'x', '<p>x</p>', true);
    insert into people_views (owner_id, name) select user_id, 'x' from users where email = 'admin@example.org'";

/// Names in the tables, and the statements that find what they stand for.
const IDS: [(&str, &str); 16] = [
    ("FILE", "select work_file_id from work_files"),
    ("WORK", "select work_id from submissions"),
    ("REVIEW", "select review_id from peer_reviews"),
    ("SUBMISSION", "select submission_id from submissions"),
    ("EXERCISE", "select exercise_id from simulation_exercises"),
    ("COLUMN", "select column_id from grade_columns"),
    (
        "LEARNER",
        "select user_id from users where email = 'learner@example.org'",
    ),
    (
        "CLASSMATE",
        "select user_id from users where email = 'classmate@example.org'",
    ),
    (
        "TUTOR",
        "select user_id from users where email = 'tutor@example.org'",
    ),
    ("INVITATION", "select invitation_id from invitations"),
    ("LIST", "select list_id from invitation_lists"),
    (
        "APPLICATION",
        "select application_id from tutor_applications",
    ),
    (
        "JOB",
        "select job_id from background_jobs where status = 'FAILED'",
    ),
    ("MAIL", "select mail_id from mail_log limit 1"),
    ("VIEW", "select view_id from people_views"),
    (
        "SESSION",
        "select web_session_id from web_sessions s join users u on u.user_id = s.user_id
         where u.email = 'learner@example.org' order by s.created_at limit 1",
    ),
];

async fn store_a_file(site: &TestSite) {
    let (files, organization) = (site.state.files.clone(), site.test.organization);
    let stored: AppResult<()> = (site.test.db)
        .within(organization, async move |conn| {
            let content = b"A plan.".to_vec();
            files.put(conn, organization, "text/plain", content).await?;
            Ok(())
        })
        .await;
    stored.expect("a stored file");
}

/// Carries out the lines, each as all people, and notes the statuses that differ.
async fn compare(
    people: &mut [Browser<'_>],
    table: &str,
    ids: &[(&str, String)],
    wrong: &mut Vec<String>,
) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, line) = line
            .strip_prefix("GET ")
            .map_or(("POST", line), |rest| ("GET", rest));
        let mut words = line.split_whitespace();
        let with_ids = |text: &str| {
            let filled = |text: String, (name, id): &(&str, String)| text.replace(name, id);
            ids.iter().fold(text.to_owned(), filled)
        };
        let function = with_ids(words.next().unwrap());
        let arguments = with_ids(words.next().unwrap());
        for (person, expected) in people.iter_mut().zip(words.by_ref()) {
            let status = match function.starts_with('/') {
                true => {
                    let request = person.request("GET", &function);
                    let request = request.header(header::ACCEPT, "text/html");
                    let answer = person.send(request.body(Body::empty()).unwrap()).await;
                    answer.status.as_str().to_owned()
                }
                false => call(person, method, &function, &arguments).await,
            };
            if status != expected {
                wrong.push(format!(
                    "{function} {arguments}: {status} where the table says {expected}"
                ));
            }
        }
        assert_eq!(words.next(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_somebody_is_out_of_reach_for_others() {
    let site = TestSite::new().await;
    let theirs = site
        .test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut people = vec![site.visitor()];
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("classmate", UserRole::Learner),
        ("reviewer", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("elsewhere", UserRole::Tutor),
        ("admin", UserRole::Admin),
    ] {
        people.push(site.signed_in(&format!("{name}@example.org"), role).await);
    }
    people.push(foreign_admin(&site, theirs).await);
    fill(&site).await;
    for person in &mut people[2..4] {
        enroll(person, "open").await;
    }
    store_a_file(&site).await;
    site.test.sql(THINGS).await;
    let mut ids = Vec::new();
    for (name, statement) in IDS {
        ids.push((name, site.test.text(statement).await));
    }
    let mut wrong = Vec::new();
    compare(&mut people, WORK, &ids, &mut wrong).await;
    let release = "update submissions set score = 50, released_at = now();
         update peer_reviews set score = 50, sent_at = now()";
    site.test.sql(release).await;
    compare(&mut people, RELEASED, &ids, &mut wrong).await;
    compare(&mut people, SITE, &ids, &mut wrong).await;
    assert_eq!(wrong, Vec::<String>::new());
}
