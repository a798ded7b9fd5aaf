//! Reviewing: the card that is asked, the grade that counts once, the undo, and the plan for a
//! backlog.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::schedule::{Recall, after_each, day_start, today};
use super::spread::{Overdue, sizes, spread};
use super::store::queue::{self, OverdueRow, QueuedRow};
use super::store::reviews::{self, NewReview, ReviewRecord};
use super::store::{self, CardContent, StudyLimits, no_card};
use super::view;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CardId, CourseId, InteractionId, MaterialId, QuestionId, UserId};
use crate::platform::time::Clock;
use crate::platform::ui::Language;
use crate::question_bank::server::questions_in_use;
use crate::study::{
    BacklogPlan, CardKind, Confidence, Grade, ReviewCard, ReviewQuery, ShownAnswer, StudyReviewPage,
};

/// Time for which the last review can be undone.
const UNDO: TimeDelta = TimeDelta::minutes(30);

/// Fewest overdue cards for which a plan is offered.
const BACKLOG: i64 = 30;

/// Characters of the front that the offer of an undo shows.
const UNDO_CHARACTERS: usize = 80;

/// Reads the id of a deck from an address. Empty is none.
pub fn deck_of(typed: &str) -> AppResult<Option<MaterialId>> {
    match typed.trim() {
        "" => Ok(None),
        id => {
            let id: Uuid = id.parse().map_err(|_| store::no_material())?;
            Ok(Some(MaterialId(id)))
        }
    }
}

/// Returns the next card, with its answer if the query asks for it.
pub async fn page(
    conn: &mut Conn,
    user: UserId,
    query: &ReviewQuery,
    clock: &Clock,
) -> AppResult<StudyReviewPage> {
    let deck = deck_of(&query.deck)?;
    let named = match deck {
        None => None,
        Some(deck) => {
            let row = store::materials::one(conn, user, deck, clock.now).await?;
            Some((deck, row.ok_or_else(store::no_material)?.title))
        }
    };
    let limits = store::settings::limits(conn, user).await?;
    let (rows, counts) = queue::next(conn, user, deck, limits, clock).await?;
    let is_empty = rows.is_empty();
    let next = without_asked(conn, user, rows, clock.now).await?;
    let nothing = match (&next, is_empty) {
        (Some(_), _) => String::new(),
        (None, false) => {
            "The cards that are left are questions of a quiz or an exam that you have started. Submit it first."
                .to_owned()
        }
        (None, true) => why_nothing(conn, user, deck, clock).await?,
    };
    let card = match next {
        Some(row) => Some(asked(conn, user, row, query, limits, clock).await?),
        None => None,
    };
    let latest = reviews::latest(conn, user, clock.now - UNDO).await?;
    Ok(StudyReviewPage {
        deck: named,
        counts,
        card,
        undo: latest.map(|latest| {
            let front = CardContent::of(latest.content).front;
            front.chars().take(UNDO_CHARACTERS).collect()
        }),
        nothing,
    })
}

async fn why_nothing(
    conn: &mut Conn,
    user: UserId,
    deck: Option<MaterialId>,
    clock: &Clock,
) -> AppResult<String> {
    let (next, waiting) = queue::upcoming(conn, user, deck, clock.now).await?;
    let is_today =
        |at: DateTime<Utc>| at < day_start(clock.zone, today(clock) + TimeDelta::days(1));
    Ok(match (next, waiting) {
        (Some(at), _) if is_today(at) => format!("The next card comes back at {}.", clock.time(at)),
        (_, waiting) if waiting > 0 => {
            "Today's cards are done. More cards wait for tomorrow: your limits and cards that ask for the same thing keep them apart."
                .to_owned()
        }
        (Some(at), _) => format!("The next card comes back on {}.", clock.date(at)),
        (None, _) => "There are no cards here yet.".to_owned(),
    })
}

