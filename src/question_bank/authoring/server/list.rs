//! Queries for the question list with its figures, and for the questions to export.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Bool, Float4, Float8, Int4, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;

use crate::course::QuestionPurpose;
use crate::course::server::draft::QuestionDraft;
use crate::platform::db::Conn;
use crate::platform::db::schema::{quiz_questions, sql_types};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, QuestionId, TopicId};
use crate::platform::markdown;
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::{BankGroup, BankLine, BankPage, BankQuery, Figures};
use crate::question_bank::server::bank;

/// Questions on one page.
const PAGE: usize = 50;
/// Characters of a prompt that a line shows.
const BEGINNING: usize = 120;

#[derive(QueryableByName)]
struct BankLineRow {
    #[diesel(sql_type = Uuid)]
    question_id: QuestionId,
    #[diesel(sql_type = Int4)]
    module_no: i32,
    #[diesel(sql_type = Nullable<Text>)]
    module_title: Option<String>,
    #[diesel(sql_type = Nullable<Uuid>)]
    topic_id: Option<TopicId>,
    #[diesel(sql_type = Nullable<Int4>)]
    topic_number: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    topic: Option<String>,
    #[diesel(sql_type = sql_types::QuestionType)]
    kind: QuestionType,
    #[diesel(sql_type = sql_types::QuestionPurpose)]
    purpose: QuestionPurpose,
    #[diesel(sql_type = Nullable<Float4>)]
    difficulty: Option<f32>,
    #[diesel(sql_type = Text)]
    prompt_html: String,
    #[diesel(sql_type = Bool)]
    is_retired: bool,
    #[diesel(sql_type = Nullable<Int4>)]
    answers: Option<i32>,
    #[diesel(sql_type = Nullable<Float8>)]
    facility: Option<f64>,
    #[diesel(sql_type = Nullable<Float8>)]
    discrimination: Option<f64>,
    #[diesel(sql_type = Nullable<Bool>)]
    good_learners_fail: Option<bool>,
    /// Number of questions on all pages.
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const FROM: &str = "quiz_questions q
    left join topics t on t.topic_id = q.topic_id
    left join question_statistics s on s.question_id = q.question_id";

/// Condition of a list query. $1 is the course. $2 tells whether retired questions are listed, and
/// $8 whether only flagged ones are. Null in $3 to $7 matches everything.
const MATCHING: &str = "q.course_id = $1
    and (q.retired_at is not null) = $2
    and ($3 is null or q.module_no::text = $3)
    and ($4 is null or t.slug = $4)
    and ($5 is null or q.question_type::text = $5)
    and ($6 is null or q.purpose::text = $6)
    and ($7 is null or strpos(folded(q.prompt), folded($7)) > 0)
    and (not $8 or s.good_learners_fail)";

/// Not prepared: the filters that are set decide which plan is good.
#[expect(clippy::disallowed_methods)]
fn asking(sql: String, course: CourseId, query: &BankQuery) -> BoxedSqlQuery<'_, Pg, SqlQuery> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Uuid, _>(course)
        .bind::<Bool, _>(query.show == "retired")
        .bind::<Nullable<Text>, _>(filled(&query.module))
        .bind::<Nullable<Text>, _>(filled(&query.topic))
        .bind::<Nullable<Text>, _>(filled(&query.kind))
        .bind::<Nullable<Text>, _>(filled(&query.purpose))
        .bind::<Nullable<Text>, _>(filled(&query.q))
        .bind::<Bool, _>(query.show == "flagged")
}

/// Order of the list: the topics of each module, then the questions without a topic. The questions
/// of a topic that only exams ask follow those of its quiz.
const ORDER: [&str; 6] = [
    "q.module_no",
    "coalesce(t.topic_number, 1000000)",
    "coalesce(q.topic_id::text, '')",
    "coalesce(q.topic_pair_index, 1000000)",
    "q.order_index",
    "q.question_id",
];

/// Returns the trimmed filter, or None if it is empty and so matches everything.
fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty() && !text.contains('\0'))
}

