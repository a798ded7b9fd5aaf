//! The page of work that a learner hands in.

use super::lateness::{lateness, said, sentences};
use super::store::{self, Assignment, FileRow, HandedInRow, from_json};
use crate::course::CourseTitle;
use crate::course::server::files::address;
use crate::enrollment::TopicLink;
use crate::enrollment::server::access::not_enrolled;
use crate::enrollment::server::store as enrollment;
use crate::exercise::Lines;
use crate::exercise::hand_in::{
    HandingIn, MarkedCriterion, ReleasedMarks, ThreadComment, TutorComment, TutorComments,
    WorkFile, WorkVersion,
};
use crate::exercise::marking::server::store::Points;
use crate::exercise::peer_review::server::view as peers;
use crate::exercise::rubric::Rubric;
use crate::exercise::server::store::Work;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::figures::size;
use crate::platform::ids::{ExerciseId, ExerciseWorkId, SubmissionId, UserId};
use crate::platform::markdown;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Returns the part of an exercise's page about handing in.
pub async fn handing_in(
    conn: &mut Conn,
    (user, exercise): (UserId, ExerciseId),
    work: Option<&Work>,
    assignment: &Assignment,
    clock: &Clock,
) -> AppResult<HandingIn> {
    let id = work.map(|work| work.work_id);
    let (rows, files, thread) = match id {
        Some(id) => (
            store::versions(conn, id).await?,
            store::files(conn, id).await?,
            comments(conn, id, clock).await?,
        ),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    let may_reopen = rows.first().is_none_or(|latest| !latest.is_being_marked);
    let own = rows
        .first()
        .map(|latest| (latest.submission_id, latest.released_at.is_some()));
    let peers = peers::part(conn, user, exercise, assignment, own, clock).await?;
    let versions = rows.into_iter().enumerate();
    Ok(HandingIn {
        work: id,
        links: work.map(|work| work.links.clone()).unwrap_or_default(),
        due: sentences(assignment, clock),
        is_over: lateness(assignment, clock.now).is_none(),
        may_reopen,
        versions: versions
            .map(|(at, row)| version(row, at == 0, &files, clock))
            .collect::<AppResult<_>>()?,
        files: files_of(&files, None),
        thread,
        peers,
    })
}

fn version(
    row: HandedInRow,
    is_latest: bool,
    files: &[FileRow],
    clock: &Clock,
) -> AppResult<WorkVersion> {
    let text = match is_latest {
        true => markdown::render(&row.work, &|_, _| None).html,
        false => String::new(),
    };
    Ok(WorkVersion {
        number: row.number,
        when: (
            clock.date_time(row.handed_in_at),
            row.handed_in_at.to_rfc3339(),
        ),
        late: said(row.late_days, row.late_percent),
        text: Html(text),
        links: row.links.lines().map(str::to_owned).collect(),
        files: files_of(files, Some(row.submission_id)),
        marks: released_marks(row, clock)?,
    })
}

/// Returns the marks of a version once they are released.
pub fn released_marks(row: HandedInRow, clock: &Clock) -> AppResult<Option<ReleasedMarks>> {
    let (Some(score), Some(released_at), Some(rubric)) = (row.score, row.released_at, row.rubric)
    else {
        return Ok(None);
    };
    let rubric: Rubric = from_json(rubric)?;
    let points: Points = from_json(row.points)?;
    let checked: Lines = from_json(row.checked)?;
    let lines = rubric.criteria.into_iter().zip(points.points);
    let checks = rubric.checks.into_iter();
    Ok(Some(ReleasedMarks {
        score,
        lines: lines
            .map(|(criterion, points)| {
                let points = points.unwrap_or_default();
                let level = criterion.level_of(points);
                MarkedCriterion {
                    level: level.map(|level| level.name.clone()).unwrap_or_default(),
                    points,
                    most: criterion.most(),
                    name: criterion.name,
                }
            })
            .collect(),
        checks: checks
            .filter(|check| checked.lines.contains(&check.name))
            .map(|check| check.feedback)
            .collect(),
        feedback: Html(row.feedback_html),
        by: format!("{}, {}", row.marker, clock.date_time(released_at)),
    }))
}

/// Returns the files of a version, or of the draft.
pub fn files_of(files: &[FileRow], version: Option<SubmissionId>) -> Vec<WorkFile> {
    let files = files.iter().filter(|file| file.submission_id == version);
    files.map(work_file).collect()
}

fn work_file(file: &FileRow) -> WorkFile {
    let address = address(file.file_id, &file.name);
    let name = address.rsplit('/').next().unwrap_or_default();
    WorkFile {
        id: file.work_file_id,
        name: file.name.clone(),
        size: size(file.size_bytes),
        href: format!("/work-files/{}/{name}", file.work_file_id),
        is_picture: file.media_type.starts_with("image/"),
    }
}

/// Returns the comments on a work, oldest first.
pub async fn comments(
    conn: &mut Conn,
    work: ExerciseWorkId,
    clock: &Clock,
) -> AppResult<Vec<ThreadComment>> {
    let rows = store::thread(conn, work).await?.into_iter();
    let comment = |row: store::ThreadRow| ThreadComment {
        author: row.author,
        is_tutor: row.is_tutor,
        body: Html(row.body_html),
        when: (clock.ago(row.created_at), row.created_at.to_rfc3339()),
    };
    Ok(rows.map(comment).collect())
}

/// Returns all that tutors have written to the learner about their work in a course.
pub async fn tutor_comments(
    conn: &mut Conn,
    user: UserId,
    course: String,
    clock: &Clock,
) -> AppResult<TutorComments> {
    let studying = enrollment::studying(conn, user, &course)
        .await?
        .ok_or_else(not_enrolled)?;
    let rows = store::tutor_comments(conn, user, studying.course_id).await?;
    let comment = |row: store::TutorCommentRow| TutorComment {
        exercise: TopicLink {
            href: row.path,
            title: row.title,
        },
        author: row.author,
        when: (clock.date_time(row.at), row.at.to_rfc3339()),
        score: row.score,
        body: Html(row.body_html),
    };
    Ok(TutorComments {
        course_slug: course,
        course_title: CourseTitle::new(studying.title, studying.language),
        comments: rows.into_iter().map(comment).collect(),
    })
}
