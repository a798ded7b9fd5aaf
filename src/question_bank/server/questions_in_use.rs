//! Questions that a running quiz or exam asks a learner. Their right answers are withheld elsewhere
//! until the learner hands in. Otherwise an earlier result or the practice in a topic would give
//! the answer away.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::answering::timing::GRACE;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, QuestionId, QuizNumber, UserId};
use crate::question_bank::GradedQuestion;

/// The running quiz or exam that asks a question. An exam is named by its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedBy {
    Quiz(QuizNumber),
    Exam(String),
}

impl UsedBy {
    pub fn refusal(&self) -> String {
        match self {
            Self::Quiz(quiz) => format!(
                "This question is part of quiz {quiz}, which you have started. Submit the quiz first."
            ),
            Self::Exam(title) => format!(
                "This question is part of the exam “{title}”, which you have started. Submit the exam first."
            ),
        }
    }

    fn why_withheld(&self) -> String {
        let asker = match self {
            Self::Quiz(quiz) => format!("quiz {quiz}"),
            Self::Exam(title) => format!("the exam “{title}”"),
        };
        format!(
            "This question is part of {asker}, which you have started. The answer is shown after you submit it."
        )
    }
}

pub type QuestionsInUse = HashMap<QuestionId, UsedBy>;

#[derive(QueryableByName)]
struct AskedRow {
    #[diesel(sql_type = SqlUuid)]
    question_id: QuestionId,
    #[diesel(sql_type = Nullable<Int4>)]
    module_no: Option<i32>,
    #[diesel(sql_type = Nullable<Int4>)]
    section: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    exam: Option<String>,
}

/// Finds those of the questions that a running quiz or exam of the course asks this learner. An
/// adaptive exam counts with its whole bank, because it may still ask any of its questions.
pub async fn asked(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    questions: Vec<QuestionId>,
    now: DateTime<Utc>,
) -> QueryResult<QuestionsInUse> {
    let rows: Vec<AskedRow> = statement(
        "select question_id, module_no, section, exam from (
             select (q ->> 'question_id')::uuid as question_id, a.module_no, a.topic_pair_index as section, null as exam
             from quiz_attempts a cross join lateral jsonb_array_elements(a.question_set -> 'questions') q
             where a.user_id = $1 and a.course_id = $2 and a.status = 'in_progress'
               and (a.expires_at is null or a.expires_at > $4)
             union all
             select (q ->> 'question_id')::uuid, null, null, e.title
             from exam_sittings s join exams e on e.exam_id = s.exam_id
                  cross join lateral (
                      select q -> 'question' from jsonb_array_elements(s.paper -> 'questions') q
                      union all
                      select q from jsonb_array_elements(s.paper #> '{terms,adaptive,bank}') q
                  ) asks (q)
             where s.user_id = $1 and e.course_id = $2 and s.ended_at is null and s.expires_at > $4
         ) asked
         where question_id = any($3)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Array<SqlUuid>, _>(questions)
    .bind::<Timestamptz, _>(now - GRACE)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let asker = match (row.exam, row.module_no, row.section) {
                (Some(title), ..) => UsedBy::Exam(title),
                (None, module_no, section) => UsedBy::Quiz(QuizNumber::new(
                    module_no.unwrap_or_default(),
                    section.unwrap_or_default(),
                )),
            };
            (row.question_id, asker)
        })
        .collect())
}

/// Withholds those results whose questions are being asked now. `questions` has the ids of the
/// graded questions, in the same order.
pub async fn withhold_asked(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    questions: Vec<QuestionId>,
    graded: Vec<GradedQuestion>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<GradedQuestion>> {
    let asked = asked(conn, user, course, questions.clone(), now).await?;
    Ok((graded.into_iter().zip(questions))
        .map(|(graded, question)| withhold(graded, asked.get(&question)))
        .collect())
}

/// Removes points, marks and explanation if the question is being asked now.
fn withhold(question: GradedQuestion, asked: Option<&UsedBy>) -> GradedQuestion {
    match asked {
        Some(asked) => GradedQuestion {
            points: 0,
            marked: question.unmarked.clone(),
            explanation: None,
            withheld: Some(asked.why_withheld()),
            ..question
        },
        None => question,
    }
}
