//! Tests of access: every server function is a public endpoint. Each is called as every kind of
//! person, and the status is compared with a table. A function missing from the table fails the
//! test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header;
use diesel_async::SimpleAsyncConnection;
use leptos::server_fn;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};

/// Expected status for, in this order: a visitor, an enrolled learner, another learner, a tutor of
/// the course, a tutor of another course, an admin, an admin of another organization. All
/// arguments are valid. The course `closed` is unpublished.
const TABLE: &str = "
    auth/api/sign_in            email=x@y.example&password=wrong+wrong+wrong    422 422 422 422 422 422 422
    auth/api/confirm_email      token=none                                      422 422 422 422 422 422 422
    auth/api/forgot_password    email=x@y.example                               200 200 200 200 200 200 200
    auth/api/reset_password     token=none&password=a+long+password             422 422 422 422 422 422 422
    auth/api/sign_up            name=X&email=x@y.example&password=short         422 422 422 422 422 422 422
    GET auth/api/load_settings  -                                               401 200 200 200 200 200 200
    auth/api/update_profile     name=X&time_zone=                               401 200 200 200 200 200 200
    auth/api/change_password    current_password=no&new_password=a+long+one     401 422 422 422 422 422 422
    GET auth/api/devices        -                                               401 200 200 200 200 200 200
    auth/api/end_device         web_session_id=00000000-0000-0000-0000-000000000000 401 200 200 200 200 200 200
    auth/api/end_other_devices  -                                               401 200 200 200 200 200 200
    GET catalog/api/list_courses query[q]=&query[filter]=all&query[sort]=best   200 200 200 200 200 200 200
    GET catalog/api/load_course slug=open                                       200 200 200 200 200 200 404
    GET catalog/api/load_course slug=closed                                     404 404 404 200 404 200 404
    GET catalog/api/cms_page    slug=none                                       404 404 404 404 404 404 404
    GET player/api/my_courses   -                                               401 200 200 200 200 200 200
    GET player/api/resume_course course=open                                    401 200 403 403 403 403 403
    GET player/api/load_topic   course=open&topic=t&q=t                         401 200 403 403 403 403 403
    player/api/mark_done        topic=TOPIC&done=true                           401 200 403 403 403 403 403
    player/api/save_place       topic=TOPIC&anchor=x                            401 200 403 403 403 403 403
    player/api/choose_persona   course=open&persona=sports                      401 200 403 403 403 403 403
    enrollment/api/enroll       course=closed                                   401 404 404 404 404 404 404
    GET quiz/api/load_quiz      course=open&module_no=1&pair=1&show=            401 200 403 403 403 403 403
    quiz/api/start_quiz         course=open&module_no=1&pair=1                  401 200 403 403 403 403 403
    quiz/api/save_answer        attempt=ATTEMPT&question=0&given[text]=x             401 200 404 404 404 404 404
    quiz/api/submit_quiz        attempt=ATTEMPT                                 401 200 404 404 404 404 404
    GET exam/api/load_exams     course=open                                     401 200 403 403 403 403 403
    GET exam/api/load_exam      course=open&exam=EXAM&show=                     401 200 403 403 403 403 403
    exam/api/start_exam         course=open&exam=EXAM&ready=true                401 200 403 403 403 403 403
    exam/api/save_exam_answer   sitting=SITTING&question=0&given[text]=x        401 200 404 404 404 404 404
    exam/api/report_exam_events sitting=SITTING&events=left::0                  401 200 404 404 404 404 404
    exam/api/submit_exam        sitting=SITTING                                 401 200 404 404 404 404 404
    GET teach/api/load_taught_exams course=open                                 401 403 403 200 403 200 404
    GET teach/api/load_exam_form course=open&exam=EXAM                          401 403 403 200 403 200 404
    GET teach/api/load_exam_overview course=open&exam=EXAM&page=0               401 403 403 200 403 200 404
    GET teach/api/load_sitting  course=open&exam=EXAM&sitting=SITTING           401 403 403 200 403 200 404
    teach/api/save_exam         course=open                                     401 403 403 422 403 422 404
    teach/api/set_exam_status   course=open&exam=EXAM&status=draft              401 403 403 200 403 200 404
    gradebook/api/allow_exam    course=open&exam=EXAM&email=x@y.example&extra_time_percent=1&extra_attempts=0&reason=x 401 403 403 422 403 422 404
    teach/api/regrade_exam      course=open&exam=EXAM&sitting=SITTING           401 403 403 422 403 422 404
    GET certificate/api/my_certificates -                                       401 200 200 200 200 200 200
    GET certificate/api/load_certificate code=CODE                              200 200 200 200 200 200 404
    GET certificate/api/verify  text=CODE                                       200 200 200 200 200 200 200
    certificate/api/rate_course code=CODE&rating=5&feedback=                    401 200 404 404 404 404 404
    certificate/api/revoke_certificate code=CODE&reason=x                       401 403 403 403 403 200 404
    certificate/api/issue_certificate_anew code=CODE&reason=x                   401 403 403 403 403 200 404
    GET gradebook/api/load_gradebook course=open&query[sort]=score&query[down]=true&query[page]=0 401 403 403 200 403 200 404
    GET gradebook/api/load_learner course=open&username=learner&attempt=        401 403 403 200 403 200 404
    gradebook/api/reset_quiz    course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/excuse_quiz   course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/end_excuse    course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/unlock_module course=open&learner=NOBODY&reason=x             401 403 403 404 403 404 404
    gradebook/api/allow_more    course=open&learner=NOBODY&extra_time_percent=5&extra_attempts=0&reason=x 401 403 403 404 403 404 404
    gradebook/api/reset_exam    course=open&learner=NOBODY&exam=EXAM&reason=x   401 403 403 404 403 404 404
    gradebook/api/excuse_exam   course=open&learner=NOBODY&exam=EXAM&reason=x   401 403 403 404 403 404 404
    gradebook/api/end_exam_excuse course=open&learner=NOBODY&exam=EXAM&reason=x 401 403 403 404 403 404 404
    GET gradebook/api/load_regrade course=open&question=NOBODY&ruling=key       401 403 403 404 403 404 404
    gradebook/api/regrade_question course=open&question=NOBODY&ruling=key&seen=x&reason=x 401 403 403 404 403 404 404
    GET teaching/api/taught_courses -                                           401 200 200 200 200 200 200
    GET practice/api/load_practice course=open&topic=t&key=q&again=false        401 200 403 403 403 403 403
    practice/api/answer_practice course=open&topic=t&key=q&given[text]=x        401 200 403 403 403 403 403
    GET exercise/api/load_exercise course=open&topic=t&key=e                    401 200 403 403 403 403 403
    exercise/api/save_work      exercise=EXERCISE&writer=TOPIC&revision=0&change=1&text=x 401 200 403 403 403 403 404
    exercise/api/reopen_work    exercise=EXERCISE&back=                         401 200 403 403 403 403 404
    GET authoring/api/load_bank course=open                                     401 403 403 200 403 200 404
    GET authoring/api/load_question course=open&question=new&kind=&place=&preview=false 401 403 403 200 403 200 404
    authoring/api/save_question course=open&id=&mark=&go=save                   401 403 403 422 403 422 404
    authoring/api/retire_question course=open&id=TOPIC&retired=true             401 403 403 404 403 404 404
    authoring/api/move_question course=open&which=up-TOPIC                      401 403 403 404 403 404 404
    GET authoring/api/load_import course=open                                   401 403 403 200 403 200 404
    GET settings/api/load_quiz_settings course=open                             401 403 403 200 403 200 404
    settings/api/save_quiz_settings course=open                                 401 403 403 422 403 422 404
    enrollment/api/withdraw         course=open                                     401 200 200 200 200 200 200
    auth/api/sign_out           -                                               200 200 200 200 200 200 200
