//! Asks and grades practice questions. Asking stores nothing. The question and the learner are the
//! seed of the random order and ids, so they are the same when the answer arrives.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

use super::store::{self, Fingerprint, Kept};
use crate::course::CourseTitle;
use crate::course::server::render::practice_id;
use crate::enrollment::TopicLink;
use crate::enrollment::server::access::{OpenTopic, open_topic};
use crate::paths::{practice_path, topic_path};
use crate::platform::address;
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{QuestionId, UserId};
use crate::platform::time::Clock;
use crate::practice::{PracticePage, PracticeState};
use crate::question_bank::AnswerForm;
use crate::question_bank::server::answering::read_form::read;
use crate::question_bank::server::freeze::freeze_by;
use crate::question_bank::server::grade;
use crate::question_bank::server::grade::Frozen;
use crate::question_bank::server::questions_in_use;
use crate::question_bank::server::store::BankQuestion;
use crate::question_bank::server::view::{GradedAnswer, shown};

/// Course, topic and key of a practice question, as in its address.
pub struct PracticeAddress {
    pub course: String,
    pub topic: String,
    pub key: String,
}

impl PracticeAddress {
    pub fn path(&self) -> String {
        practice_path(&self.course, &self.topic, &self.key)
    }
}

struct PracticeQuestion {
    topic: OpenTopic,
    question: Frozen,
    fingerprint: Fingerprint,
}

/// Loads the question as it is asked of this learner.
///
/// # Errors
///
/// Refused if the topic is locked, if it does not contain the question, or if a running quiz or
/// exam asks the same question.
async fn ask(
    conn: &mut Conn,
    user: UserId,
    address: &PracticeAddress,
    clock: &Clock,
) -> AppResult<PracticeQuestion> {
    let topic = open_topic(conn, user, &address.course, &address.topic, clock).await?;
    let question = store::practice_question(conn, topic.topic().topic_id, &address.key)
        .await?
        .ok_or_else(|| AppError::NotFound("This question is no longer in the topic.".to_owned()))?;
    let course = topic.studying.course_id;
    let id = question.question_id;
    let asked = questions_in_use::asked(conn, user, course, vec![id], clock.now).await?;
    if let Some(asked) = asked.get(&id) {
        return Err(AppError::Denied(asked.refusal()));
    }
    let (question, fingerprint) = asked_of(user, question)?;
    Ok(PracticeQuestion {
        topic,
        question,
        fingerprint,
    })
}

/// Freezes the question in the order that this learner sees.
fn asked_of(user: UserId, question: BankQuestion) -> AppResult<(Frozen, Fingerprint)> {
    let fingerprint = fingerprint(&question)?;
    let seed = Sha256::new()
        .chain_update(fingerprint)
        .chain_update(user.0)
        .finalize();
    let question = freeze_by(question, &mut StdRng::from_seed(seed.into()));
    Ok((question, fingerprint))
}

/// Hash of the prompt, the options and the right answer. An answer to another version of the
/// question has another hash.
fn fingerprint(question: &BankQuestion) -> AppResult<Fingerprint> {
    let options: Vec<_> = question
        .options
        .iter()
        .map(|option| (option.option_id, &option.html, option.is_correct))
        .collect();
    let whole = (
        question.question_id,
        question.question_type,
        &question.prompt_html,
        &question.payload,
        options,
    );
    let bytes = serde_json::to_vec(&whole).map_err(|error| AppError::internal(&error))?;
    Ok(Sha256::digest(bytes).into())
}

/// Loads the page of a question: its last outcome, or with `again` the question to answer.
pub async fn page(
    conn: &mut Conn,
    user: UserId,
    address: PracticeAddress,
    again: bool,
    clock: &Clock,
) -> AppResult<PracticePage> {
    let asked = ask(conn, user, &address, clock).await?;
    let kept = match again {
        true => None,
        false => store::kept(conn, user, asked.question.question_id, &asked.fingerprint).await?,
    };
    let again = format!("{}?again=true", address.path());
    let state = state(&asked.question, kept, again);
    Ok(page_of(&asked.topic, address, state))
}

/// Loads the questions that stand in the text of a topic, each with its last outcome. The one with
/// the key `again` is ready to be answered.
pub async fn in_text(
    conn: &mut Conn,
    user: UserId,
    topic: &OpenTopic,
    course: &str,
    html: &str,
    again: &str,
    clock: &Clock,
) -> AppResult<Vec<PracticePage>> {
    let here = topic.topic();
    let questions = store::questions_in_text(conn, here.topic_id, html).await?;
    let ids: Vec<QuestionId> = (questions.iter())
        .map(|(_, question)| question.question_id)
        .collect();
    let course_id = topic.studying.course_id;
    let in_use = questions_in_use::asked(conn, user, course_id, ids.clone(), clock.now).await?;
    let mut all_kept = store::all_kept(conn, user, ids).await?;
    let path = topic_path(course, &here.slug);
    let mut pages = Vec::with_capacity(questions.len());
    for (key, question) in questions {
        let id = question.question_id;
        let (question, fingerprint) = asked_of(user, question)?;
        let state = match in_use.get(&id) {
            Some(asker) => PracticeState::InUse {
                prompt: shown(&question, None).prompt,
                why: asker.refusal(),
            },
            None => {
                let kept = all_kept.remove(&id);
                let kept = kept.filter(|(of, _)| key != again && *of == fingerprint);
                let again = address::with_query(&path, &[("again", &key)]);
                let again = format!("{again}#{}", practice_id(&key));
                state(&question, kept.map(|(_, kept)| kept), again)
            }
        };
        let address = PracticeAddress {
            course: course.to_owned(),
            topic: here.slug.clone(),
            key,
        };
        pages.push(page_of(topic, address, state));
    }
    Ok(pages)
}

fn state(question: &Frozen, kept: Option<Kept>, again: String) -> PracticeState {
    match kept {
        Some(kept) => PracticeState::Answered {
            outcome: Box::new(
                GradedAnswer::own(question, Some(&kept.answer), kept.points).view(None),
            ),
            attempts: kept.attempts,
            again,
        },
        None => PracticeState::Open(shown(question, None)),
    }
}

fn page_of(topic: &OpenTopic, address: PracticeAddress, state: PracticeState) -> PracticePage {
    let path = topic_path(&address.course, &address.topic);
    let studying = &topic.studying;
    PracticePage {
        course_title: CourseTitle::new(studying.title.clone(), studying.language.clone()),
        topic: TopicLink {
            href: format!("{path}#{}", practice_id(&address.key)),
            title: topic.topic().title.clone(),
        },
        course_slug: address.course,
        topic_slug: address.topic,
        key: address.key,
        state,
    }
}

/// Grades the answer with partial credit and stores it in place of the previous one.
pub async fn answer(
    conn: &mut Conn,
    user: UserId,
    address: &PracticeAddress,
    sent: &AnswerForm,
    clock: &Clock,
) -> AppResult<()> {
    let asked = ask(conn, user, address, clock).await?;
    let answer = read(&asked.question.kind, sent)?
        .ok_or_else(|| AppError::field("", "Enter an answer first."))?;
    let points = grade::points(&asked.question.kind, Some(&answer), true);
    store::keep(
        conn,
        user,
        asked.question.question_id,
        &asked.fingerprint,
        &answer,
        points,
        clock.now,
    )
    .await
}
