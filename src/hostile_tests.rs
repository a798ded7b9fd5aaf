//! Names and texts that try to become HTML: on every page, for everybody who may open it, they stay
//! text.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::access_tests::{CODE, Filled, fill};
use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};

/// Ends a title, redirects, breaks out of an attribute, runs a script, and hides the rest in a
/// comment.
const HOSTILE: &str = "</title><meta http-equiv=refresh content=0;url=//e.vil><!--\" onpwn=\"1\"><script>alert(1)</script>";

/// Every stored text that is shown as text. Stored HTML has passed the sanitizer.
const TEXTS: &str = "
    users: display_name first_name last_name
    organizations: name
    courses: title summary license
    course_modules: title summary
    topics: title
    simulation_exercises: title
    quiz_questions: prompt
    cohorts: title
    cohort_members: name
    cohort_announcements: title
    cohort_batch_projects: title tagline
    live_sessions: title place
    cohort_messages: title body
    project_works: body
    work_comments: body
    exams: title
    exam_sections: title
    course_certificates: learner_name course_title organization_name feedback
    tutors: headline bio specialization
    page_content: title draft_title draft_body
    page_versions: title body
    course_offerings: title description
    assessment_questions: prompt
    registrations: name about
    orders: buyer_name billing_address
    order_lines: title
    payment_settings: instructions
    quiz_excuses: reason
    notifications: title body
    cold_call_prompts: prompt helper_text
    cp_rag_chat_messages: content
    topic_prompt_suggestions: prompt_text answer
    grade_columns: title
    topic_drafts: title body
    topic_draft_revisions: title body
    draft_reviews: note
    draft_comments: quote body
    topic_sources: base_title base_body source_title source_body
    topic_versions: title body
    invitations: name
    invitation_lists: file_name
    tutor_applications: name subjects experience motivation
    submissions: work feedback
    exercise_comments: body
    marking_comments: body
    peer_reviews: feedback report
    people_views: name search
    roster_views: name search
    topic_schedules: problem
    ai_notes: summary_markdown
    ai_usage: model
    study_materials: title description subject_area
    content_chunks: content heading
    user_feedback: comment
    documents: title source_path
    document_pages: label
    ingestion_jobs: source error_message
    nuggets: title content
    nugget_sources: source_path
    nugget_versions: title content
    monitored_urls: url last_problem
    watched_folders: path last_problem
    concepts: name
    narrative_paths: title description
    narrative_messages: content
    progress_disputes: reason
    mail_log: subject problem
    background_jobs: last_error
";

