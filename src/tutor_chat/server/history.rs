//! The learner's other conversations in a course, to which each conversation leads.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use leptos::prelude::*;

use super::view::TalkView;
use crate::paths::tutor_path;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, TopicId, UserId};
use crate::platform::ui::Erase;

/// Other conversations of the learner in the course that have messages: the topics' names in
/// addresses and titles, the latest first.
pub async fn other_talks(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    topic: TopicId,
) -> QueryResult<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct OtherTalkRow {
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        title: String,
    }
    let rows: Vec<OtherTalkRow> = statement(
        "select t.slug, t.title
         from cp_rag_chat_sessions s
         join topics t on t.topic_id = s.topic_id and t.retired_at is null
         cross join lateral (select max(m.message_id::text) as last from cp_rag_chat_messages m
                             where m.session_id = s.session_id) m
         where s.user_id = $1 and s.course_id = $2 and s.topic_id <> $3 and m.last is not null
         order by m.last desc limit 20",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<SqlUuid, _>(topic)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.title)).collect())
}

/// Leads to the learner's other conversations in the course.
pub fn others(view: &TalkView) -> AnyView {
    if view.others.is_empty() {
        return ().erase();
    }
    let language = &view.course_title.language;
    let links = view.others.iter().map(|(slug, title)| {
        let href = tutor_path(&view.at.0, slug);
        view! {
            <li>
                <a rel="external" href=href>
                    {language.inline(title.clone())}
                </a>
            </li>
        }
    });
    view! {
        <details>
            <summary>"Your other conversations"</summary>
            <ul>{links.collect_view()}</ul>
        </details>
    }
    .erase()
}
