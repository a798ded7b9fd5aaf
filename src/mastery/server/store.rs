//! Evidence and the caches of learners that repeat it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::model::{Belief, DISPUTED, ScoredAnswer};
use crate::mastery::{SourceType, Thresholds};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, LearnerId, ProgressId, UserId};

#[derive(QueryableByName)]
struct ConceptLearnerRow {
    #[diesel(sql_type = SqlUuid)]
    learner_id: LearnerId,
}

/// Returns the learner of a person, and makes it if there is none. Locks it until the transaction
/// ends.
pub async fn learner(conn: &mut Conn, user: UserId) -> QueryResult<LearnerId> {
    statement("insert into learners (user_id) values ($1) on conflict (user_id) do nothing")
        .bind::<SqlUuid, _>(user)
        .execute(conn)
        .await?;
    let row: ConceptLearnerRow =
        statement("select learner_id from learners where user_id = $1 for update")
            .bind::<SqlUuid, _>(user)
            .get_result(conn)
            .await?;
    Ok(row.learner_id)
}

/// Returns the learner of a person without a lock, if there is one.
pub async fn learner_if_any(conn: &mut Conn, user: UserId) -> QueryResult<Option<LearnerId>> {
    let row: Option<ConceptLearnerRow> =
        statement("select learner_id from learners where user_id = $1")
            .bind::<SqlUuid, _>(user)
            .get_result(conn)
            .await
            .optional()?;
    Ok(row.map(|row| row.learner_id))
}

/// The beliefs about a learner by the keys of concepts.
pub type Beliefs = BTreeMap<String, Belief>;

/// The cache `mastery_map`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct MasteryMap {
    version: u32,
    concepts: Beliefs,
}

#[derive(QueryableByName)]
struct MapRow {
    #[diesel(sql_type = Jsonb)]
    mastery_map: Value,
}

/// Returns the beliefs from the cache.
pub async fn beliefs(conn: &mut Conn, user: UserId) -> QueryResult<Beliefs> {
    let row: Option<MapRow> = statement("select mastery_map from learners where user_id = $1")
        .bind::<SqlUuid, _>(user)
        .get_result(conn)
        .await
        .optional()?;
    let map = row.and_then(|row| serde_json::from_value::<MasteryMap>(row.mastery_map).ok());
    Ok(map.unwrap_or_default().concepts)
}

/// A row of `progress`.
#[derive(Debug, Clone, QueryableByName)]
pub struct EvidenceRow {
    #[diesel(sql_type = SqlUuid)]
    pub progress_id: ProgressId,
    #[diesel(sql_type = Text)]
    pub concept: String,
    #[diesel(sql_type = Int4)]
    pub mastery_level: i32,
    #[diesel(sql_type = Jsonb)]
    evidence: Value,
    #[diesel(sql_type = Text)]
    pub source_type: String,
    #[diesel(sql_type = Text)]
    source_id: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Timestamptz)]
    pub answered_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub is_disputed: bool,
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// The column `evidence`. Version 1.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct StoredEvidence {
    pub points: f64,
    pub difficulty: f64,
    pub weight: f64,
}

impl EvidenceRow {
    pub fn evidence(&self) -> StoredEvidence {
        serde_json::from_value(self.evidence.clone()).unwrap_or_default()
    }

    fn answer(&self) -> ScoredAnswer {
        let stored = self.evidence();
        let part = if self.is_disputed { DISPUTED } else { 1.0 };
        ScoredAnswer {
            points: stored.points,
            difficulty: stored.difficulty,
            weight: stored.weight * part,
            at: self.answered_at,
        }
    }

    /// The order in which answers count. It does not depend on the time of storing.
    fn order(&self) -> (DateTime<Utc>, &str, &str) {
        (self.answered_at, &self.source_type, &self.source_id)
    }
}

/// Returns the evidence about these concepts, or about all of them, oldest first.
pub async fn evidence(
    conn: &mut Conn,
    learner: LearnerId,
    concepts: Option<&[String]>,
) -> QueryResult<Vec<EvidenceRow>> {
    let mut rows: Vec<EvidenceRow> = statement(
        "select p.progress_id, p.concept, p.mastery_level, p.evidence, p.source_type, p.source_id, p.course_id, p.answered_at,
                d.progress_id is not null as is_disputed, coalesce(d.reason, '') as reason
         from progress p left join progress_disputes d on d.progress_id = p.progress_id
         where p.learner_id = $1 and ($2 is null or p.concept = any($2))",
    )
    .bind::<SqlUuid, _>(learner)
    .bind::<Nullable<Array<Text>>, _>(concepts.map(<[String]>::to_vec))
    .load(conn)
    .await?;
    rows.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(rows)
}

fn beliefs_of(rows: &[EvidenceRow]) -> Beliefs {
    let mut answers: BTreeMap<&str, Vec<ScoredAnswer>> = BTreeMap::new();
    for row in rows {
        answers.entry(&row.concept).or_default().push(row.answer());
    }
    let beliefs = answers.into_iter().filter_map(|(concept, answers)| {
        Belief::after_all(&answers).map(|belief| (concept.to_owned(), belief))
    });
    beliefs.collect()
}