/// Returns the first card that no running quiz or exam asks.
async fn without_asked(
    conn: &mut Conn,
    user: UserId,
    rows: Vec<QueuedRow>,
    now: DateTime<Utc>,
) -> AppResult<Option<QueuedRow>> {
    let mut of_course: BTreeMap<CourseId, Vec<QuestionId>> = BTreeMap::new();
    for row in &rows {
        if let (Some(course), Some(question)) = (row.course_id, row.question_id) {
            of_course.entry(course).or_default().push(question);
        }
    }
    let mut asked = HashSet::new();
    for (course, questions) in of_course {
        let in_use = questions_in_use::asked(conn, user, course, questions, now).await?;
        asked.extend(in_use.into_keys());
    }
    let mut rows = rows.into_iter();
    Ok(rows.find(|row| {
        row.question_id
            .is_none_or(|question| !asked.contains(&question))
    }))
}

async fn asked(
    conn: &mut Conn,
    user: UserId,
    row: QueuedRow,
    query: &ReviewQuery,
    limits: StudyLimits,
    clock: &Clock,
) -> AppResult<ReviewCard> {
    let card = row.generated_asset_id;
    let content = CardContent::of(row.content.clone());
    let (front, back) = view::sides(conn, row.question_id, content).await?;
    let is_asked = query.card == card.to_string() && query.version == row.version.to_string();
    let answer = match is_asked {
        false => None,
        true => {
            let grades = after_each(&row.standing(), limits.desired_retention, clock)?;
            Some(ShownAnswer {
                back,
                sure: Confidence::parse(&query.sure),
                grades: grades
                    .iter()
                    .map(|(grade, after)| (*grade, after.wait.words()))
                    .collect(),
                passage: view::passage(conn, user, card).await?,
            })
        }
    };
    Ok(ReviewCard {
        id: card,
        version: row.version,
        kind: CardKind::parse(&row.card_kind).unwrap_or(CardKind::Own),
        language: Language::new(row.language),
        material: row.title,
        front,
        answer,
    })
}

/// A grade as it was sent.
pub struct SentGrade {
    pub card: CardId,
    /// The version of the card that was shown.
    pub version: i32,
    pub grade: Grade,
    pub sure: Option<Confidence>,
    pub deck: Option<MaterialId>,
}

/// Counts a review and schedules its card. A review of another version of the card than the present
/// one was counted before, or was undone: it changes nothing.
pub async fn grade(
    conn: &mut Conn,
    user: UserId,
    sent: &SentGrade,
    clock: &Clock,
) -> AppResult<()> {
    let row = reviews::locked(conn, user, sent.card)
        .await?
        .ok_or_else(no_card)?;
    if row.version != sent.version || !row.is_open {
        return Ok(());
    }
    if let (Some(course), Some(question)) = (row.course_id, row.question_id) {
        let asked = questions_in_use::asked(conn, user, course, vec![question], clock.now).await?;
        if let Some(asked) = asked.get(&question) {
            return Err(AppError::Denied(asked.refusal()));
        }
    }
    let limits = store::settings::limits(conn, user).await?;
    let standing = row.schedule.standing(sent.card);
    let all = after_each(&standing, limits.desired_retention, clock)?;
    let found = all.into_iter().find(|(grade, _)| *grade == sent.grade);
    let (_, scheduled) = found.ok_or_else(no_card)?;
    let id = InteractionId(Uuid::now_v7());
    let day = today(clock);
    let due_at = scheduled.wait.due_at(clock);
    let after = reviews::after(&row.schedule, scheduled, due_at, day, id);
    let is_correct = sent.grade != Grade::Again;
    let record = ReviewRecord {
        version: 1,
        grade: sent.grade.number(),
        day,
        metrics: metrics(&row.schedule.state, is_correct),
        before: row.schedule,
    };
    reviews::store(conn, sent.card, &after).await?;
    let deck = sent.deck.filter(|deck| *deck == row.study_material_id);
    let session = reviews::session(conn, user, deck, clock.now).await?;
    let review = NewReview {
        id,
        card: sent.card,
        session,
        record: &record,
        is_correct,
        confidence: sent.sure.map(|sure| f64::from(sure.percent()) / 100.0),
    };
    let data = serde_json::to_value(&record).map_err(|error| AppError::internal(&error))?;
    reviews::keep(conn, user, review, data, clock.now).await?;
    Ok(())
}