";

const TOPIC: &str = "11111111-1111-1111-1111-111111111111";
const ATTEMPT: &str = "22222222-2222-2222-2222-222222222222";
pub(crate) const EXAM: &str = "33333333-3333-3333-3333-333333333333";
pub(crate) const SITTING: &str = "44444444-4444-4444-4444-444444444444";
const EXERCISE: &str = "55555555-5555-5555-5555-555555555555";
pub(crate) const CODE: &str = "0000-0000-0000";
const NOBODY: &str = "99999999-9999-9999-9999-999999999999";

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_table_says() {
    let site = TestSite::new().await;
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut people = vec![site.visitor()];
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("other", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("elsewhere", UserRole::Tutor),
        ("admin", UserRole::Admin),
    ] {
        people.push(site.signed_in(&format!("{name}@example.org"), role).await);
    }
    people.push(foreign_admin(&site).await);
    fill(&site).await;

    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, line) = line
            .strip_prefix("GET ")
            .map_or(("POST", line), |rest| ("GET", rest));
        let mut words = line.split_whitespace();
        let function = words.next().unwrap();
        let arguments = words
            .next()
            .unwrap()
            .replace("TOPIC", TOPIC)
            .replace("ATTEMPT", ATTEMPT)
            .replace("EXAM", EXAM)
            .replace("SITTING", SITTING)
            .replace("EXERCISE", EXERCISE)
            .replace("CODE", CODE)
            .replace("NOBODY", NOBODY);
        known.insert(function.to_owned());
        for (person, expected) in people.iter_mut().zip(words.by_ref()) {
            let status = call(person, method, function, &arguments).await;
            if status != expected {
                wrong.push(format!(
                    "{function} {arguments}: {status} where the table says {expected}"
                ));
            }
        }
        assert_eq!(words.next(), None);
    }
    assert_eq!(wrong, Vec::<String>::new());
    let all: BTreeSet<String> = server_fn::axum::server_fn_paths()
        .map(|(path, _)| name_of(path))
        .collect();
    assert_eq!(all, known, "the table and the server functions differ");
}

