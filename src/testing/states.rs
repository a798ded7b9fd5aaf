//! States that no builder and no action reaches soon enough: moved clocks, many people, and
//! progress without the steps to it. Each is one statement.

use crate::testing::site::TestSite;

/// Moves the end of the attempts that run. `ends` is an interval from now, such as "-1 minute".
pub async fn attempts_end(site: &TestSite, ends: &str) {
    site.test
        .sql(&format!(
            "update quiz_attempts set expires_at = now() + interval '{ends}' where status = 'in_progress'"
        ))
        .await;
}

/// Moves the end of the sittings that run. `ends` is an interval from now.
pub async fn sittings_end(site: &TestSite, ends: &str) {
    site.test
        .sql(&format!(
            "update exam_sittings set expires_at = now() + interval '{ends}' where ended_at is null"
        ))
        .await;
}

/// Moves the close of all exams. `closes` is an interval from now.
pub async fn exams_close(site: &TestSite, closes: &str) {
    site.test
        .sql(&format!(
            "update exams set closes_at = now() + interval '{closes}'"
        ))
        .await;
}

/// Lets the waiting jobs of a kind run with the next `TestSite::mails`.
pub async fn jobs_are_due(site: &TestSite, kind: &str) {
    site.test
        .sql(&format!(
            "update background_jobs set run_at = now() where kind = '{kind}'"
        ))
        .await;
}

/// Limits the attempts at each quiz of all courses, with a wait in minutes between two of them.
pub async fn allow_attempts(site: &TestSite, attempts: u32, wait: u32) {
    site.test
        .sql(&format!(
            "insert into course_quiz_settings (course_id, attempts_allowed, retry_wait_minutes)
             select course_id, {attempts}, {wait} from courses
             on conflict (course_id) do update
             set attempts_allowed = excluded.attempts_allowed, retry_wait_minutes = excluded.retry_wait_minutes"
        ))
        .await;
}

/// Marks all topics except these as done for every learner.
pub async fn finish_topics(site: &TestSite, except: &[&str]) {
    let except = except.join("', '");
    site.test
        .sql(&format!(
            "insert into topic_progress (user_id, topic_id, is_completed, completed_at)
             select e.user_id, t.topic_id, true, now() from enrollments e join topics t using (course_id)
             where t.slug not in ('{except}')
             on conflict (user_id, topic_id) do update set is_completed = true, completed_at = now()"
        ))
        .await;
}

/// Creates accounts that nobody can sign in to: `many-1`, "Somebody 1", and so on.
pub async fn many_accounts(site: &TestSite, count: u32) {
    site.test
        .sql(&format!(
            "insert into users (email, display_name, username, email_confirmed_at)
             select 'many' || n || '@example.org', 'Somebody ' || n, 'many-' || n, now()
             from generate_series(1, {count}) n"
        ))
        .await;
}

/// Gives a person a certificate with a known code for a course that need not be completed.
pub async fn give_certificate(site: &TestSite, email: &str, course: &str, code: &str) {
    site.test
        .sql(&format!(
            "insert into course_certificates
                 (user_id, course_id, program_type, code, learner_name, course_title, organization_name, completed_at)
             select user_id, course_id, 'self_paced', '{code}', display_name, title, 'Lyceum', now()
             from users, courses where email = '{email}' and slug = '{course}'"
        ))
        .await;
}

/// Moves what learners have opened and done this many days into the past, and their enrollment 60
/// days.
pub async fn learners_rest(site: &TestSite, days: u32) {
    site.test
        .sql(&format!(
            "update enrollments
             set enrolled_at = now() - interval '60 days', last_opened_at = last_opened_at - interval '{days} days';
             update topic_progress set completed_at = completed_at - interval '{days} days';
             update learner_activity_days set day = day - {days}, first_at = first_at - interval '{days} days',
                    last_at = last_at - interval '{days} days'"
        ))
        .await;
}

/// Has a learner hand in work on the only exercise, this many days ago.
pub async fn work_waits(site: &TestSite, email: &str, days: u32) {
    site.test
        .sql(&format!(
            "insert into simulation_work (user_id, exercise_id, work, submitted_at)
             select user_id, exercise_id, 'x', now() from users, simulation_exercises where email = '{email}';
             insert into submissions (work_id, number, work, links, handed_in_at)
             select work_id, 1, 'x', '', now() - interval '{days} days'
             from simulation_work join users using (user_id) where email = '{email}'"
        ))
        .await;
}

/// Has a learner ask a person about a topic, this many days ago.
pub async fn question_waits(site: &TestSite, email: &str, topic: &str, days: u32) {
    site.test
        .sql(&format!(
            "insert into cp_rag_chat_sessions (user_id, course_id, topic_id)
             select user_id, course_id, topic_id from users, topics where email = '{email}' and slug = '{topic}';
             insert into cp_rag_chat_messages (message_id, session_id, role, content)
             select gen_random_uuid(), session_id, 'user', 'Why?' from cp_rag_chat_sessions;
             insert into tutor_requests (session_id, message_id, asked_at)
             select session_id, message_id, now() - interval '{days} days' from cp_rag_chat_messages"
        ))
        .await;
}

/// Gives every cohort an announcement, a live session in two days, and a project of batch 1, on
/// which its members have handed in work with a comment. Their members have got a message.
pub async fn furnish_cohorts(site: &TestSite) {
    site.test
        .sql(
            "insert into cohort_announcements (cohort_id, title, body, body_html)
             select cohort_id, 'Welcome', 'Hello', '<p>Hello</p>' from cohorts;
             insert into live_sessions (cohort_id, title, starts_at, minutes, join_link, place, notes_html)
             select cohort_id, 'Office hour', now() + interval '2 days', 60, 'https://meet.example/x', 'Room 2', '<p>Ask.</p>'
             from cohorts;
             insert into cohort_messages (message_id, cohort_id, title, body)
             select gen_random_uuid(), cohort_id, 'Well done', 'Keep counting.' from cohorts;
             insert into cohort_message_receivers (message_id, member_id)
             select message_id, member_id from cohort_messages join cohort_members using (cohort_id);
             insert into cohort_batch_projects (cohort_id, batch_no, title, tagline, description_html)
             select cohort_id, 1, 'Count the trees', 'Of one street', '<p>All of them.</p>' from cohorts;
             insert into project_works (project_id, member_id, body)
             select project_id, member_id, 'Forty-two.' from cohort_batch_projects
             join cohort_members using (cohort_id, batch_no);
             insert into work_comments (work_id, body) select work_id, 'Well done.' from project_works",
        )
        .await;
}
