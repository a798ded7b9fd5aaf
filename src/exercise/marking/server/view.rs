//! The pages of tutors who mark.

use super::claim::{is_taken, no_work};
use super::queue::{self, QueueRow};
use super::rubric_text;
use super::store::{self, MarkedWork, Points, WorkMarker};
use crate::course::CourseTitle;
use crate::course::server::store as courses;
use crate::exercise::Lines;
use crate::exercise::SaveToken;
use crate::exercise::hand_in::WorkFile;
use crate::exercise::hand_in::server::lateness::said;
use crate::exercise::hand_in::server::store as hand_ins;
use crate::exercise::hand_in::server::store::{FileRow, assignment, files, from_json};
use crate::exercise::hand_in::server::view::{comments, files_of, released_marks};
use crate::exercise::marking::{
    AssignmentForm, AssignmentLine, AssignmentList, GradedWork, MarkingForm, MarkingPage,
    MarkingQueue, MarkingStanding, QueuedWork, ShownFile,
};
use crate::exercise::peer_review::server::view::{for_tutor, reported};
use crate::exercise::rubric::Rubric;
use crate::exercise::server::store as exercises;
use crate::exercise::server::view::no_exercise;
use crate::platform::db::Conn;
use crate::platform::db::schema::{stored_files, topics};
use crate::platform::error::AppResult;
use crate::platform::files::{Files, StoredFile};
use crate::platform::ids::{CourseId, ExerciseId, SubmissionId, UserId};
use crate::platform::markdown::{self, escape};
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Largest text or program that is shown within the page, in bytes.
const SHOWN_BYTES: i64 = 200 * 1024;

pub async fn queue(
    conn: &mut Conn,
    marker: WorkMarker,
    after: &str,
    clock: &Clock,
) -> AppResult<MarkingQueue> {
    let mut rows = queue::works(conn, marker, after).await?;
    let counts = queue::counts(conn, marker).await?;
    let shown = usize::try_from(queue::PAGE).unwrap_or_default();
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| has_more).map(QueueRow::place);
    let work = |row: QueueRow| QueuedWork {
        state: state(&row),
        submission_id: row.submission_id,
        course: CourseTitle::new(row.course, row.language),
        exercise: row.exercise,
        learner: row.learner,
        when: (clock.ago(row.handed_in_at), row.handed_in_at.to_rfc3339()),
        late: said(row.late_days, row.late_percent),
    };
    Ok(MarkingQueue {
        works: rows.into_iter().map(work).collect(),
        waiting: counts.waiting,
        marked: counts.marked,
        next: next.unwrap_or_default(),
        reported: reported(conn, marker).await?,
    })
}

fn state(row: &QueueRow) -> String {
    match (&row.marker, row.is_marked, row.is_mine) {
        (_, true, true) => "Marked by you, not released".to_owned(),
        (Some(marker), true, false) => format!("Marked by {marker}, not released"),
        (None, true, false) => "Marked, not released".to_owned(),
        (_, false, true) => "You are marking it".to_owned(),
        (Some(marker), false, false) if row.is_claimed => format!("{marker} is marking it"),
        _ => "Waiting".to_owned(),
    }
}

/// Returns the page of a work.
///
/// # Errors
///
/// `NotFound` unless the tutor teaches the course.
pub async fn page(
    conn: &mut Conn,
    files_of_site: &Files,
    marker: WorkMarker,
    submission: SubmissionId,
    clock: &Clock,
) -> AppResult<MarkingPage> {
    let found = store::work_for_update(conn, marker, submission)
        .await?
        .ok_or_else(no_work)?;
    let shown = store::shown(conn, submission).await?;
    let of_work = files(conn, found.work_id).await?;
    let waiting = queue::counts(conn, marker).await?.waiting;
    let thread = comments(conn, found.work_id, clock).await?;
    let name = shown.marker.unwrap_or_else(|| "A former tutor".to_owned());
    let is_counted = found.score.is_none() && found.released_at.is_none() && !found.waits_for_peers;
    Ok(MarkingPage {
        submission_id: submission,
        work_id: found.work_id,
        course_title: CourseTitle::new(shown.course, shown.language),
        exercise: shown.exercise,
        learner: shown.learner,
        number: shown.number,
        when: (
            clock.date_time(shown.handed_in_at),
            shown.handed_in_at.to_rfc3339(),
        ),
        late: said(shown.late_days, found.late_percent),
        brief: Html(shown.brief_html),
        text: Html(markdown::render(&shown.work, &|_, _| None).html),
        links: shown.links.lines().map(str::to_owned).collect(),
        files: shown_files(conn, files_of_site, &of_work, submission).await?,
        thread,
        waiting: waiting - i64::from(is_counted && found.replaced_by.is_none()),
        waits_for_peers: found.waits_for_peers,
        reviews: for_tutor(conn, submission, clock).await?,
        standing: standing(conn, found, marker, name, clock).await?,
    })
}

