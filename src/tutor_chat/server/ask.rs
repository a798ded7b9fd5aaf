//! Asking the tutor: typed questions with their limits, suggested ones, and the steps from a hint
//! to the explanation.

use uuid::Uuid;

use super::consider::{AskPlace, consider};
use super::ladder::{self, AnswerKind, ChatAnswerDraft, Wish};
use super::model::{self, AnswerFor};
use super::person;
use super::store::{self, OwnMessage, QuestionSource, TutorTerms};
use crate::activity::ActivityKind;
use crate::activity::server::record::ActivityEvent;
use crate::enrollment::server::access::{open_place, open_topic};
use crate::exam::server::sitting::is_sitting;
use crate::platform::config::AiConfig;
use crate::platform::db::{Conn, lock};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::ids::{ChatMessageId, ChatSessionId, CourseId, SuggestionId, UserId};
use crate::platform::names;
use crate::platform::time::Clock;
use crate::tutor_chat::{QUESTION_CHARACTERS, RATING_CHARACTERS, TALK_MESSAGES};

/// The answer to everybody who may not know of the message, whatever the reason.
pub fn no_message() -> AppError {
    AppError::NotFound("There is no message here that you can act on.".to_owned())
}

/// A question as it was typed, with its place.
pub struct ChatQuestion {
    pub course: String,
    pub topic: String,
    pub text: String,
    /// Key of the form. A key that is no UUID counts as none.
    pub key: String,
    /// Hands the question to the tutors of the course instead of answering it.
    pub to_person: bool,
}

/// Cleans a typed question: no invisible characters and no control characters. Joiners stay, which
/// Persian, Hindi and emoji need.
///
/// # Errors
///
/// `Invalid` at the field `question` if it is empty or too long.
pub fn question_text(typed: &str) -> AppResult<String> {
    let typed = typed.replace("\r\n", "\n").replace('\t', " ");
    let is_kept = |letter: &char| {
        matches!(letter, '\n' | '\u{200c}' | '\u{200d}')
            || !(letter.is_control() || names::is_ignorable(*letter))
    };
    let text: String = typed.chars().filter(is_kept).collect();
    let problem = |sentence: String| Err(AppError::field("question", sentence));
    match names::visible(&text) {
        None => problem("Write a question first.".to_owned()),
        Some(text) if text.chars().count() > QUESTION_CHARACTERS as usize => problem(format!(
            "{} Nothing was asked.",
            figures::use_at_most(QUESTION_CHARACTERS)
        )),
        Some(text) => Ok(text),
    }
}

/// Says why the tutor answers nothing now; None if it answers.
pub async fn refusal(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    terms: &TutorTerms,
    clock: &Clock,
) -> AppResult<Option<&'static str>> {
    if !terms.settings.is_on {
        return Ok(Some(
            "The tutors of this course have switched the tutor off.",
        ));
    }
    let is_sitting = is_sitting(conn, user, course, clock.now).await?;
    Ok(is_sitting.then_some("The tutor is off while you sit an exam of this course."))
}

/// Fails if the tutor answers nothing now. Returns its settings otherwise.
async fn admitted(
    conn: &mut Conn,
    user: UserId,
    place: &AskPlace,
    clock: &Clock,
) -> AppResult<TutorTerms> {
    let terms = store::terms(conn, user, place.course, place.module_no).await?;
    match refusal(conn, user, place.course, &terms, clock).await? {
        Some(why) => Err(AppError::Denied(why.to_owned())),
        None => Ok(terms),
    }
}

/// Waits for other requests of the learner in the course, so that a limit is never passed by two
/// of them at once.
pub async fn hold(conn: &mut Conn, user: UserId, course: CourseId) -> AppResult<()> {
    Ok(lock(conn, &format!("tutor/{user}/{course}")).await?)
}

/// Returns the conversation of the place.
async fn enter(conn: &mut Conn, user: UserId, place: &AskPlace) -> AppResult<ChatSessionId> {
    let talk = store::open_talk(conn, user, place.course, place.topic).await?;
    if store::count_messages(conn, talk).await? >= TALK_MESSAGES {
        return Err(AppError::Denied(
            "This conversation is full. Download it if you want to keep it, then delete it."
                .to_owned(),
        ));
    }
    Ok(talk)
}

