//! The pages of the library.

use chrono::TimeDelta;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::review;
use super::store::cards::{PAGE as CARDS, StudyCardRow};
use super::store::materials::{MaterialRow, PAGE as MATERIALS, StudyChunkRow};
use super::store::{self, CardContent, no_card, no_material};
use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::paths::topic_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CardId, MaterialId, QuestionId, UserId};
use crate::platform::markdown::escape;
use crate::platform::time::Clock;
use crate::platform::ui::{Html, Language};
use crate::question_bank::server::freeze::freeze_by;
use crate::question_bank::server::grade::{Frozen, FrozenKind};
use crate::question_bank::server::store as bank;
use crate::question_bank::server::view::right;
use crate::study::{
    CardKind, CardLine, CardPage, CardPassage, CardQuery, CardSide, MaterialLine, MaterialPage,
    MaterialSource, StudyHome, StudyQuery,
};

/// Days after which material in the trash is deleted for good. Housekeeping deletes it.
pub const TRASH_DAYS: i64 = 30;

pub async fn home(
    conn: &mut Conn,
    user: UserId,
    query: &StudyQuery,
    clock: &Clock,
) -> AppResult<StudyHome> {
    let limits = store::settings::limits(conn, user).await?;
    let counts = store::queue::counts(conn, user, limits, clock).await?;
    let mut rows = store::materials::list(conn, user, query, clock.now).await?;
    let page = usize::try_from(MATERIALS).unwrap_or_default();
    let has_more = rows.len() > page;
    rows.truncate(page);
    let (tags, in_trash) = store::materials::tags_and_trash(conn, user).await?;
    let courses = store::materials::courses_to_take(conn, user).await?;
    Ok(StudyHome {
        counts,
        backlog: review::plan(conn, user, clock).await?,
        materials: rows.into_iter().map(|row| line(row, clock)).collect(),
        has_more,
        tags,
        courses: courses
            .into_iter()
            .map(|row| (row.slug, CourseTitle::new(row.title, row.language)))
            .collect(),
        in_trash,
    })
}

pub async fn trash(conn: &mut Conn, user: UserId, clock: &Clock) -> AppResult<Vec<MaterialLine>> {
    let rows = store::materials::trash(conn, user, clock.now).await?;
    Ok(rows.into_iter().map(|row| line(row, clock)).collect())
}

fn line(row: MaterialRow, clock: &Clock) -> MaterialLine {
    let gone_on = row
        .deleted_at
        .map(|at| clock.date(at + TimeDelta::days(TRASH_DAYS)));
    MaterialLine {
        id: row.study_material_id,
        title: row.title,
        language: Language::new(row.language),
        source: MaterialSource::parse(&row.source_type),
        subject: row.subject_area,
        tags: row.tags,
        cards: row.cards,
        due: row.due,
        gone_on: gone_on.unwrap_or_default(),
    }
}

pub async fn material(
    conn: &mut Conn,
    user: UserId,
    material: MaterialId,
    query: &CardQuery,
    clock: &Clock,
) -> AppResult<MaterialPage> {
    let row = store::materials::one(conn, user, material, clock.now)
        .await?
        .ok_or_else(no_material)?;
    let mut cards = store::cards::list(conn, user, material, query).await?;
    let page = usize::try_from(CARDS).unwrap_or_default();
    let has_more = cards.len() > page;
    cards.truncate(page);
    let chunks = store::materials::chunks(conn, user, material).await?;
    let course = row.course.clone();
    let language = Language::new(row.language.clone());
    Ok(MaterialPage {
        line: line(row, clock),
        course,
        words: chunks.iter().map(|chunk| i64::from(chunk.word_count)).sum(),
        cards: cards.iter().map(|row| card_line(row, clock)).collect(),
        has_more,
        passages: passages(&chunks, &language),
    })
}

/// A card in a list. The answer of a question is left out: a running quiz may ask it.
fn card_line(row: &StudyCardRow, clock: &Clock) -> CardLine {
    let content = CardContent::of(row.content.clone());
    let is_reported = row.status == "reported";
    let when = match (row.due_at, row.reviews) {
        _ if is_reported => "Reported".to_owned(),
        (Some(at), _) if at <= clock.now => "Due".to_owned(),
        (Some(at), _) => format!("Due on {}", clock.date(at)),
        (None, _) => "New".to_owned(),
    };
    CardLine {
        id: row.generated_asset_id,
        kind: CardKind::parse(&row.card_kind).unwrap_or(CardKind::Own),
        front: content.front,
        back: match row.question_id {
            Some(_) => String::new(),
            None => content.back,
        },
        when,
        is_reported,
    }
}

