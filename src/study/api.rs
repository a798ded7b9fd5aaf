//! Server functions of the study library. Each acts for the signed-in person only, on their own
//! material and cards.

use leptos::prelude::*;

use super::{
    CardPage, CardQuery, MaterialLine, MaterialPage, QueueCounts, ReviewQuery, StudyHome,
    StudyProgress, StudyQuery, StudyReviewPage, StudySettingsPage,
};
use crate::platform::error::AppResult;
use crate::platform::ids::{CardId, MaterialId};

#[cfg(feature = "ssr")]
use {
    super::server::review::{self, SentGrade},
    super::server::store::{self, StudyLimits, cards::NewCard, no_card, no_material},
    super::server::take::{self, PastedText},
    super::server::{csv, figures, view},
    super::{
        Confidence, Grade, REPORT_CHARACTERS, STUDY_SETTINGS, STUDY_TRASH, card_path,
        material_path, review_path,
    },
    crate::paths::STUDY,
    crate::platform::address,
    crate::platform::auth::guard::{SignedIn, require_user},
    crate::platform::auth::limits::STUDY_MATERIAL,
    crate::platform::error::{AppError, FieldProblems},
    crate::platform::http::server_fns::redirect,
    crate::platform::time::Clock,
    chrono::Utc,
};

/// Requires a signed-in person who takes in material within the limit.
#[cfg(feature = "ssr")]
async fn taking() -> AppResult<SignedIn> {
    let me = require_user()?;
    STUDY_MATERIAL
        .take(&me.cx, &me.user_id().to_string())
        .await?;
    Ok(me)
}

/// Leads to a material's page, which says what was done.
#[cfg(feature = "ssr")]
fn to_material(material: MaterialId, done: &[(&str, &str)]) {
    redirect(address::with_query(&material_path(material), done));
}

/// Returns the learner's material, and what is due.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_study(#[server(default)] query: StudyQuery) -> AppResult<StudyHome> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::home(conn, user, &query, &clock).await)
        .await
}

/// Returns the numbers of cards that are left for today.
#[server(input = server_fn::codec::GetUrl)]
pub async fn count_due() -> AppResult<QueueCounts> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| {
            let limits = store::settings::limits(conn, user).await?;
            Ok(store::queue::counts(conn, user, limits, &clock).await?)
        })
        .await
}

/// Returns the tags that the learner has used, for the form of new material.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_study_tags() -> AppResult<Vec<String>> {
    let me = require_user()?;
    let user = me.user_id();
    me.cx
        .within(async move |conn| Ok(store::materials::tags_and_trash(conn, user).await?.0))
        .await
}

/// Adds a pasted text, and makes cards of it.
#[server]
pub async fn add_material(
    #[server(default)] title: String,
    #[server(default)] text: String,
    #[server(default)] subject: String,
    #[server(default)] tags: String,
) -> AppResult<()> {
    let me = taking().await?;
    let user = me.user_id();
    let typed = PastedText {
        title,
        text,
        subject,
        tags,
    };
    let material = me
        .cx
        .within(async move |conn| take::add_text(conn, user, &typed, Utc::now()).await)
        .await?;
    to_material(material, &[("done", "added")]);
    Ok(())
}

/// Takes in the topics of a course that are open to the learner, or brings them up to date.
#[server]
pub async fn take_course(course: String) -> AppResult<()> {
    let me = taking().await?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let material = me
        .cx
        .within(async move |conn| take::take_course(conn, user, &course, &clock).await)
        .await?;
    to_material(material, &[("done", "taken")]);
    Ok(())
}

/// Returns a material with a page of its cards.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_material(
    material: String,
    #[server(default)] query: CardQuery,
) -> AppResult<MaterialPage> {
    let me = require_user()?;
    let material = MaterialId(material.parse().map_err(|_| no_material())?);
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::material(conn, user, material, &query, &clock).await)
        .await
}

/// Moves a material into the trash, or out of it.
#[server]
pub async fn trash_material(material: MaterialId, trashed: bool) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let found = me
        .cx
        .within(async move |conn| {
            let now = Utc::now();
            Ok(store::materials::set_trashed(conn, user, material, trashed, now).await?)
        })
        .await?;
    if !found {
        return Err(no_material());
    }
    match trashed {
        true => redirect(address::with_query(STUDY, &[("done", "trashed")])),
        false => redirect(material_path(material)),
    }
    Ok(())
}

