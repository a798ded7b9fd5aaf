//! The page of a review, and the parts of other pages that show reviews.

use std::fmt::Write;

use serde_json::Value;

use super::review::{no_review, spare};
use super::store::{self, GivenRow, ReceivedReviewRow};
use crate::course::CourseTitle;
use crate::exercise::hand_in::server::store::{Assignment, files, from_json, path};
use crate::exercise::marking::marking_path;
use crate::exercise::marking::server::store::{Points, WorkMarker};
use crate::exercise::marking::server::view::shown_files;
use crate::exercise::peer_review::{
    PeerPart, PeerReviewPage, PeerReviewStep, ShownReview, review_path,
};
use crate::exercise::rubric::Rubric;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::files::Files;
use crate::platform::ids::{ExerciseId, PeerReviewId, SubmissionId, UserId};
use crate::platform::markdown::{self, escape};
use crate::platform::time::Clock;
use crate::platform::ui::Html;

pub fn days(days: i32) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn works(count: i32) -> String {
    match count {
        1 => "the work of 1 other learner".to_owned(),
        count => format!("the work of {count} other learners"),
    }
}

/// Newest version of the learner's own work, and whether its marks are released.
pub type OwnVersion = Option<(SubmissionId, bool)>;

/// Returns the part of an exercise's page about reviews. None if there are none.
pub async fn part(
    conn: &mut Conn,
    user: UserId,
    exercise: ExerciseId,
    assignment: &Assignment,
    own: OwnVersion,
    clock: &Clock,
) -> AppResult<Option<PeerPart>> {
    let received = match own {
        Some((submission, _)) => store::received(conn, submission).await?,
        None => Vec::new(),
    };
    if assignment.peer_reviews == 0 && received.is_empty() {
        return Ok(None);
    }
    let given = store::given(conn, user, exercise).await?;
    let is_done = given.iter().all(|given| given.is_sent);
    let may_take = own.is_some() && is_done && spare(conn, user, exercise).await?.is_some();
    let is_released = own.is_some_and(|(_, is_released)| is_released);
    let said = said(assignment, own, &given, &received, clock);
    let shown = received.into_iter().filter(|_| is_released).enumerate();
    let shown = shown.map(|(at, row)| {
        let name = match assignment.peers_are_named {
            true => row.reviewer.clone(),
            false => format!("Review {}", at + 1),
        };
        let step = match row.is_reported {
            true => PeerReviewStep::Nothing,
            false => PeerReviewStep::Report,
        };
        shown_review(&row, &name, step, false, clock)
    });
    Ok(Some(PeerPart {
        said: Html(said),
        may_take,
        received: shown.collect::<AppResult<_>>()?,
    }))
}

/// Writes the rules, the works to review, and how far the reviews of the own work are, as HTML.
fn said(
    assignment: &Assignment,
    own: OwnVersion,
    given: &[GivenRow],
    received: &[ReceivedReviewRow],
    clock: &Clock,
) -> String {
    let mut html = String::new();
    let mut add = |text: &str| {
        let _ = write!(html, "<p>{}</p>", escape(text));
    };
    let wanted = assignment.peer_reviews;
    if wanted > 0 {
        let names = match assignment.peers_are_named {
            true => "You see each other’s names.",
            false => "Nobody sees the other’s name.",
        };
        let end = days(assignment.peer_days);
        match own {
            None => add(&format!(
                "Once you hand in, you review {}, and others review yours. {names} Your mark is the median of their reviews.",
                works(wanted)
            )),
            Some(_) => add(&format!(
                "You review {}. {names} Please send each review within {end}.",
                works(wanted)
            )),
        }
    }
    if let Some((_, false)) = own
        && wanted > 0
    {
        let counted = received.iter().filter(|row| !row.is_left_out).count();
        add(&format!(
            "{counted} of {wanted} reviews of your work are in. You see your mark once all are in, or a tutor has marked it."
        ));
    }
    let mut list = String::new();
    for (at, row) in given.iter().enumerate() {
        let name = match assignment.peers_are_named {
            true => format!("Work of {}", row.author),
            false => format!("Work {}", at + 1),
        };
        let state = match (row.is_sent, row.is_begun, row.peers_until) {
            (true, ..) => "sent".to_owned(),
            (false, true, _) => "begun, not sent".to_owned(),
            (false, false, Some(until)) => format!("until {}", clock.date(until)),
            (false, false, None) => "not begun".to_owned(),
        };
        let _ = write!(
            list,
            "<li><a href=\"{}\">{}</a> <span class=\"soft\">{}</span></li>",
            review_path(row.review_id),
            escape(&name),
            escape(&state)
        );
    }
    if !list.is_empty() {
        let _ = write!(html, "<ul class=\"work-files\">{list}</ul>");
    } else if own.is_some() && wanted > 0 {
        html.push_str("<p class=\"soft\">No work waits for your review yet. You are notified when some does.</p>");
    }
    html
}