/// Shortens "/api/lyceum/platform/auth/api/sign_in" to "auth/api/sign_in".
fn name_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    parts[parts.len() - 3..].join("/")
}

async fn call(person: &mut Browser<'_>, method: &str, function: &str, arguments: &str) -> String {
    let path = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| name_of(path) == function)
        .unwrap_or_else(|| panic!("there is no server function {function}"));
    let arguments = if arguments == "-" { "" } else { arguments };
    let request = match method {
        "GET" => person
            .request("GET", &format!("{path}?{arguments}"))
            .body(Body::empty()),
        _ => person
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(arguments.to_owned())),
    };
    // Restored below, because signing out would sign the person out of the remaining calls.
    let cookies = person.cookies.clone();
    let status = person
        .send(request.unwrap())
        .await
        .status
        .as_str()
        .to_owned();
    person.cookies = cookies;
    status
}

/// Two courses, of which one is not published; who teaches and who studies them.
pub(crate) async fn fill(site: &TestSite) {
    let mut conn = site.test.owner().await;
    conn.batch_execute(&format!(
        "select set_config('app.organization_id', (select organization_id::text from organizations where slug = 'lyceum'), false);
         insert into courses (slug, title, is_published, published_at) values ('open', 'Open', true, now()), ('closed', 'Closed', false, null);
         insert into course_modules (course_id, module_no, title) select course_id, 1, 'M' from courses;
         insert into topics (topic_id, course_id, module_no, topic_number, slug, title) select '{TOPIC}', course_id, 1, 1, 't', 'T' from courses where slug = 'open';
         insert into tutors (user_id) select user_id from users where role = 'tutor' and organization_id = current_setting('app.organization_id')::uuid;
         insert into course_tutors (course_id, tutor_id) select c.course_id, t.tutor_id from courses c, tutors t join users u using (user_id) where u.email = 'tutor@example.org';
         insert into enrollments (user_id, course_id) select user_id, course_id from users, courses where email = 'learner@example.org' and slug = 'open';
         insert into course_certificates (user_id, course_id, program_type, code, learner_name, course_title, organization_name, completed_at)
         select user_id, course_id, 'self_paced', '{CODE}', 'Learner', 'Open', 'Lyceum', now() from users, courses where email = 'learner@example.org' and slug = 'open';
         insert into quiz_questions (course_id, module_no, topic_pair_index, question_type, prompt, prompt_html, payload)
         select course_id, 1, 1, 'short_answer', 'Q', 'Q', '{{\"version\": 1, \"type\": \"short_answer\", \"accepted\": [\"x\"]}}' from courses where slug = 'open';
         insert into topic_blocks (topic_id, position, block_id, block_type, html) values ('{TOPIC}', 1, 'text', 'text', '<section data-question=\"q\"></section>');
         insert into quiz_questions (course_id, topic_id, module_no, topic_pair_index, external_key, question_type, prompt, prompt_html, payload)
         select course_id, '{TOPIC}', 1, 1, 'q', 'short_answer', 'Q', 'Q', '{{\"version\": 1, \"type\": \"short_answer\", \"accepted\": [\"x\"]}}' from courses where slug = 'open';
         insert into simulation_exercises (exercise_id, course_id, topic_id, exercise_key, title, brief, brief_html, rubric)
         select '{EXERCISE}', course_id, '{TOPIC}', 'e', 'E', 'B', 'B', '{{\"version\": 1, \"lines\": []}}' from courses where slug = 'open';
         insert into quiz_attempts (attempt_id, user_id, course_id, module_no, topic_pair_index, passing_score_percent, partial_credit, question_set)
         select '{ATTEMPT}', user_id, course_id, 1, 1, 70, false,
                '{{\"version\": 1, \"questions\": [{{\"question_id\": \"{TOPIC}\", \"topic_id\": null, \"prompt_html\": \"Q\", \"explanation_html\": null,
                  \"kind\": {{\"type\": \"short_answer\", \"accepted\": [\"x\"], \"tolerance\": null}}}}]}}'
         from users, courses where email = 'learner@example.org' and slug = 'open';
         insert into exams (exam_id, course_id, title, duration_seconds, passing_score_percent, is_published, config)
         select '{EXAM}', course_id, 'E', 600, 70, true,
                '{{\"version\": 1, \"shuffle_questions\": false, \"shuffle_options\": false, \"one_at_a_time\": false, \"partial_credit\": false,
                  \"review\": \"score\", \"review_after_close\": false, \"adaptive\": null}}'
         from courses where slug = 'open';
         insert into exam_sittings (sitting_id, user_id, exam_id, expires_at, paper)
         select '{SITTING}', user_id, '{EXAM}', now() + interval '10 minutes',
                '{{\"version\": 1, \"terms\": {{\"passing_score_percent\": 70, \"partial_credit\": false, \"forward_only\": false,
                  \"sections\": [{{\"title\": \"\", \"questions\": 1}}], \"adaptive\": null}},
                  \"questions\": [{{\"section\": 0, \"question\": {{\"question_id\": \"{TOPIC}\", \"topic_id\": null, \"prompt_html\": \"Q\",
                  \"explanation_html\": null, \"kind\": {{\"type\": \"short_answer\", \"accepted\": [\"x\"], \"tolerance\": null}}}}}}]}}'
         from users where email = 'learner@example.org';"
    ))
    .await
    .unwrap();
}

/// Signs in an admin of another organization.
async fn foreign_admin(site: &TestSite) -> Browser<'_> {
    let mut conn = site.test.owner().await;
    conn.batch_execute(
        "insert into users (organization_id, email, email_confirmed_at, display_name, username, role, password_hash)
         select o.organization_id, 'boss@theirs.example', now(), 'Boss', 'boss', 'admin', u.password_hash
         from organizations o, users u where o.slug = 'theirs' and u.email = 'admin@example.org'",
    )
    .await
    .unwrap();
    let mut browser = site.visitor();
    browser.host = "theirs.example".to_owned();
    let fields = [
        ("email", "boss@theirs.example"),
        ("password", crate::platform::http::testing::PASSWORD),
    ];
    assert_eq!(browser.post("auth/api/sign_in", &fields).await.status, 200);
    browser
}