/// Returns the material in the trash.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_trash() -> AppResult<Vec<MaterialLine>> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::trash(conn, user, &clock).await)
        .await
}

/// Deletes a material in the trash for good, with its cards.
#[server]
pub async fn delete_material(material: MaterialId) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let found = me
        .cx
        .within(async move |conn| Ok(store::materials::delete(conn, user, material).await?))
        .await?;
    if !found {
        return Err(no_material());
    }
    redirect(STUDY_TRASH);
    Ok(())
}

/// Adds a card that the learner wrote.
#[server]
pub async fn add_card(
    material: MaterialId,
    #[server(default)] front: String,
    #[server(default)] back: String,
    #[server(default)] tags: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let (front, back, tags) = read_card(&front, &back, &tags)?;
    let added = me
        .cx
        .within(async move |conn| {
            let now = Utc::now();
            store::materials::one(conn, user, material, now)
                .await?
                .ok_or_else(no_material)?;
            let new = [NewCard::own(&front, &back, tags)];
            Ok(store::cards::add(conn, user, material, &new, now).await?)
        })
        .await?;
    if added == 0 {
        return Err(AppError::field(
            "front",
            "This deck has the same card already.",
        ));
    }
    to_material(material, &[("done", "card")]);
    Ok(())
}

/// Checks a card as it was typed. All problems come at once.
#[cfg(feature = "ssr")]
fn read_card(front: &str, back: &str, tags: &str) -> AppResult<(String, String, Vec<String>)> {
    let (front, back) = (front.trim().to_owned(), back.trim().to_owned());
    let mut problems = FieldProblems::default();
    for (field, side) in [("front", &front), ("back", &back)] {
        if let Err(sentence) = csv::check_side(field, side) {
            problems.add(field, sentence);
        }
    }
    let tags = take::read_tags(tags).unwrap_or_else(|sentence| {
        problems.add("tags", sentence);
        Vec::new()
    });
    problems.check()?;
    Ok((front, back, tags))
}

/// Adds cards from CSV text.
#[server]
pub async fn import_cards(material: MaterialId, #[server(default)] csv: String) -> AppResult<()> {
    let me = taking().await?;
    let user = me.user_id();
    let text = csv;
    let added = me
        .cx
        .within(async move |conn| {
            super::server::csv::add(conn, user, material, &text, Utc::now()).await
        })
        .await?;
    let added = added.to_string();
    to_material(material, &[("done", "imported"), ("added", &added)]);
    Ok(())
}

/// Returns a card with the passage that it rests on.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_card(card: String) -> AppResult<CardPage> {
    let me = require_user()?;
    let card = CardId(card.parse().map_err(|_| no_card())?);
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| view::card(conn, user, card, &clock).await)
        .await
}

/// Changes a card. A reported card is back in its deck then.
#[server]
pub async fn save_card(
    card: CardId,
    #[server(default)] front: String,
    #[server(default)] back: String,
    #[server(default)] tags: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let (front, back, tags) = read_card(&front, &back, &tags)?;
    let content = store::CardContent::new(&front, &back);
    let found = me
        .cx
        .within(async move |conn| Ok(store::cards::edit(conn, user, card, &content, &tags).await?))
        .await?;
    if !found {
        return Err(no_card());
    }
    redirect(address::with_query(&card_path(card), &[("done", "saved")]));
    Ok(())
}

/// Deletes a card.
#[server]
pub async fn delete_card(card: CardId) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let material = me
        .cx
        .within(async move |conn| {
            let row = store::cards::one(conn, user, card)
                .await?
                .ok_or_else(no_card)?;
            store::cards::delete(conn, user, card, Utc::now()).await?;
            Ok(row.study_material_id)
        })
        .await?;
    to_material(material, &[("done", "deleted")]);
    Ok(())
}