/// Returns links to works with reviews that were reported and that no tutor has decided about, as
/// HTML.
pub async fn reported(conn: &mut Conn, marker: WorkMarker) -> AppResult<Html> {
    let rows = store::reported(conn, marker).await?;
    if rows.is_empty() {
        return Ok(Html::default());
    }
    let mut html = String::from("<h2>Reported reviews</h2><ul class=\"work-files\">");
    for row in rows {
        let _ = write!(
            html,
            "<li><a href=\"{}\">{}</a> <span class=\"soft\">{}</span></li>",
            marking_path(row.submission_id),
            escape(&row.exercise),
            escape(&row.author)
        );
    }
    html.push_str("</ul>");
    Ok(Html(html))
}

/// Returns the reviews of a work for a tutor.
pub async fn for_tutor(
    conn: &mut Conn,
    submission: SubmissionId,
    clock: &Clock,
) -> AppResult<Vec<ShownReview>> {
    let rows = store::received(conn, submission).await?.into_iter();
    rows.map(|row| {
        let name = format!("Review by {}", row.reviewer);
        shown_review(&row, &name, PeerReviewStep::Settle, true, clock)
    })
    .collect()
}

fn shown_review(
    row: &ReceivedReviewRow,
    name: &str,
    step: PeerReviewStep,
    is_for_tutor: bool,
    clock: &Clock,
) -> AppResult<ShownReview> {
    let mut html = format!(
        "<p><strong>{}</strong> <span class=\"soft\">{}%, {}</span></p>",
        escape(name),
        row.score.unwrap_or_default(),
        escape(&clock.date_time(row.sent_at)),
    );
    html.push_str(&given_marks(
        row.rubric.clone(),
        row.points.clone(),
        &row.feedback_html,
    )?);
    let mut note = |text: &str| {
        let _ = write!(html, "<p class=\"soft\">{}</p>", escape(text));
    };
    if row.is_left_out {
        note("This review is left out of the mark.");
    }
    match (row.is_reported, row.is_settled, is_for_tutor) {
        (true, _, true) => note(&format!("The author finds it unfair: {}", row.report)),
        (true, false, false) => note("You reported this review. A tutor will look at it."),
        (true, true, false) if !row.is_left_out => {
            note("You reported this review. A tutor has read it, and it counts.");
        }
        _ => {}
    }
    Ok(ShownReview {
        review_id: row.review_id,
        body: Html(html),
        step,
    })
}

/// Writes the points of each criterion and the feedback as HTML.
fn given_marks(rubric: Value, points: Value, feedback_html: &str) -> AppResult<String> {
    let rubric: Rubric = from_json(rubric)?;
    let points: Points = from_json(points)?;
    let mut html = String::from("<ul class=\"work-criteria\">");
    for (criterion, points) in rubric.criteria.iter().zip(points.points) {
        let points = points.unwrap_or_default();
        let level = criterion.level_of(points);
        let level = level.map(|level| level.name.as_str()).unwrap_or_default();
        let _ = write!(
            html,
            "<li><span>{}</span> <span class=\"soft\">{}, {points} of {} points</span></li>",
            escape(&criterion.name),
            escape(level),
            criterion.most()
        );
    }
    let _ = write!(
        html,
        "</ul><div class=\"prose work-text\" dir=\"auto\">{feedback_html}</div>"
    );
    Ok(html)
}

/// Returns the page of a review.
///
/// # Errors
///
/// `NotFound` for everybody but the reviewer.
pub async fn page(
    conn: &mut Conn,
    files_of_site: &Files,
    user: UserId,
    review: PeerReviewId,
    clock: &Clock,
) -> AppResult<PeerReviewPage> {
    let found = store::of_reviewer(conn, user, review)
        .await?
        .ok_or_else(no_review)?;
    let of_work = files(conn, found.work_id).await?;
    let rubric: Rubric = from_json(found.rubric.clone())?;
    let given: Points = from_json(found.points.clone())?;
    let points = (0..rubric.criteria.len()).map(|at| given.points.get(at).copied().flatten());
    let sent = match found.sent_at {
        Some(at) => format!(
            "<p class=\"soft\">You sent this review on {}. Thank you.</p>{}",
            escape(&clock.date_time(at)),
            given_marks(
                found.rubric.clone(),
                found.points.clone(),
                &found.feedback_html
            )?
        ),
        None => String::new(),
    };
    let until = found.peers_until.filter(|_| found.sent_at.is_none());
    Ok(PeerReviewPage {
        review_id: review,
        course_title: CourseTitle::new(found.course, found.language),
        exercise: found.exercise,
        back: path(conn, found.exercise_id).await?,
        author: match found.is_named {
            true => format!("Work of {}", found.author),
            false => "Work of another learner".to_owned(),
        },
        until: until.map(|at| clock.date_time(at)).unwrap_or_default(),
        brief: Html(found.brief_html),
        text: Html(markdown::render(&found.work, &|_, _| None).html),
        links: found.links.lines().map(str::to_owned).collect(),
        files: shown_files(conn, files_of_site, &of_work, found.submission_id).await?,
        points: points.collect(),
        criteria: rubric.criteria,
        feedback: found.feedback,
        sent: Html(sent),
    })
}
