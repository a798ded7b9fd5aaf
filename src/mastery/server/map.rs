//! Loads the map of what a learner knows: for themselves, and for tutors of their courses.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::map_html;
use super::model::Belief;
use super::store::{self, EvidenceRow};
use crate::activity::server::store::learner_named;
use crate::mastery::{
    ConceptStanding, KnowledgePage, TaughtKnowledgePage, Thresholds, knowledge_path,
    taught_knowledge_path,
};
use crate::platform::db::schema::users;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ids::{CourseId, UserId};
use crate::platform::time::Clock;

/// The map as it is rendered.
pub struct KnowledgeMap {
    /// None for the learner themselves.
    pub course: Option<(CourseId, String, String)>,
    pub thresholds: Thresholds,
    pub concepts: Vec<MappedConcept>,
    pub detail: Option<ConceptDetail>,
}

/// A concept with what is believed about the learner.
pub struct MappedConcept {
    pub key: String,
    pub name: String,
    pub belief: Option<Belief>,
    pub standing: ConceptStanding,
    /// Places in the list of the concepts that it requires.
    pub requires: Vec<usize>,
}

/// The evidence about one concept, newest first.
pub struct ConceptDetail {
    pub at: usize,
    pub rows: Vec<EvidenceRow>,
    /// Answers that are not listed, because they belong to other courses.
    pub elsewhere: usize,
}

impl KnowledgeMap {
    pub fn path(&self, concept: &str) -> String {
        match &self.course {
            None => knowledge_path(concept),
            Some((_, course, username)) => taught_knowledge_path(course, username, concept),
        }
    }
}

#[derive(QueryableByName)]
struct ConceptRow {
    #[diesel(sql_type = Text)]
    concept_key: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    requires: Vec<String>,
}

/// Returns the concepts of the map, those of a course in the order of the alphabet. Of the
/// learner's own courses only topics that they have opened count, so that the map tells nothing of
/// what is locked.
async fn concepts(
    conn: &mut Conn,
    user: UserId,
    course: Option<CourseId>,
    known: &[String],
) -> QueryResult<Vec<ConceptRow>> {
    statement(
        "with named as (
             select k ->> 'concept' as name
             from ai_notes n
             join topics t on t.topic_id = n.topic_id and t.retired_at is null
             cross join lateral jsonb_array_elements(n.key_concepts) k
             where case when $2 is null then exists (
                       select from topic_progress tp join enrollments e on e.user_id = tp.user_id and e.course_id = n.course_id
                       where tp.user_id = $1 and tp.topic_id = n.topic_id and e.status in ('active', 'completed'))
                   else n.course_id = $2 end
             union
             select k.name
             from narrative_nodes d
             join narrative_paths p on p.path_id = d.path_id
             join nuggets u on u.nugget_id = d.nugget_id and u.retired_at is null
             cross join lateral jsonb_array_elements_text(case jsonb_typeof(u.metadata -> 'concepts') when 'array' then u.metadata -> 'concepts' else '[]' end) k (name)
             where case when $2 is null then exists (
                       select from narrative_messages m
                       join narrative_sessions s on s.session_id = m.session_id
                       join learners l on l.learner_id = s.learner_id
                       where l.user_id = $1 and m.media ->> 'nugget' = d.nugget_id::text)
                   else p.course_id = $2 end
         )
         select c.concept_key, c.name,
                array(select r.concept_key from concept_edges e join concepts r on r.concept_id = e.requires_id
                      where e.concept_id = c.concept_id order by r.concept_key) as requires
         from concepts c
         where c.name in (select name from named) or lower(c.name) in (select lower(name) from named)
            or ($2 is null and c.concept_key = any($3))
         order by c.concept_key
         limit 400",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlUuid>, _>(course)
    .bind::<Array<Text>, _>(known)
    .load(conn)
    .await
}