/// Reports a card, which leaves its deck until it is mended, or puts it back.
#[server]
pub async fn report_card(
    card: CardId,
    reported: bool,
    #[server(default)] comment: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let comment = comment.trim().to_owned();
    if comment.chars().count() > REPORT_CHARACTERS as usize {
        return Err(AppError::field(
            "comment",
            crate::platform::figures::use_at_most(REPORT_CHARACTERS),
        ));
    }
    let found = me
        .cx
        .within(async move |conn| {
            if !store::cards::set_reported(conn, user, card, reported).await? {
                return Ok(false);
            }
            let kept = reported.then_some(comment.as_str());
            store::cards::keep_report(conn, user, card, kept).await?;
            Ok(true)
        })
        .await?;
    if !found {
        return Err(no_card());
    }
    let done = if reported { "reported" } else { "back" };
    redirect(address::with_query(&card_path(card), &[("done", done)]));
    Ok(())
}

/// Returns the next card of a deck or of all, with its answer if the query asks for it.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_review(#[server(default)] query: ReviewQuery) -> AppResult<StudyReviewPage> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| review::page(conn, user, &query, &clock).await)
        .await
}

/// Grades a card. `version` is that of the card that was shown: the same review counts once.
#[server]
pub async fn review_card(
    card: CardId,
    version: i32,
    #[server(default)] grade: String,
    #[server(default)] sure: String,
    #[server(default)] deck: String,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let deck = review::deck_of(&deck)?;
    let grade = Grade::parse(&grade)
        .ok_or_else(|| AppError::field("", "Choose how well you remembered the card."))?;
    let sent = SentGrade {
        card,
        version,
        grade,
        sure: Confidence::parse(&sure),
        deck,
    };
    me.cx
        .within(async move |conn| review::grade(conn, user, &sent, &clock).await)
        .await?;
    redirect(review_path(deck));
    Ok(())
}

/// Takes back the last review.
#[server]
pub async fn undo_review(#[server(default)] deck: String) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    let deck = review::deck_of(&deck)?;
    me.cx
        .within(async move |conn| review::undo(conn, user, &clock).await)
        .await?;
    redirect(review_path(deck));
    Ok(())
}

/// Spreads the overdue cards over the days of the plan.
#[server]
pub async fn spread_backlog() -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| review::spread_backlog(conn, user, &clock).await)
        .await?;
    redirect(address::with_query(STUDY, &[("done", "spread")]));
    Ok(())
}

/// Returns the figures of the learner's reviews.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_progress() -> AppResult<StudyProgress> {
    let me = require_user()?;
    let user = me.user_id();
    let clock = Clock::of(&me.cx);
    me.cx
        .within(async move |conn| figures::progress(conn, user, &clock).await)
        .await
}

/// Returns the settings of the library.
#[server(input = server_fn::codec::GetUrl)]
pub async fn load_study_settings() -> AppResult<StudySettingsPage> {
    let me = require_user()?;
    let user = me.user_id();
    let limits = me
        .cx
        .within(async move |conn| Ok(store::settings::limits(conn, user).await?))
        .await?;
    Ok(StudySettingsPage {
        retention: (limits.desired_retention * 100.0).round().to_string(),
        new_per_day: limits.new_per_day.to_string(),
        reviews_per_day: limits.reviews_per_day.to_string(),
        from_answers: limits.from_answers,
    })
}

/// Changes the settings of the library.
#[server]
pub async fn save_study_settings(
    #[server(default)] retention: String,
    #[server(default)] new_per_day: String,
    #[server(default)] reviews_per_day: String,
    #[server(default)] from_answers: bool,
) -> AppResult<()> {
    let me = require_user()?;
    let user = me.user_id();
    let mut problems = FieldProblems::default();
    let mut number = |field: &str, typed: &str, from: u16, to: u16| {
        let read = typed.trim().parse::<u16>().ok();
        read.filter(|number| (from..=to).contains(number))
            .unwrap_or_else(|| {
                problems.add(field, format!("Enter a number from {from} to {to}."));
                0
            })
    };
    let retention = number("retention", &retention, 70, 97);
    let limits = StudyLimits {
        desired_retention: f32::from(retention) / 100.0,
        new_per_day: number("new_per_day", &new_per_day, 0, 999).into(),
        reviews_per_day: number("reviews_per_day", &reviews_per_day, 1, 9_999).into(),
        from_answers,
    };
    problems.check()?;
    me.cx
        .within(async move |conn| Ok(store::settings::save(conn, user, limits).await?))
        .await?;
    redirect(address::with_query(STUDY_SETTINGS, &[("done", "saved")]));
    Ok(())
}
