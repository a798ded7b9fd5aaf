//! The page of the editor, and its preview.

use uuid::Uuid;

use super::draft::{self, EditedTopic};
use super::save::{self, SentText};
use super::{beside, live, presence, render, source, split};
use crate::authoring::TopicStatus;
use crate::authoring::editor::api::SaveTopic;
use crate::authoring::editor::{EditorToken, PICTURE_UPLOAD, PictureNote, TextPreview, TopicText};
use crate::authoring::review::server::{panel, store as reviews};
use crate::course::reading_minutes;
use crate::course::server::store;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ids::{CourseId, TopicId};
use crate::platform::live::LiveTopic;
use crate::platform::time::Clock;
use crate::platform::ui::Html;
use leptos::server_fn::ServerFn;

pub async fn page(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    slug: &str,
) -> AppResult<TopicText> {
    let topic = draft::topic_named(conn, tutor.course, slug).await?;
    let live = LiveTopic::from_now(live::topic(topic.topic_id));
    let here = presence::here(conn, &topic, tutor.signed_in.user_id()).await?;
    let current = draft::current(conn, &topic).await?;
    let review = panel::panel(conn, (tutor, course), &topic, &current).await?;
    let open = reviews::open_comments(conn, topic.topic_id).await?;
    let flash = tutor.signed_in.cx.flash.as_ref();
    let typed = flash.and_then(|flash| typed(flash, topic.topic_id));
    let is_stale = flash.is_some_and(|flash| matches!(flash.error, Some(AppError::Conflict(_))));
    let conflict = match typed.as_ref().filter(|_| is_stale) {
        Some(typed) => {
            let sent = typed.sent();
            save::conflict(conn, tutor, &topic, &sent).await?
        }
        None => None,
    };
    // A form that comes back keeps the revision that it started from.
    let base = typed.as_ref().and_then(|typed| typed.base);
    let (title, text) = match typed {
        Some(typed) => (typed.title, typed.text),
        None => (current.title, source::written(&current.text)),
    };
    let preview = match topic.is_laid_out() {
        true => TextPreview::default(),
        false => shown(conn, tutor.course, &topic, &title, &source::stored(&text)).await?,
    };
    let status = match (&topic.retired_at, topic.hidden_as.as_deref()) {
        (None, _) => TopicStatus::Published,
        (Some(_), Some("draft")) => TopicStatus::Draft,
        (Some(_), _) => TopicStatus::Retired,
    };
    let variants = variants(&topic);
    let clock = Clock::of(&tutor.signed_in.cx);
    Ok(TopicText {
        beside: beside::lines(conn, course, &topic, status, &clock).await?,
        places: split::places(&current.text),
        questions: beside::placeable(conn, &topic, &source::stored(&text)).await?,
        course_title: store::title(conn, tutor.course).await?,
        topic_id: topic.topic_id,
        status,
        audience: audience(status, current.has_changes, &variants),
        published: published(&variants, open),
        variants,
        is_laid_out: topic.is_laid_out(),
        topic_title: topic.title,
        title,
        text,
        revision: base.unwrap_or(current.revision),
        writer: Uuid::new_v4().to_string(),
        account: tutor.signed_in.user_id().to_string(),
        preview,
        picture: flash.map(picture_note).unwrap_or_default(),
        conflict,
        here,
        review,
        live,
    })
}

/// Names the personas that have texts of their own, such as "Sports or Cooking".
fn variants(topic: &EditedTopic) -> String {
    let variants = topic.variants();
    let labels: Vec<&str> = variants
        .iter()
        .map(|(persona, _)| persona.label())
        .collect();
    match labels.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => labels.concat(),
    }
}

/// Says who sees which text.
fn audience(status: TopicStatus, has_changes: bool, variants: &str) -> String {
    let normal = match (status, has_changes) {
        (TopicStatus::Published, true) => "Learners see the version before your latest changes.",
        (TopicStatus::Published, false) => "Learners see this text.",
        (TopicStatus::Draft, _) => "Learners do not see this topic yet.",
        (TopicStatus::Retired, _) => "This topic is retired. Publishing it shows it again.",
    };
    match variants {
        "" => normal.to_owned(),
        variants => format!(
            "{normal} Learners who chose {variants} have another text of this topic, which publishing here does not change."
        ),
    }
}

/// Says after publishing who sees the text, and whether comments wait.
fn published(variants: &str, open: i64) -> String {
    let seen = match variants {
        "" => "Published. Learners see this text now.".to_owned(),
        variants => {
            format!("Published. Learners see this text now, except those who chose {variants}.")
        }
    };
    match open {
        0 => seen,
        open => format!("{seen} It still has {}.", reviews::open_words(open)),
    }
}

/// The outcome of a picture that was sent without JavaScript.
fn picture_note(flash: &Flash) -> PictureNote {
    if flash.form != PICTURE_UPLOAD {
        return PictureNote::default();
    }
    let value = |name: &str| {
        let mut values = flash.values.iter();
        let found = values.find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let problem = match &flash.error {
        Some(AppError::Invalid(problems)) => {
            let said: Vec<&str> = problems.iter().map(|(_, said)| said.as_str()).collect();
            said.join(" ")
        }
        Some(other) => other.to_string(),
        None => String::new(),
    };
    PictureNote {
        problem,
        alt: value("alt"),
        markdown: value("markdown"),
    }
}

struct TypedText {
    title: String,
    text: String,
    base: Option<i32>,
}

impl TypedText {
    fn sent(&self) -> SentText {
        SentText {
            page: EditorToken {
                base: self.base.unwrap_or_default(),
                ..EditorToken::default()
            },
            title: self.title.clone(),
            text: self.text.clone(),
        }
    }
}

/// The fields of a form of this topic that came back without JavaScript.
fn typed(flash: &Flash, topic: TopicId) -> Option<TypedText> {
    let value = |name: &str| {
        let mut values = flash.values.iter();
        values
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
    };
    let is_it = flash.form == SaveTopic::PATH
        && flash.error.is_some()
        && value("topic")? == topic.to_string();
    is_it.then_some(())?;
    Some(TypedText {
        title: value("title")?,
        text: value("text")?.replace("\r\n", "\n"),
        base: value("page[base]").and_then(|base| base.parse().ok()),
    })
}

/// Renders a text in a topic of the course.
pub async fn preview(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    text: &str,
) -> AppResult<TextPreview> {
    let topic = draft::topic_of(conn, course, topic).await?;
    shown(conn, course, &topic, &topic.title, text).await
}

async fn shown(
    conn: &mut Conn,
    course: CourseId,
    topic: &EditedTopic,
    title: &str,
    text: &str,
) -> AppResult<TextPreview> {
    let rendered = render::text(conn, course, topic, title, text).await?;
    let html: String = (rendered.body.blocks.iter())
        .map(|block| block.html.as_str())
        .collect();
    Ok(TextPreview {
        html: Html(html),
        problems: rendered.problems,
        minutes: reading_minutes(rendered.body.words),
    })
}