/// The metrics that a review counts for. Only cards in review tell how much is retained.
fn metrics(state: &str, is_correct: bool) -> Vec<String> {
    let is_retention = state == "review";
    [
        ("reviews", true),
        ("correct", is_correct),
        ("retention_reviews", is_retention),
        ("retention_correct", is_retention && is_correct),
    ]
    .into_iter()
    .filter(|(_, counts)| *counts)
    .map(|(name, _)| name.to_owned())
    .collect()
}

/// Takes back the last review.
///
/// # Errors
///
/// `Conflict` if there is none that can be undone.
pub async fn undo(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<()> {
    let nothing = || AppError::Conflict("There is no review to undo.".to_owned());
    let latest = reviews::latest(conn, user, clock.now - UNDO)
        .await?
        .ok_or_else(nothing)?;
    let card = latest.generated_asset_id;
    let row = reviews::locked(conn, user, card)
        .await?
        .ok_or_else(nothing)?;
    // Another tab has undone it meanwhile.
    if row.schedule.last_interaction_id != Some(latest.interaction_id.0) {
        return Err(nothing());
    }
    let record: ReviewRecord = serde_json::from_value(latest.interaction_data.clone())
        .map_err(|error| AppError::internal(&error))?;
    reviews::take_back(conn, user, &latest, &record).await?;
    Ok(())
}

/// The overdue cards, and the number of those that are due on the days of a plan anyway.
struct Backlog {
    rows: Vec<OverdueRow>,
    taken: Vec<i64>,
    per_day: i64,
}

/// Days of which the cards that are due anyway are counted.
const PLAN_DAYS: usize = 60;

async fn backlog(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Option<Backlog>> {
    let midnight = day_start(clock.zone, today(clock));
    let rows = queue::overdue(conn, user, midnight).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if count < BACKLOG {
        return Ok(None);
    }
    let limits = store::settings::limits(conn, user).await?;
    let taken = queue::due_by_day(conn, user, clock, midnight, PLAN_DAYS).await?;
    // Half of the limit is left for what is new each day.
    let per_day = i64::from(limits.reviews_per_day / 2).max(10);
    Ok((count > per_day).then_some(Backlog {
        rows,
        taken,
        per_day,
    }))
}

/// Returns the plan for a backlog, if there is one.
pub async fn plan(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Option<BacklogPlan>> {
    let Some(backlog) = backlog(conn, user, clock).await? else {
        return Ok(None);
    };
    let sizes = sizes(backlog.rows.len(), &backlog.taken, backlog.per_day);
    let days = sizes.into_iter().zip(0..).map(|(count, at)| {
        let day = today(clock) + TimeDelta::days(at);
        let name = day.format("%A, %-d %B").to_string();
        (name, i64::try_from(count).unwrap_or(i64::MAX))
    });
    Ok(Some(BacklogPlan {
        overdue: i64::try_from(backlog.rows.len()).unwrap_or(i64::MAX),
        days: days.collect(),
    }))
}

/// Spreads the backlog over the days of the plan. Does nothing without one.
pub async fn spread_backlog(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<()> {
    let Some(backlog) = backlog(conn, user, clock).await? else {
        return Ok(());
    };
    let day = today(clock);
    let overdue = |row: &OverdueRow| Overdue {
        memory: Recall {
            stability: row.stability,
            difficulty: row.difficulty,
        },
        days: (day - row.last_day).num_days(),
    };
    let cards: Vec<Overdue> = backlog.rows.iter().map(overdue).collect();
    let places = spread(&cards, &backlog.taken, backlog.per_day);
    let ids: Vec<CardId> = (backlog.rows.iter())
        .map(|row| row.generated_asset_id)
        .collect();
    let times: Vec<DateTime<Utc>> = places
        .into_iter()
        .map(|place| {
            let days = i64::try_from(place).unwrap_or(0);
            day_start(clock.zone, day + TimeDelta::days(days))
        })
        .collect();
    Ok(queue::set_due(conn, user, &ids, &times).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cards_in_review_tell_what_is_retained() {
        assert_eq!(metrics("new", true), ["reviews", "correct"]);
        assert_eq!(metrics("review", false), ["reviews", "retention_reviews"]);
        assert_eq!(metrics("review", true).len(), 4);
    }
}