/// An answer to be stored.
#[derive(Debug, Clone)]
pub struct NewEvidence {
    pub concept: String,
    pub source: SourceType,
    /// Names the answer among those of its source, so that it counts once.
    pub source_id: String,
    pub course: Option<CourseId>,
    pub points: f64,
    pub difficulty: f64,
    pub weight: f64,
    pub at: DateTime<Utc>,
}

/// Stores answers of a learner that are not stored yet, and brings the caches up to date. Returns
/// the number of new ones.
pub async fn add(
    conn: &mut Conn,
    user: UserId,
    new: &[NewEvidence],
    thresholds: Thresholds,
) -> AppResult<usize> {
    let learner = learner(conn, user).await?;
    let concepts: BTreeSet<String> = new.iter().map(|one| one.concept.clone()).collect();
    let concepts: Vec<String> = concepts.into_iter().collect();
    let mut known = beliefs_of(&evidence(conn, learner, Some(&concepts)).await?);
    let mut added = 0;
    for one in new {
        let answer = ScoredAnswer {
            points: one.points,
            difficulty: one.difficulty,
            weight: one.weight,
            at: one.at,
        };
        let before = known.get(&one.concept).copied();
        let after = before
            .unwrap_or_else(|| Belief::prior(one.at))
            .after(&answer);
        let stored = json!({
            "version": 1, "points": one.points, "difficulty": one.difficulty, "weight": one.weight,
        });
        let is_new = statement(
            "insert into progress (learner_id, concept, mastery_level, evidence, source_type, source_id, course_id, answered_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind::<SqlUuid, _>(learner)
        .bind::<Text, _>(&one.concept)
        .bind::<Int4, _>(i32::from(after.level(after.at)))
        .bind::<Jsonb, _>(stored)
        .bind::<Text, _>(one.source.name())
        .bind::<Text, _>(&one.source_id)
        .bind::<Nullable<SqlUuid>, _>(one.course)
        .bind::<Timestamptz, _>(one.at)
        .execute(conn)
        .await?
            > 0;
        if is_new {
            known.insert(one.concept.clone(), after);
            added += 1;
        }
    }
    if added > 0 {
        refresh(conn, learner, Some(&concepts), thresholds).await?;
    }
    Ok(added)
}

/// Makes the caches of these concepts, or of all, anew from the rows of `progress`.
pub async fn refresh(
    conn: &mut Conn,
    learner: LearnerId,
    concepts: Option<&[String]>,
    thresholds: Thresholds,
) -> AppResult<()> {
    let fresh = beliefs_of(&evidence(conn, learner, concepts).await?);
    let mut all = match concepts {
        None => Beliefs::new(),
        Some(_) => {
            let row: MapRow = statement("select mastery_map from learners where learner_id = $1")
                .bind::<SqlUuid, _>(learner)
                .get_result(conn)
                .await?;
            let map: MasteryMap = serde_json::from_value(row.mastery_map).unwrap_or_default();
            map.concepts
        }
    };
    all.extend(fresh);
    let last = all.values().map(|belief| belief.at).max();
    let gaps: Vec<&String> = (all.iter())
        .filter(|(_, belief)| last.is_some_and(|last| belief.level(last) < thresholds.gap))
        .map(|(concept, _)| concept)
        .collect();
    let map = serde_json::to_value(MasteryMap {
        version: 1,
        concepts: all.clone(),
    });
    let map = map.map_err(|error| AppError::internal(&error))?;
    statement("update learners set mastery_map = $2, knowledge_gaps = $3 where learner_id = $1")
        .bind::<SqlUuid, _>(learner)
        .bind::<Jsonb, _>(map)
        .bind::<Array<Text>, _>(gaps)
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct DisputedRow {
    #[diesel(sql_type = Text)]
    concept: String,
}

/// Marks evidence as disputed by its learner, or takes that back. Returns the key of its concept,
/// or None if the person has no such evidence.
pub async fn dispute(
    conn: &mut Conn,
    user: UserId,
    progress: ProgressId,
    reason: Option<&str>,
    thresholds: Thresholds,
) -> AppResult<Option<String>> {
    let learner = learner(conn, user).await?;
    let found: Option<DisputedRow> =
        statement("select concept from progress where progress_id = $1 and learner_id = $2")
            .bind::<SqlUuid, _>(progress)
            .bind::<SqlUuid, _>(learner)
            .get_result(conn)
            .await
            .optional()?;
    let Some(DisputedRow { concept }) = found else {
        return Ok(None);
    };
    match reason {
        Some(reason) => {
            statement(
                "insert into progress_disputes (progress_id, reason) values ($1, $2)
                 on conflict (progress_id) do update set reason = excluded.reason",
            )
            .bind::<SqlUuid, _>(progress)
            .bind::<Text, _>(reason)
            .execute(conn)
            .await?
        }
        None => {
            statement("delete from progress_disputes where progress_id = $1")
                .bind::<SqlUuid, _>(progress)
                .execute(conn)
                .await?
        }
    };
    let concepts = [concept];
    refresh(conn, learner, Some(&concepts), thresholds).await?;
    let [concept] = concepts;
    Ok(Some(concept))
}