pub async fn page(conn: &mut Conn, course: CourseId, query: &BankQuery) -> AppResult<BankPage> {
    let cursor = |text: &str| uuid::Uuid::parse_str(text).ok();
    let (after, before) = (cursor(&query.after), cursor(&query.before));
    let (cursor, side, direction) = match before {
        Some(before) => (Some(before), "<", "desc"),
        None => (after, ">", "asc"),
    };
    let ordered = ORDER.map(|column| format!("{column} {direction}"));
    let place = ORDER.join(", ");
    let sql = format!(
        "with matching as (
             select q.question_id, q.module_no, q.topic_id, q.topic_pair_index, q.order_index, q.question_type, q.purpose,
                    q.difficulty, q.prompt_html, q.retired_at,
                    s.answers, s.facility, s.discrimination, s.good_learners_fail, count(*) over () as count
             from {FROM} where {MATCHING}
         )
         select q.question_id, q.module_no, q.topic_id, t.topic_number, t.title as topic, q.question_type as kind, q.purpose,
                q.difficulty, q.prompt_html, q.retired_at is not null as is_retired, m.title as module_title,
                q.answers, q.facility, q.discrimination, q.good_learners_fail, q.count
         from matching q
         left join topics t on t.topic_id = q.topic_id
         left join course_modules m on m.course_id = $1 and m.module_no = q.module_no
         where $9 is null or ({place}) {side} (
             select {place} from quiz_questions q left join topics t on t.topic_id = q.topic_id
             where q.question_id = $9 and q.course_id = $1)
         order by {}
         limit {}",
        ordered.join(", "),
        PAGE + 1
    );
    let mut rows: Vec<BankLineRow> = asking(sql, course, query)
        .bind::<Nullable<Uuid>, _>(cursor)
        .load(conn)
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let (is_before, is_after) = match before {
        Some(_) => {
            rows.reverse();
            (is_more, true)
        }
        None => (after.is_some(), is_more),
    };
    let at = |row: Option<&BankLineRow>, is_there: bool| {
        row.filter(|_| is_there).map(|row| row.question_id)
    };
    Ok(BankPage {
        course_title: Default::default(),
        modules: Vec::new(),
        topics: Vec::new(),
        places: Vec::new(),
        done: None,
        count: <[_]>::first(&rows).map_or(0, |row| row.count),
        previous: at(<[_]>::first(&rows), is_before),
        next: at(<[_]>::last(&rows), is_after),
        groups: groups(rows),
    })
}

#[derive(QueryableByName)]
struct QuestionIdRow {
    #[diesel(sql_type = Uuid)]
    question_id: QuestionId,
}

/// Returns all questions of the list in order. Their keys are their ids, by which an import
/// recognizes them.
pub async fn drafts(
    conn: &mut Conn,
    course: CourseId,
    query: &BankQuery,
) -> AppResult<Vec<QuestionDraft>> {
    let sql = format!(
        "select q.question_id from {FROM} where {MATCHING} order by {}",
        ORDER.join(", ")
    );
    let ids: Vec<QuestionIdRow> = asking(sql, course, query).load(conn).await?;
    let places: HashMap<QuestionId, usize> = ids
        .iter()
        .enumerate()
        .map(|(place, id)| (id.question_id, place))
        .collect();
    let mut rows: Vec<bank::QuestionRecord> = quiz_questions::table
        .filter(quiz_questions::question_id.eq_any(places.keys()))
        .select(bank::QuestionRecord::as_select())
        .load(conn)
        .await?;
    rows.sort_by_key(|row| places.get(&row.question_id).copied());
    for row in &mut rows {
        row.external_key = None;
    }
    bank::drafts(conn, rows).await
}

fn groups(rows: Vec<BankLineRow>) -> Vec<BankGroup> {
    let mut groups: Vec<((i32, Option<TopicId>), BankGroup)> = Vec::new();
    for row in rows {
        let key = (row.module_no, row.topic_id);
        if groups.last().is_none_or(|(last, _)| *last != key) {
            let module = row.module_title.as_deref().unwrap_or("Module");
            let title = match (&row.topic, row.topic_number) {
                (Some(topic), Some(number)) => format!("{}.{number} {topic}", row.module_no),
                _ => format!("{module}: exams only"),
            };
            let lines = Vec::new();
            groups.push((key, BankGroup { title, lines }));
        }
        if let Some((_, group)) = groups.last_mut() {
            group.lines.push(line(row));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn line(row: BankLineRow) -> BankLine {
    BankLine {
        question: row.question_id,
        prompt: beginning(&markdown::words(&row.prompt_html)),
        kind: row.kind,
        purpose: row.purpose,
        difficulty: row.difficulty.map(|share| percent(f64::from(share))),
        figures: figures(
            row.answers,
            row.facility,
            row.discrimination,
            row.good_learners_fail,
        ),
        is_retired: row.is_retired,
    }
}

pub fn figures(
    answers: Option<i32>,
    facility: Option<f64>,
    discrimination: Option<f64>,
    good_learners_fail: Option<bool>,
) -> Option<Figures> {
    Some(Figures {
        answers: answers?,
        facility: percent(facility?),
        discrimination: discrimination.map_or_else(|| "–".to_owned(), |r| format!("{r:.2}")),
        good_learners_fail: good_learners_fail?,
    })
}

pub fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_prompt_is_cut_between_characters() {
        assert_eq!(beginning("short"), "short");
        assert_eq!(beginning(&"ä".repeat(200)), format!("{}…", "ä".repeat(120)));
    }
}