async fn place(
    conn: &mut Conn,
    user: UserId,
    course: &str,
    topic: &str,
    clock: &Clock,
) -> AppResult<AskPlace> {
    let open = open_topic(conn, user, course, topic, clock).await?;
    let (course, topic) = (open.studying.course_id, open.topic().topic_id);
    let module_no = open.module().number;
    Ok(AskPlace::new(course, topic, module_no, &open.progress))
}

/// Records that the learner asked, but not what.
async fn note(conn: &mut Conn, user: UserId, place: &AskPlace, clock: &Clock) -> AppResult<()> {
    ActivityEvent::fact(place.course, ActivityKind::TutorAsked, clock.now)
        .in_topic(place.topic)
        .record(conn, user)
        .await?;
    Ok(())
}

fn none_left() -> AppError {
    AppError::Denied(
        "You have no typed questions left in this module. Suggested questions are free, and you can ask a person."
            .to_owned(),
    )
}

/// Asks a typed question and stores its answer, or has it written by the model of `ai`. Returns the
/// question. A form that is sent twice asks once.
pub async fn ask(
    conn: &mut Conn,
    user: UserId,
    typed: &ChatQuestion,
    clock: &Clock,
    ai: Option<&AiConfig>,
) -> AppResult<ChatMessageId> {
    let place = place(conn, user, &typed.course, &typed.topic, clock).await?;
    let text = question_text(&typed.text)?;
    hold(conn, user, place.course).await?;
    let terms = admitted(conn, user, &place, clock).await?;
    let talk = enter(conn, user, &place).await?;
    let mut form_key = typed.key.parse::<Uuid>().ok();
    if let Some(key) = form_key {
        match store::by_form_key(conn, talk, key).await? {
            Some((known, asked)) if asked == text => {
                if typed.to_person {
                    person::hand_over(conn, user, place.course, (talk, known)).await?;
                }
                return Ok(known);
            }
            // The browser went back to a form that had been sent, for another question.
            Some(_) => form_key = None,
            None => {}
        }
    }
    if !typed.to_person && terms.left() == 0 {
        return Err(none_left());
    }
    let before = store::question_before(conn, talk, None).await?;
    let source = QuestionSource {
        form_key,
        suggestion: None,
    };
    let question = store::add_question(conn, talk, &text, source).await?;
    note(conn, user, &place, clock).await?;
    if typed.to_person {
        person::hand_over(conn, user, place.course, (talk, question)).await?;
        return Ok(question);
    }
    let found = consider(conn, &place, &text, before.as_deref()).await?;
    let answer = ladder::draft(&found, None, terms.settings.hints_first);
    let to = AnswerFor {
        user,
        course: place.course,
        module_no: place.module_no,
        talk,
        question,
        costs_question: true,
    };
    model::give(conn, ai, &to, answer).await?;
    Ok(question)
}

/// Asks a suggested question, which has a prepared answer and costs nothing. Returns the question.
pub async fn ask_suggestion(
    conn: &mut Conn,
    user: UserId,
    (course, topic): (&str, &str),
    suggestion: SuggestionId,
    clock: &Clock,
) -> AppResult<ChatMessageId> {
    let place = place(conn, user, course, topic, clock).await?;
    hold(conn, user, place.course).await?;
    admitted(conn, user, &place, clock).await?;
    let talk = enter(conn, user, &place).await?;
    let all = store::suggestions(conn, place.course, place.topic).await?;
    let chosen = all.into_iter().find(|one| one.suggestion_id == suggestion);
    let chosen = chosen.ok_or_else(|| {
        AppError::NotFound("This question is not suggested any more. Reload the page.".to_owned())
    })?;
    if let Some((last, Some(known))) = store::last_suggestion(conn, talk).await?
        && known == suggestion
    {
        return Ok(last);
    }
    let source = QuestionSource {
        form_key: None,
        suggestion: Some(suggestion),
    };
    let question = store::add_question(conn, talk, &chosen.prompt_text, source).await?;
    note(conn, user, &place, clock).await?;
    let answer = ChatAnswerDraft {
        kind: AnswerKind::Prepared,
        content: chosen.answer,
        citations: Vec::new(),
        note: None,
    };
    store::add_answer(conn, talk, question, &answer).await?;
    Ok(question)
}