async fn standing(
    conn: &mut Conn,
    found: MarkedWork,
    marker: WorkMarker,
    name: String,
    clock: &Clock,
) -> AppResult<MarkingStanding> {
    if let Some(newer) = found.replaced_by {
        return Ok(MarkingStanding::Replaced(newer));
    }
    if found.released_at.is_some() {
        let versions = hand_ins::versions(conn, found.work_id).await?;
        let version = versions
            .into_iter()
            .find(|version| version.submission_id == found.submission_id);
        let marks = match version {
            Some(version) => released_marks(version, clock)?,
            None => None,
        };
        return marks
            .map(|marks| MarkingStanding::Released(Box::new(marks)))
            .ok_or_else(no_work);
    }
    if is_taken(&found, marker) {
        let until = found.claimed_until.map(|until| clock.time(until));
        return Ok(MarkingStanding::Taken(name, until.unwrap_or_default()));
    }
    if found.marker_id != Some(marker.user) {
        return Ok(MarkingStanding::Free);
    }
    let bank = store::bank(conn, found.exercise_id).await?.into_iter();
    let rubric: Rubric = from_json(found.rubric.clone().unwrap_or_default())?;
    let given: Points = from_json(found.points.clone())?;
    let checked: Lines = from_json(found.checked.clone())?;
    let points = (0..rubric.criteria.len()).map(|at| given.points.get(at).copied().flatten());
    let checks = rubric.checks.into_iter().map(|check| {
        let is_ticked = checked.lines.contains(&check.name);
        (check.name, is_ticked)
    });
    Ok(MarkingStanding::Mine(Box::new(MarkingForm {
        points: points.collect(),
        checks: checks.collect(),
        score: found.score,
        bank: bank.map(|kept| (kept.comment_id, kept.body)).collect(),
        page: SaveToken {
            writer: uuid::Uuid::new_v4(),
            revision: found.writing().revision,
            change: 0,
        },
        feedback: found.feedback,
        criteria: rubric.criteria,
    })))
}

/// Returns the frame in which the browser's viewer shows a PDF, and a link for browsers that have
/// none. The words after the address are for the viewer: pages as wide as the frame, without small
/// pictures of them beside it.
fn frame(file: &WorkFile) -> String {
    let (href, name) = (escape(&file.href), escape(&file.name));
    format!(
        "<iframe src=\"{href}#navpanes=0&amp;view=FitH\" title=\"{name}\" loading=\"lazy\"></iframe>\
         <p class=\"soft\"><a href=\"{href}\" rel=\"external\" download=\"{name}\">Download</a> if the browser does not show it.</p>"
    )
}

/// Returns the files of a version, with the content of texts and programs.
pub async fn shown_files(
    conn: &mut Conn,
    files: &Files,
    rows: &[FileRow],
    submission: SubmissionId,
) -> AppResult<Vec<ShownFile>> {
    let mut shown = Vec::new();
    let of_version = rows
        .iter()
        .filter(|row| row.submission_id == Some(submission));
    let texts: Vec<uuid::Uuid> = of_version
        .clone()
        .filter(|row| row.media_type.starts_with("text/") && row.size_bytes <= SHOWN_BYTES)
        .map(|row| row.file_id.0)
        .collect();
    let stored: Vec<StoredFile> = stored_files::table
        .filter(stored_files::file_id.eq_any(texts))
        .select(StoredFile::as_select())
        .load(conn)
        .await?;
    for (row, file) in of_version.zip(files_of(rows, Some(submission))) {
        let text = stored.iter().find(|stored| stored.file_id == row.file_id);
        let content = match text {
            Some(text) => {
                let bytes = files.read(text).await?;
                let (_, ending) = row.name.rsplit_once('.').unwrap_or_default();
                markdown::render_code(ending, &String::from_utf8_lossy(&bytes))
            }
            None if row.media_type == "application/pdf" => frame(&file),
            None => String::new(),
        };
        shown.push(ShownFile {
            file,
            content: Html(content),
        });
    }
    Ok(shown)
}