/// The passages as HTML.
fn passages(chunks: &[StudyChunkRow], language: &Language) -> Html {
    let mut html = String::new();
    for chunk in chunks {
        let text = escape(&chunk.content);
        let (start, end) = match chunk.chunk_type.as_str() {
            "heading" => ("<p><b>", "</b></p>"),
            "code" => ("<pre><code>", "</code></pre>"),
            _ => ("<p class=\"study-lines\">", "</p>"),
        };
        html.push_str(&format!("{start}{text}{end}"));
    }
    let tag = language.tag();
    match html.is_empty() || tag.is_empty() {
        true => Html(html),
        false => Html(format!(
            "<div lang=\"{}\" dir=\"{}\">{html}</div>",
            escape(&tag),
            language.dir()
        )),
    }
}

pub async fn card(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
    clock: &Clock,
) -> AppResult<CardPage> {
    let row = store::cards::one(conn, user, card)
        .await?
        .ok_or_else(no_card)?;
    let passage = passage(conn, user, card).await?;
    Ok(CardPage {
        material: row.study_material_id,
        material_title: row.title.clone(),
        language: Language::new(row.language.clone()),
        line: card_line(&row, clock),
        tags: row.tags.join(", "),
        passage,
        quality: row
            .quality_score
            .map(|quality| (quality * 100.0).round() as i32),
        reviews: row.reviews,
        lapses: row.lapses,
    })
}

/// Returns the passage that a card rests on.
pub async fn passage(
    conn: &mut Conn,
    user: UserId,
    card: CardId,
) -> AppResult<Option<CardPassage>> {
    let row = store::cards::passage(conn, user, card).await?;
    Ok(row.map(|row| {
        let topic = row.course.zip(row.topic).zip(row.topic_title);
        CardPassage {
            heading: row.heading,
            text: row.content,
            topic: topic.map(|((course, topic), title)| TopicLink {
                href: topic_path(&course, &topic),
                title,
            }),
        }
    }))
}

/// Returns the sides of a card. Those of a question are the present ones of the question bank, so
/// that a mended question is asked as it is now.
pub async fn sides(
    conn: &mut Conn,
    question: Option<QuestionId>,
    content: CardContent,
) -> AppResult<(CardSide, CardSide)> {
    let plain = |text: String| CardSide {
        text,
        html: Html::default(),
    };
    let found = match question {
        Some(question) => bank::questions(conn, &[question]).await?.pop(),
        None => None,
    };
    let Some(question) = found else {
        return Ok((plain(content.front), plain(content.back)));
    };
    let frozen = frozen(question);
    let explanation = frozen.explanation_html.clone().unwrap_or_default();
    let html = |html: String| CardSide {
        text: String::new(),
        html: Html(html),
    };
    let front = format!("{}{}", frozen.prompt_html, choices(&frozen.kind));
    let back = format!("{}{explanation}", right(&frozen.kind));
    Ok((html(front), html(back)))
}

/// The question in an order that is the same each time, so that the answer finds it unchanged.
fn frozen(question: bank::BankQuestion) -> Frozen {
    let (seed, _) = question.question_id.0.as_u64_pair();
    freeze_by(question, &mut StdRng::seed_from_u64(seed))
}

/// The parts of a question that stand below its prompt, as HTML.
fn choices(kind: &FrozenKind) -> String {
    let list = |items: Vec<&str>| {
        let items: String = items
            .iter()
            .map(|item| format!("<li>{item}</li>"))
            .collect();
        format!("<ul>{items}</ul>")
    };
    match kind {
        FrozenKind::Choice { options, .. } => {
            list(options.iter().map(|option| option.html.as_str()).collect())
        }
        FrozenKind::ShortAnswer { .. } => String::new(),
        FrozenKind::Tracing { program_html, .. } => program_html.clone(),
        FrozenKind::Ordering { items, shown } => {
            let shown = shown.iter().filter_map(|id| {
                let found = items.iter().find(|(item, _)| item == id);
                found.map(|(_, html)| html.as_str())
            });
            list(shown.collect())
        }
        FrozenKind::Matching { left, right, .. } => {
            let left = list(left.iter().map(|(_, html)| html.as_str()).collect());
            let right = list(right.iter().map(|(_, html)| html.as_str()).collect());
            format!("{left}{right}")
        }
    }
}

/// Returns the question and its answer as plain text, as they are kept with the card.
pub fn plain_sides(question: bank::BankQuestion) -> CardContent {
    let frozen = frozen(question);
    let text = crate::course::server::search::text_of;
    CardContent::new(
        text(&frozen.prompt_html).trim(),
        text(&right(&frozen.kind)).trim(),
    )
}