/// Gives the next hint or the explanation for a question that was answered. Does nothing if there
/// is no further step. Returns the question.
pub async fn step(
    conn: &mut Conn,
    user: UserId,
    question: ChatMessageId,
    wish: Wish,
    clock: &Clock,
    ai: Option<&AiConfig>,
) -> AppResult<OwnMessage> {
    let own = store::own_message(conn, user, question, "user")
        .await?
        .ok_or_else(no_message)?;
    let (course, module_no, progress) = open_place(conn, user, own.topic, clock).await?;
    let place = AskPlace::new(course, own.topic, module_no, &progress);
    hold(conn, user, course).await?;
    let terms = admitted(conn, user, &place, clock).await?;
    let given = store::answers_to(conn, question).await?;
    if given.is_empty() {
        return Ok(own);
    }
    let before = store::question_before(conn, own.talk, Some(question)).await?;
    let found = consider(conn, &place, &own.text, before.as_deref()).await?;
    if let Some(kind) = ladder::next(&given, wish, found.is_own()) {
        let answer = ladder::draft(&found, Some(kind), terms.settings.hints_first);
        let to = AnswerFor {
            user,
            course,
            module_no,
            talk: own.talk,
            question,
            costs_question: false,
        };
        model::give(conn, ai, &to, answer).await?;
    }
    Ok(own)
}

/// Stops an answer that is being written. Does nothing if it is complete. Returns the answer.
pub async fn stop(conn: &mut Conn, user: UserId, answer: ChatMessageId) -> AppResult<OwnMessage> {
    let own = store::own_message(conn, user, answer, "assistant")
        .await?
        .ok_or_else(no_message)?;
    hold(conn, user, own.course).await?;
    model::stop(conn, user, (answer, own.talk, own.course)).await?;
    Ok(own)
}

/// Has an answer written again that was stopped or failed. Returns the answer.
pub async fn write_again(
    conn: &mut Conn,
    user: UserId,
    answer: ChatMessageId,
    clock: &Clock,
) -> AppResult<OwnMessage> {
    let own = store::own_message(conn, user, answer, "assistant")
        .await?
        .ok_or_else(no_message)?;
    let (course, module_no, progress) = open_place(conn, user, own.topic, clock).await?;
    let place = AskPlace::new(course, own.topic, module_no, &progress);
    hold(conn, user, course).await?;
    let terms = admitted(conn, user, &place, clock).await?;
    if terms.left() == 0 && model::store::costs_again(conn, answer).await? {
        return Err(none_left());
    }
    model::write_again(conn, (answer, own.talk)).await?;
    Ok(own)
}

/// Rates an answer. Returns the answer.
pub async fn rate(
    conn: &mut Conn,
    user: UserId,
    answer: ChatMessageId,
    is_helpful: bool,
    reason: &str,
) -> AppResult<OwnMessage> {
    let own = store::own_message(conn, user, answer, "assistant")
        .await?
        .ok_or_else(no_message)?;
    if reason.chars().count() > RATING_CHARACTERS as usize {
        return Err(AppError::field(
            "reason",
            figures::use_at_most(RATING_CHARACTERS),
        ));
    }
    let reason = names::visible(reason);
    store::rate(conn, answer, is_helpful, reason.as_deref()).await?;
    Ok(own)
}

/// Deletes the learner's conversation about a topic. The questions that were used stay used.
pub async fn delete(
    conn: &mut Conn,
    user: UserId,
    (course, topic): (&str, &str),
    clock: &Clock,
) -> AppResult<()> {
    let place = place(conn, user, course, topic, clock).await?;
    store::delete_talk(conn, user, place.course, place.topic).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_cleaned_and_has_a_length() {
        assert_eq!(
            question_text(" What\u{200b} is\u{7}\u{e0041} it?\r\nReally\u{202e}? ").unwrap(),
            "What is it?\nReally?"
        );
        assert_eq!(question_text("می\u{200c}خواهم").unwrap(), "می\u{200c}خواهم");
        for empty in ["", " \n", "\u{200b}\u{2060}", "\u{200d}"] {
            let refused = question_text(empty).unwrap_err();
            assert!(refused.of_field("question").is_some(), "{empty:?}");
        }
        let longest = "é".repeat(QUESTION_CHARACTERS as usize);
        assert!(question_text(&longest).is_ok());
        assert!(question_text(&format!("{longest}é")).is_err());
    }
}
