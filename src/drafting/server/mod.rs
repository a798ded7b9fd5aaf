//! Makes proposals of a topic's text, shows them, and carries out what tutors decide.

pub mod propose;
pub mod store;
pub mod view;

use serde_json::json;

use self::propose::{Proposal, ProposedUse};
use super::ProposalsPage;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CourseId;
use crate::question_bank::authoring::QuestionForm;
use crate::question_bank::authoring::server::editing::{Saving, save};
use crate::question_bank::authoring::server::form;
use crate::tutor_chat::desk::SuggestionForm;
use crate::tutor_chat::desk::server::suggestions;

pub async fn page(
    conn: &mut Conn,
    course: CourseId,
    (slug, topic): (&str, &str),
) -> AppResult<ProposalsPage> {
    let text = store::topic(conn, course, topic).await?;
    let decided = store::decided(conn, text.topic_id).await?;
    let dismissed = decided.iter().filter(|one| one.is_dismissed()).count();
    let mut proposals = propose::proposals(&text);
    proposals.retain(|one| decided.iter().all(|known| known.draft_key != one.key));
    Ok(ProposalsPage {
        proposals: view::html(&proposals, dismissed, (slug, topic)),
        course_title: text.course_title,
        topic_title: text.title,
    })
}

/// Returns what was done, as the page's address names it.
pub async fn decide(
    conn: &mut Conn,
    tutor: &TutorOf,
    topic: &str,
    which: &str,
) -> AppResult<String> {
    let text = store::topic(conn, tutor.course, topic).await?;
    if which == "again" {
        store::forget_dismissed(conn, text.topic_id).await?;
        return Ok("again".to_owned());
    }
    let unknown = || AppError::NotFound("There is no such proposal.".to_owned());
    let (act, key) = which.split_once('-').ok_or_else(unknown)?;
    let proposals = propose::proposals(&text);
    let Some(proposal) = proposals.into_iter().find(|one| one.key == key) else {
        return Ok("gone".to_owned());
    };
    let decision = match act {
        "use" => "used",
        "dismiss" => "dismissed",
        _ => return Err(unknown()),
    };
    if !store::decide(conn, text.topic_id, key, decision).await? {
        return Ok("gone".to_owned());
    }
    if act == "use" {
        put_to_use(conn, tutor, &text, &proposal).await?;
    }
    AuditEntry::done(match act {
        "use" => "drafting.used",
        _ => "drafting.dismissed",
    })
    .of("topic", text.topic_id)
    .change(None, Some(json!({ "prompt": proposal.prompt() })))
    .by(&tutor.signed_in.cx)
    .write(conn)
    .await?;
    Ok(decision.to_owned())
}

async fn put_to_use(
    conn: &mut Conn,
    tutor: &TutorOf,
    text: &store::ProposedText,
    proposal: &Proposal,
) -> AppResult<()> {
    match &proposal.for_use {
        ProposedUse::Quiz(question) => {
            let form = QuestionForm {
                place: format!("topic:{}", text.topic_id),
                ..form::of(question)
            };
            let saving = Saving {
                question: None,
                mark: String::new(),
                form,
                overwrite: false,
            };
            save(conn, tutor, saving).await.map(drop)
        }
        ProposedUse::Suggestion { prompt, answer } => {
            let form = SuggestionForm {
                prompt: prompt.clone(),
                answer: answer.clone(),
                parent: String::new(),
            };
            suggestions::save(conn, tutor, text.topic_id, None, &form)
                .await
                .map(drop)
        }
    }
}
