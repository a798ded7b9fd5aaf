//! Stores the pictures of question files as files of the course.

use crate::course::server::files;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::http::Cx;
use crate::platform::ids::CourseId;
use crate::question_bank::server::exchange::Picture;

/// Stores pictures as files of the course, which everybody who may read the course can see. Call
/// `keep` before the questions are stored, because they are rendered with the pictures' addresses.
pub async fn keep(
    conn: &mut Conn,
    cx: &Cx,
    course: CourseId,
    pictures: &[Picture],
) -> AppResult<()> {
    for picture in pictures {
        files::keep(
            conn,
            &cx.app.files,
            cx.organization.organization_id,
            course,
            (&picture.name, picture.media_type),
            picture.content.clone(),
        )
        .await?;
    }
    Ok(())
}
