//! The demo's path through the course's concepts, and what its learner knows.

use super::class::COURSE;
use crate::enrollment::server::store as studying;
use crate::mastery::Thresholds;
use crate::mastery::server::evidence;
use crate::narrative::server::{make, store};
use crate::notes::server::write;
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;

const TUTOR: &str = "tutor@demo.example";

const DESCRIPTION: &str = "The key ideas of the course in small pieces, with a question after each. \
You skip what you know, and come back to what you don't.";

/// Makes and publishes a path of the demo's course, unless there is one. Collects the evidence of
/// the answers that the demo's learners have given.
pub async fn make(conn: &mut Conn) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    let Some(tutor) = accounts::by_email(conn, TUTOR).await? else {
        return Ok(());
    };
    // The notes are otherwise written by a job after the import.
    write::write(conn, course).await?;
    if store::paths(conn, tutor.user_id, true).await?.is_empty() {
        let path = make::of_course(conn, tutor.user_id, course).await?;
        store::save_path(
            conn,
            path,
            "How to trust a number, step by step",
            DESCRIPTION,
        )
        .await?;
        store::set_status(conn, path, "published").await?;
    }
    evidence::collect(conn, Thresholds::default()).await?;
    Ok(())
}