/// Returns the learner's own map.
pub async fn own(
    conn: &mut Conn,
    user: UserId,
    concept: &str,
    thresholds: Thresholds,
    flash: Option<&Flash>,
    clock: &Clock,
) -> AppResult<KnowledgePage> {
    let map = load(conn, user, None, concept, thresholds, clock).await?;
    let concept = (map.detail.as_ref())
        .and_then(|detail| map.concepts.get(detail.at))
        .map(|concept| concept.name.clone());
    Ok(KnowledgePage {
        concept: concept.unwrap_or_default(),
        map: map_html::map(&map, flash, clock),
    })
}

/// Returns the map of a learner of a course for its tutors.
pub async fn taught(
    conn: &mut Conn,
    (course, course_slug): (CourseId, String),
    username: &str,
    concept: &str,
    thresholds: Thresholds,
    clock: &Clock,
) -> AppResult<TaughtKnowledgePage> {
    let no_learner =
        || AppError::NotFound("There is no learner with this name in the course.".to_owned());
    let user = learner_named(conn, course, username)
        .await?
        .ok_or_else(no_learner)?;
    let name: String = users::table
        .filter(users::user_id.eq(user))
        .select(users::display_name)
        .first(conn)
        .await?;
    let at = Some((course, course_slug.clone(), username.to_owned()));
    let map = load(conn, user, at, concept, thresholds, clock).await?;
    Ok(TaughtKnowledgePage {
        course_title: crate::course::server::store::title(conn, course).await?,
        course_slug,
        username: username.to_owned(),
        name,
        map: map_html::map(&map, None, clock),
    })
}

async fn load(
    conn: &mut Conn,
    user: UserId,
    course: Option<(CourseId, String, String)>,
    concept: &str,
    thresholds: Thresholds,
    clock: &Clock,
) -> AppResult<KnowledgeMap> {
    let beliefs = store::beliefs(conn, user).await?;
    let known: Vec<String> = beliefs.keys().cloned().collect();
    let of_course = course.as_ref().map(|(course, ..)| *course);
    let mut rows = concepts(conn, user, of_course, &known).await?;
    if of_course.is_none() {
        // Evidence stays after its concept has left the graph.
        let named: BTreeMap<&str, ()> = rows
            .iter()
            .map(|row| (row.concept_key.as_str(), ()))
            .collect();
        let gone = known.iter().filter(|key| !named.contains_key(key.as_str()));
        let gone: Vec<ConceptRow> = gone
            .map(|key| ConceptRow {
                concept_key: key.clone(),
                name: key.clone(),
                requires: Vec::new(),
            })
            .collect();
        rows.extend(gone);
    }
    let place: HashMap<String, usize> = (rows.iter().enumerate())
        .map(|(at, row)| (row.concept_key.clone(), at))
        .collect();
    let concepts = rows.into_iter().map(|row| {
        let belief = beliefs.get(&row.concept_key).copied();
        let level = belief.map(|belief| belief.level(clock.now));
        let requires = row.requires.iter();
        MappedConcept {
            requires: requires.filter_map(|key| place.get(key).copied()).collect(),
            key: row.concept_key,
            name: row.name,
            belief,
            standing: ConceptStanding::of(level, thresholds),
        }
    });
    let concepts: Vec<MappedConcept> = concepts.collect();
    let detail = match (concept.is_empty(), place.get(concept)) {
        (true, _) => None,
        (false, Some(at)) => Some(detail(conn, user, of_course, concept, *at).await?),
        (false, None) => {
            return Err(AppError::NotFound(
                "There is no such concept on this map.".to_owned(),
            ));
        }
    };
    Ok(KnowledgeMap {
        course,
        thresholds,
        concepts,
        detail,
    })
}

async fn detail(
    conn: &mut Conn,
    user: UserId,
    course: Option<CourseId>,
    concept: &str,
    at: usize,
) -> AppResult<ConceptDetail> {
    let mut rows = match store::learner_if_any(conn, user).await? {
        Some(learner) => store::evidence(conn, learner, Some(&[concept.to_owned()])).await?,
        None => Vec::new(),
    };
    let all = rows.len();
    rows.retain(|row| course.is_none() || row.course_id == course);
    rows.reverse();
    Ok(ConceptDetail {
        at,
        elsewhere: all - rows.len(),
        rows,
    })
}
