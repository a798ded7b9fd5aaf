//! Comments of the demo's tutors on the draft of a topic.

use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::platform::auth::store as accounts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::AppResult;

const COURSE: &str = "how-to-trust-a-number";
const TOPIC: &str = "four-explanations";
const PASSAGE: &str = "The finding doesn’t say *because*.";
const QUESTION: &str = "Could we name the four explanations here, before the examples?";
const ANSWER: &str = "Good idea. I will add a short list after the first paragraph.";

/// Adds a comment and its answer, unless the topic has comments.
pub async fn comment(conn: &mut Conn) -> AppResult<()> {
    let admin = accounts::by_email(conn, "admin@demo.example").await?;
    let tutor = accounts::by_email(conn, "tutor@demo.example").await?;
    let (Some(admin), Some(tutor)) = (admin, tutor) else {
        return Ok(());
    };
    statement(
        "with asked as (
             insert into draft_comments (topic_id, body, author_user_id, quote, created_at)
             select t.topic_id, $3, $4, $7, now() - interval '1 day'
             from topics t join courses c on c.course_id = t.course_id
             where c.slug = $1 and t.slug = $2
               and not exists (select from draft_comments d where d.topic_id = t.topic_id)
             returning comment_id, topic_id
         )
         insert into draft_comments (topic_id, parent_id, body, author_user_id)
         select topic_id, comment_id, $5, $6 from asked",
    )
    .bind::<Text, _>(COURSE)
    .bind::<Text, _>(TOPIC)
    .bind::<Text, _>(QUESTION)
    .bind::<Uuid, _>(admin.user_id)
    .bind::<Text, _>(ANSWER)
    .bind::<Uuid, _>(tutor.user_id)
    .bind::<Text, _>(PASSAGE)
    .execute(conn)
    .await?;
    Ok(())
}