/// Start tags of a page, and the text of its title.
#[derive(Default)]
struct Page {
    tags: RefCell<Vec<Tag>>,
    title: RefCell<String>,
    in_title: RefCell<bool>,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let is_start = tag.kind == TagKind::StartTag;
                let raw = match &*tag.name {
                    "title" | "textarea" => Some(RawKind::Rcdata),
                    "script" => Some(RawKind::ScriptData),
                    "style" => Some(RawKind::Rawtext),
                    _ => None,
                };
                *self.in_title.borrow_mut() = is_start && &*tag.name == "title";
                self.tags.borrow_mut().push(tag);
                if let Some(raw) = raw.filter(|_| is_start) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::CharacterTokens(text) if *self.in_title.borrow() => {
                self.title.borrow_mut().push_str(&text);
            }
            Token::CommentToken(text) => {
                assert!(!text.contains("onpwn"), "a comment swallows the page");
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn read(html: &str) -> Page {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

/// The tags of the page that no component of ours writes.
fn intruders(page: &Page) -> Vec<String> {
    let tags = page.tags.borrow();
    let attribute = |tag: &Tag, name: &str| {
        let mut attributes = tag.attrs.iter();
        attributes
            .find(|attribute| &*attribute.name.local == name)
            .map(|attribute| attribute.value.to_string())
    };
    let is_intruder = |tag: &&Tag| {
        attribute(tag, "onpwn").is_some()
            || &*tag.name == "meta" && attribute(tag, "http-equiv").is_some()
            || &*tag.name == "script"
                && tag.kind == TagKind::StartTag
                && attribute(tag, "nonce").is_none()
    };
    let mut found: Vec<String> = tags
        .iter()
        .filter(is_intruder)
        .map(|tag| format!("{tag:?}"))
        .collect();
    let titles = tags.iter().filter(|tag| &*tag.name == "title").count();
    // The second is the end tag; pictures have titles of their own.
    if titles < 2 {
        found.push("no title".to_owned());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_stored_text_becomes_html_on_any_page() {
    let site = TestSite::new().await;
    let mut people = everybody(&site).await;
    let ids = fill(&site).await;
    make_hostile(&site).await;
    let mut wrong = Vec::new();
    let mut shown = Vec::new();
    for (route, path) in addresses(&site, &ids).await {
        for (name, person) in &mut people {
            let answer = person.get(&path).await;
            if !answer.header(header::CONTENT_TYPE).starts_with("text/html") {
                continue;
            }
            let page = read(&answer.body);
            wrong.extend(
                intruders(&page)
                    .into_iter()
                    .map(|tag| format!("{path} for {name}: {tag}")),
            );
            if page.title.borrow().contains(HOSTILE) {
                shown.push(route.clone());
            }
            if answer.status.is_server_error() {
                wrong.push(format!("{path} for {name}: {}", answer.status));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    for route in [
        "/courses/{course}",
        "/learn/{course}/{topic}",
        "/learn/{course}/exam/{exam}",
        "/learn/{course}/{topic}/exercise/{key}",
        "/certificates/{code}",
        "/teach/{course}",
        "/teach/{course}/admissions/{offering}/{registration}",
        "/apply/{offering}",
        "/admin/people/{person}",
        "/pages/{page}",
    ] {
        assert!(shown.iter().any(|path| path == route), "{route}: {shown:?}");
    }
    let (_, visitor) = &mut people[0];
    let course = read(&visitor.get("/courses/open").await.body);
    assert_eq!(*course.title.borrow(), format!("{HOSTILE} · {HOSTILE}"));
    let tags = course.tags.borrow();
    let description = tags
        .iter()
        .find(|tag| &*tag.name == "meta" && tag.attrs.iter().any(|a| &*a.value == "description"));
    let content = description
        .unwrap()
        .attrs
        .iter()
        .find(|a| &*a.name.local == "content");
    assert_eq!(&*content.unwrap().value, HOSTILE);
}

/// Returns a browser of each role, and one without a person.
pub async fn everybody(site: &TestSite) -> Vec<(&'static str, Browser<'_>)> {
    let mut people = vec![("nobody", site.visitor())];
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("admin", UserRole::Admin),
    ] {
        let email = format!("{name}@example.org");
        people.push((name, site.signed_in(&email, role).await));
    }
    people
}

/// Returns the pattern of each page, and an address of it on a filled site.
pub async fn addresses(site: &TestSite, ids: &Filled) -> Vec<(String, String)> {
    let question = site
        .test
        .text("select question_id from quiz_questions where external_key = 'asked'")
        .await;
    let values = BTreeMap::from([
        ("course", "open"),
        ("topic", "t"),
        ("module", "1"),
        ("pair", "1"),
        ("exam", ids.exam.as_str()),
        ("sitting", ids.sitting.as_str()),
        ("cohort", ids.cohort.as_str()),
        ("session", ids.live_session.as_str()),
        ("code", CODE),
        ("question", question.as_str()),
        ("learner", "learner"),
        ("page", "about"),
        ("which", "daily"),
        ("offering", ids.offering.as_str()),
        ("registration", ids.registration.as_str()),
        ("order", ids.order.as_str()),
        ("stage", "details"),
        ("prompt", ids.prompt.as_str()),
        ("person", ids.person.as_str()),
        ("list", ids.invitation_list.as_str()),
        ("application", ids.tutor_application.as_str()),
        ("n", "1"),
        ("submission", "00000000-0000-0000-0000-000000000000"),
        ("review", "00000000-0000-0000-0000-000000000000"),
        ("exercise", ids.exercise.as_str()),
        ("column", GRADE_COLUMN),
        ("material", ids.material.as_str()),
        ("card", ids.card.as_str()),
        ("document", ids.document.as_str()),
        ("nugget", ids.nugget.as_str()),
        ("path", ids.path.as_str()),
    ]);
    leptos_axum::generate_route_list(crate::app::App)
        .iter()
        .map(|route| (route.path().to_owned(), filled(route.path(), &values)))
        .collect()
}

/// "/learn/{course}" → "/learn/open".
fn filled(route: &str, values: &BTreeMap<&str, &str>) -> String {
    let parts = route.split('/').map(|part| {
        let name = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        match name {
            None => part,
            Some("key") if route.contains("/exercise/") => "e",
            Some("code") if route.starts_with("/join/") => "OPEN26",
            Some("key") if route.starts_with("/stop-mails/") => {
                "00000000-0000-0000-0000-000000000000"
            }
            Some("key") => "q",
            Some(name) => values
                .get(name)
                .unwrap_or_else(|| panic!("no value for {name} in {route}")),
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Id of the column that the tutors of the course fill in by hand.
const GRADE_COLUMN: &str = "00000000-0000-0000-0000-000000000001";

/// Adds a column to the grades of the course.
pub(crate) const GRADES: &str = "insert into grade_columns (column_id, course_id, title, max_points)
    select '00000000-0000-0000-0000-000000000001', course_id, 'x', 10 from courses where slug = 'open'";

/// Announces something to the learners of the course, and writes to one of them.
const NEWS: &str = "insert into cohort_announcements (course_id, title, body, body_html)
    select course_id, 'x', 'x', '<p>x</p>' from courses where slug = 'open';
    insert into cohort_messages (message_id, course_id, title, body)
    select gen_random_uuid(), course_id, 'x', 'x' from courses where slug = 'open';
    insert into course_message_receivers (message_id, user_id)
    select message_id, user_id from cohort_messages, users
    where course_id is not null and email = 'learner@example.org'";

/// SQL that hands in work of the learner and releases its marks, writes the notes of the topic, and
/// plans when it is published. Texts in JSON are hostile.
fn marked_work() -> String {
    let hostile = format!("$hostile${HOSTILE}$hostile$");
    format!(
        "insert into assignments (exercise_id, rubric)
         select exercise_id, jsonb_build_object('version', 1,
             'criteria', jsonb_build_array(jsonb_build_object('name', {hostile}, 'levels', jsonb_build_array(
                 jsonb_build_object('name', {hostile}, 'from', 0, 'to', 2)))),
             'checks', jsonb_build_array(jsonb_build_object('name', {hostile}, 'feedback', {hostile})))
         from simulation_exercises on conflict do nothing;
         insert into simulation_work (user_id, exercise_id, work)
         select user_id, exercise_id, 'x' from users, simulation_exercises where email = 'learner@example.org'
         on conflict do nothing;
         insert into submissions (submission_id, work_id, number, work, links, handed_in_at, rubric, points, checked,
                                  score, feedback, feedback_html, released_at)
         select '00000000-0000-0000-0000-000000000000', w.work_id, 1, 'x', '', now(), a.rubric,
                '{{\"version\": 1, \"points\": [2]}}',
                jsonb_build_object('version', 1, 'lines', jsonb_build_array({hostile})), 100, 'x', '<p>x</p>', now()
         from simulation_work w join assignments a on a.exercise_id = w.exercise_id limit 1;
         insert into exercise_comments (work_id, author_user_id, is_tutor, body, body_html)
         select work_id, user_id, false, 'x', '<p>x</p>' from simulation_work;
         insert into people_views (owner_id, name) select user_id, 'x' from users where role = 'admin' limit 1;
         insert into roster_views (owner_id, course_id, name, is_shared)
         select user_id, course_id, 'x', true from users, courses where role = 'admin' limit 1;
         insert into peer_reviews (review_id, submission_id, reviewer_id, rubric, points, feedback, feedback_html, score, sent_at)
         select '00000000-0000-0000-0000-000000000000', s.submission_id, w.user_id, s.rubric, s.points, 'x', '<p>x</p>', 100, now()
         from submissions s join simulation_work w on w.work_id = s.work_id limit 1;
         insert into marking_comments (exercise_id, body)
         select exercise_id, 'x' from simulation_exercises limit 1;
         insert into topic_schedules (topic_id, publish_at, scheduled_by, problem)
         select topic_id, now() + interval '1 day', user_id, 'x' from topics, users
         where slug = 't' and email = 'tutor@example.org';
         update topics set edited_at = now() where slug = 't';
         insert into draft_reviews (topic_id, state, note) select topic_id, 'changes_wanted', 'x' from topics where slug = 't';
         insert into draft_comments (topic_id, quote, body) select topic_id, 'x', 'x' from topics where slug = 't';
         insert into topic_sources (topic_id, base_title, base_body, source_title, source_body, imported_at)
         select topic_id, 'x', 'x', 'x', 'x', now() from topics where slug = 't'
         on conflict (topic_id) do update set source_title = 'x', source_body = 'x', imported_at = now();
         insert into ai_notes (course_id, topic_id, summary_markdown, key_concepts, source_hash)
         select course_id, topic_id, 'x',
                jsonb_build_array(jsonb_build_object('concept', {hostile}, 'definition', {hostile})), '\\x00'
         from topics where slug = 't' on conflict (topic_id) do nothing;
         update cp_rag_chat_messages
         set sentences = jsonb_build_array(jsonb_build_object('text', {hostile}, 'cites', '[]'::jsonb))
         where role = 'assistant';
         insert into ai_usage (usage_id, course_id, purpose, model, prompt_version, tokens_in, tokens_out, outcome, milliseconds)
         select gen_random_uuid(), course_id, 'answer', 'x', 'x', 1, 1, 'ok', 1 from courses;
         update documents set notes = array[{hostile}];
         update nuggets set heading_path = array[{hostile}, {hostile}],
                metadata = jsonb_build_object('version', 1, 'topics', jsonb_build_array({hostile}), 'concepts', jsonb_build_array({hostile}),
                    'prerequisites', jsonb_build_array({hostile}), 'related', jsonb_build_array({hostile}), 'difficulty', 3, 'minutes', 1),
                slides = jsonb_build_object('version', 1, 'slides',
                    jsonb_build_array(jsonb_build_object('title', {hostile}, 'lines', jsonb_build_array({hostile}))));
         update narrative_nodes set choices = jsonb_build_array(
             jsonb_build_object('id', 'a', 'text', {hostile}, 'next_node_id', node_id), jsonb_build_object('id', 'b', 'text', {hostile}, 'next_node_id', null));
         update study_materials set tags = array[{hostile}];
         update generated_assets set tags = array[{hostile}],
                content = jsonb_build_object('version', 1, 'front', {hostile}, 'back', {hostile})"
    )
}

/// SQL that makes the texts of the site, values of the audit log, and the name of a file hostile.
fn settings_and_names() -> String {
    let hostile = format!("$hostile${HOSTILE}$hostile$");
    format!(
        "insert into system_settings (name, value)
         values ('landing_headline', to_jsonb({hostile}::text)), ('landing_introduction', to_jsonb({hostile}::text)),
                ('mail_sender', to_jsonb({hostile}::text)),
                ('mail_texts', jsonb_build_object('invitation',
                     jsonb_build_object('subject', {hostile}, 'text', {hostile} || ' {{link}}')));
         insert into audit_logs (audit_id, actor_user_id, action, outcome, subject_type, subject_id, old_values, new_values)
         select gen_random_uuid(), user_id, {hostile}, 'done', 'user', user_id,
                jsonb_build_object({hostile}, {hostile}), jsonb_build_object({hostile}, {hostile})
         from users where email = 'learner@example.org';
         insert into stored_files (object_key, media_type, size_bytes, sha256)
         values ('none', 'application/pdf', 1, sha256('none'::bytea));
         insert into work_files (work_id, submission_id, file_id, name)
         select s.work_id, s.submission_id, f.file_id, {hostile}
         from submissions s, stored_files f where f.object_key = 'none'"
    )
}

async fn make_hostile(site: &TestSite) {
    let change = "insert into page_content (slug, title, body, body_html, is_published)
        values ('about', 'About', 'x', 'x', true) on conflict do nothing;
        update page_content set draft_title = 'x', draft_body = 'x';
        insert into notifications (user_id, kind, subject, title, path)
        select user_id, 'reply', 'x', 'x', '/learn' from users;
        -- The names were hostile when it was issued.
        alter table course_certificates disable trigger user";
    site.test.sql(change).await;
    site.test.sql(&marked_work()).await;
    site.test.sql(NEWS).await;
    site.test.sql(GRADES).await;
    for line in TEXTS.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (table, columns) = line.split_once(": ").unwrap();
        for column in columns.split(' ') {
            let sql = format!("update {table} set {column} = $hostile${HOSTILE}$hostile$");
            site.test.sql(&sql).await;
        }
    }
    for column in ["tags", "authors", "outcomes"] {
        let sql = format!("update courses set {column} = array[$hostile${HOSTILE}$hostile$]");
        site.test.sql(&sql).await;
    }
    site.test.sql(&settings_and_names()).await;
    site.state.directory.forget();
}

/// Values that no page of ours sends: answered with a sentence, never with 500.
#[tokio::test(flavor = "multi_thread")]
async fn no_address_and_no_form_is_our_fault() {
    let site = TestSite::new().await;
    let mut visitor = site.visitor();
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let long = "x".repeat(300);
    let cyrillic = "%D1%8F".repeat(100);
    let mut wrong = Vec::new();
    let mut paths: Vec<String> = leptos_axum::generate_route_list(crate::app::App)
        .iter()
        .map(|route| route.path().to_owned())
        .collect();
    paths.extend(
        [
            "/files/{file}/{name}",
            "/certificates/{code}/certificate.pdf",
            "/certificates/{code}/credential.jwt",
            "/.well-known/openbadges/keys/{kid}",
            "/teach/{course}/gradebook.csv",
            "/teach/{course}/activity.csv",
            "/study/materials/{material}/cards.csv",
            "/admin/audit.csv",
            "/site/logo/{file}",
            "/site/accent.css",
            "/teach/{course}/questions/export",
            "/calendars/{key}/cohort.ics",
            "/sessions/{session}/join",
            "/_mail/{id}",
            "/pkg/{file}",
            "/fonts/{file}",
            "/images/{file}",
            "/{file}",
            "/a/{file}/b",
            "/api/{path}",
        ]
        .map(str::to_owned),
    );
    for route in paths {
        for value in [
            long.as_str(),
            cyrillic.as_str(),
            "%FF",
            "%00",
            "%2e%2e",
            "%2F",
        ] {
            let parts = route.split('/').map(|part| match part.starts_with('{') {
                true => value,
                false => part,
            });
            let path = parts.collect::<Vec<_>>().join("/");
            for path in [path.clone(), format!("{path}?q={value}&next={value}")] {
                for person in [&mut visitor, &mut admin, &mut tutor] {
                    let answer = person.get(&path).await;
                    // A loaded machine may answer 503; that says nothing about the value.
                    let is_busy = answer.status == StatusCode::SERVICE_UNAVAILABLE;
                    if answer.status.is_server_error() && !is_busy {
                        wrong.push(format!("{path}: {}", answer.status));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let lost = visitor.get(&format!("/{long}")).await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
}