pub async fn assignments(
    conn: &mut Conn,
    course: CourseId,
    course_slug: String,
    clock: &Clock,
) -> AppResult<AssignmentList> {
    let rows = store::assignments(conn, course).await?.into_iter();
    let line = |row: store::AssignmentRow| AssignmentLine {
        exercise_id: row.exercise_id,
        title: row.title,
        topic: row.topic,
        topic_slug: row.topic_slug,
        is_handed_in: row.is_active,
        due: row.due_at.map(|at| clock.date_time(at)).unwrap_or_default(),
        handed_in: row.handed_in,
        waiting: row.waiting,
    };
    Ok(AssignmentList {
        course_slug,
        course_title: courses::title(conn, course).await?,
        exercises: rows.map(line).collect(),
        topics: topics_in_order(conn, course).await?,
    })
}

/// Returns the topics of a course that are not retired.
async fn topics_in_order(conn: &mut Conn, course: CourseId) -> QueryResult<Vec<(String, String)>> {
    topics::table
        .filter(topics::course_id.eq(course))
        .filter(
            topics::retired_at
                .is_null()
                .or(topics::hidden_as.eq("draft").assume_not_null()),
        )
        .order((topics::module_no, topics::topic_number, topics::slug))
        .select((topics::slug, topics::title))
        .load(conn)
        .await
}

/// Returns the exercise if it is part of the course.
pub async fn exercise_of(
    conn: &mut Conn,
    course: CourseId,
    exercise: ExerciseId,
) -> AppResult<exercises::Exercise> {
    let found = exercises::by_id(conn, exercise).await?;
    found
        .filter(|found| found.course_id == course)
        .ok_or_else(no_exercise)
}

pub async fn assignment_form(
    conn: &mut Conn,
    course: CourseId,
    course_slug: String,
    exercise: ExerciseId,
    clock: &Clock,
) -> AppResult<AssignmentForm> {
    let found = exercise_of(conn, course, exercise).await?;
    let known = assignment(conn, exercise).await?;
    let rubric = match &known {
        Some(known) => known.rubric()?,
        None => Rubric::of_lines(found.rubric()?.lines),
    };
    let due = known.as_ref().and_then(|known| known.due_at);
    Ok(AssignmentForm {
        course_slug,
        course_title: courses::title(conn, course).await?,
        exercise_id: exercise,
        title: found.title,
        is_handed_in: known.as_ref().is_some_and(|known| known.is_active),
        due_at: due.map(|due| clock.field(due)).unwrap_or_default(),
        zone: clock.zone.name().to_owned(),
        late_days: known.as_ref().map_or(0, |known| known.late_days),
        late_percent: known.as_ref().map_or(0, |known| known.late_percent),
        criteria: rubric_text::criteria(&rubric),
        checks: rubric_text::checks(&rubric),
        peer_reviews: known.as_ref().map_or(0, |known| known.peer_reviews),
        peers_are_named: known.as_ref().is_some_and(|known| known.peers_are_named),
        peer_days: known.as_ref().map_or(7, |known| known.peer_days),
    })
}

/// Returns the works that a learner has handed in.
pub async fn graded_works(
    conn: &mut Conn,
    course: CourseId,
    learner: UserId,
    clock: &Clock,
) -> QueryResult<Vec<GradedWork>> {
    let rows = store::of_learner(conn, course, learner).await?.into_iter();
    let work = |row: store::GradedWorkRow| GradedWork {
        submission_id: row.submission_id,
        exercise: row.exercise,
        when: (clock.ago(row.handed_in_at), row.handed_in_at.to_rfc3339()),
        score: row.score,
    };
    Ok(rows.map(work).collect())
}
