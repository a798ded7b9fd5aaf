//! Finds the answer to a question in the topics that are open to the learner.

use super::answer::{self, AnswerPlace, Quotation, TutorAnswer};
use super::follow_up;
use crate::course::server::index::{Passage, retrieve};
use crate::enrollment::server::progress::Progress;
use crate::exercise::server::store as exercises;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};
use crate::question_bank::server::store as questions;

/// Passages that an answer is chosen from.
const PASSAGES: usize = 5;
/// Passages that are found, from which the best are taken.
const FOUND: usize = 10;
/// Factor for the scores of passages in the topic in which the question is asked.
const HERE: f32 = 1.15;

/// The place in which a question is asked.
pub struct AskPlace {
    pub course: CourseId,
    pub topic: TopicId,
    pub module_no: i32,
    /// Topics that are open to the learner.
    pub open: Vec<TopicId>,
}

impl AskPlace {
    pub fn new(course: CourseId, topic: TopicId, module_no: i32, progress: &Progress) -> Self {
        let open = progress.shared.topics();
        let open = open.filter(|(module, topic)| {
            let lock = progress.lock_of_topic(module.number, topic.number);
            lock.is_none()
        });
        Self {
            course,
            topic,
            module_no,
            open: open.map(|(_, topic)| topic.topic_id).collect(),
        }
    }
}

/// An answer, and the places in which it may be found.
pub struct Considered {
    pub answer: TutorAnswer,
    pub places: Vec<AnswerPlace>,
    /// The text that was answered: the question, with the one before it if it leans on that.
    pub asked: String,
    /// The passages from which the answer was chosen, best first.
    pub passages: Vec<Passage>,
}

impl Considered {
    /// Whether the course asks the question itself.
    pub fn is_own(&self) -> bool {
        matches!(self.answer, TutorAnswer::Hint(_))
    }
}

/// Answers a question. `before` is the question before it in the conversation.
pub async fn consider(
    conn: &mut Conn,
    place: &AskPlace,
    question: &str,
    before: Option<&str>,
) -> AppResult<Considered> {
    let mut own = questions::prompts_of_course(conn, place.course).await?;
    own.extend(exercises::briefs_of_course(conn, place.course).await?);
    if let Some(before) = before.filter(|_| follow_up::leans(question)) {
        let both = format!("{before}\n{question}");
        let found = answered(conn, place, question, both, &own).await?;
        let is_found = !matches!(found.answer, TutorAnswer::Unknown(_));
        if is_found || answer::subject_words(question) == 0 {
            return Ok(found);
        }
    }
    answered(conn, place, question, question.to_owned(), &own).await
}

async fn answered(
    conn: &mut Conn,
    place: &AskPlace,
    question: &str,
    asked: String,
    own: &[String],
) -> AppResult<Considered> {
    let passages = passages(conn, place, &asked).await?;
    let is_own = own.iter().any(|text| answer::is_same(question, text));
    let found = match is_own {
        true => answer::answer(&asked, &passages, std::slice::from_ref(&asked)),
        false => answer::answer(&asked, &passages, own),
    };
    let mut places: Vec<AnswerPlace> = Vec::new();
    for passage in &passages {
        let place = AnswerPlace::of(passage);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(Considered {
        answer: checked(found, &passages),
        places,
        asked,
        passages,
    })
}

/// Returns the best passages. Those of the topic in which the question is asked count a little
/// more.
async fn passages(conn: &mut Conn, place: &AskPlace, asked: &str) -> AppResult<Vec<Passage>> {
    let mut found = retrieve(conn, place.course, asked, FOUND, Some(&place.open)).await?;
    for passage in &mut found {
        if passage.topic_id == place.topic {
            passage.score *= HERE;
        }
    }
    found.sort_by(|one, two| two.score.total_cmp(&one.score));
    found.truncate(PASSAGES);
    Ok(found)
}

/// Drops quotations that do not stand in their passage, word for word and at their range.
fn checked(found: TutorAnswer, passages: &[Passage]) -> TutorAnswer {
    let TutorAnswer::Quotations(mut quotations) = found else {
        return found;
    };
    quotations.retain(|quotation| is_literal(quotation, passages));
    match quotations.is_empty() {
        true => TutorAnswer::Unknown(passages.first().map(AnswerPlace::of)),
        false => TutorAnswer::Quotations(quotations),
    }
}

fn is_literal(quotation: &Quotation, passages: &[Passage]) -> bool {
    let length = usize::try_from(quotation.end - quotation.start).unwrap_or_default();
    passages.iter().any(|passage| {
        let skipped = usize::try_from(quotation.start - passage.start);
        passage.chunk_id == quotation.chunk_id
            && skipped.is_ok_and(|skipped| {
                let text = passage.text.chars().skip(skipped).take(length);
                !quotation.text.is_empty() && text.eq(quotation.text.chars())
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_stands_in_its_passage() {
        let passage = Passage {
            chunk_id: "c".to_owned(),
            topic_id: TopicId(uuid::Uuid::nil()),
            topic_slug: "t".to_owned(),
            topic_title: "T".to_owned(),
            module_no: 1,
            heading_path: Vec::new(),
            anchor: None,
            text: "Ünder. Fish swim.".to_owned(),
            start: 100,
            end: 117,
            score: 1.0,
        };
        let quoted = |text: &str, start: i32| Quotation {
            text: text.to_owned(),
            chunk_id: "c".to_owned(),
            start,
            end: start + i32::try_from(text.chars().count()).unwrap(),
            source: AnswerPlace::of(&passage),
        };
        let is_literal =
            |quotation: Quotation| super::is_literal(&quotation, std::slice::from_ref(&passage));
        assert!(is_literal(quoted("Fish swim.", 107)));
        assert!(!is_literal(quoted("Fish swim.", 106)));
        assert!(!is_literal(quoted("Fish sink.", 107)));
        assert!(!is_literal(quoted("", 107)));
        assert!(!is_literal(quoted("Fish swim.", 90)));
        let mut other = quoted("Fish swim.", 107);
        other.chunk_id = "d".to_owned();
        assert!(!is_literal(other));
    }
}
