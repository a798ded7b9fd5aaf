//! The graph of concepts of an organization: concepts of nuggets and key concepts of topics, and
//! which of them build on which. [`fill`] makes it anew from these sources.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;

use crate::notes::server::extract::find_word;
use crate::notes::server::store::concepts_of;
use crate::platform::db::{self, Conn, statement};
use crate::platform::error::AppResult;
use crate::platform::ids::CourseId;

/// Longest key and name of a concept, in characters.
const CHARACTERS: usize = 120;

/// Returns the form of a name in which spellings of the same concept are equal. Empty only for a
/// name without characters.
pub fn concept_key(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'))
        .filter(|word| !word.is_empty())
        .collect();
    let words = match words.as_slice() {
        ["a" | "an" | "the", rest @ ..] if !rest.is_empty() => rest.join(" "),
        words => words.join(" "),
    };
    let key = if words.is_empty() {
        lower.trim().to_owned()
    } else {
        words
    };
    key.chars().take(CHARACTERS).collect()
}

/// Metadata of a nugget, as far as the graph and the paths use it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ConceptMeta {
    pub concepts: Vec<String>,
    pub prerequisites: Vec<String>,
    /// From 1 to 10.
    pub difficulty: Option<f64>,
}

impl ConceptMeta {
    /// Reads stored metadata. Metadata that cannot be read are empty.
    pub fn of(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or_default()
    }
}

/// A key concept of a topic with its definition.
#[derive(Debug, Clone)]
pub struct NotedConcept {
    pub course: CourseId,
    pub name: String,
    pub definition: String,
}

/// The graph that the sources give: names by key, and pairs of a concept and one that it requires.
#[derive(Debug, Default, PartialEq)]
pub struct ConceptGraph {
    pub names: BTreeMap<String, String>,
    pub edges: BTreeSet<(String, String)>,
}

/// Makes the graph. A concept of a course requires each concept that is defined before it and that
/// its own definition names. An edge that would close a cycle is left out.
pub fn graph(nuggets: &[ConceptMeta], notes: &[NotedConcept]) -> ConceptGraph {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: &str| {
        let key = concept_key(name);
        if !key.is_empty() {
            let name = name.trim().chars().take(CHARACTERS).collect();
            names.entry(key.clone()).or_insert(name);
        }
        key
    };
    let mut wanted: Vec<(String, String)> = Vec::new();
    let mut defined: HashMap<CourseId, Vec<(String, String)>> = HashMap::new();
    for note in notes {
        let key = add(&note.name);
        let before = defined.entry(note.course).or_default();
        let definition = note.definition.to_lowercase();
        for (other, lower) in before.iter() {
            if find_word(&definition, lower).is_some() {
                wanted.push((key.clone(), other.clone()));
            }
        }
        before.push((key, note.name.to_lowercase()));
    }
    for nugget in nuggets {
        let concepts: Vec<String> = nugget.concepts.iter().map(|name| add(name)).collect();
        let required: Vec<String> = nugget.prerequisites.iter().map(|name| add(name)).collect();
        for concept in &concepts {
            let others = required.iter().filter(|other| !concepts.contains(other));
            wanted.extend(others.map(|other| (concept.clone(), other.clone())));
        }
    }
    names.remove("");
    ConceptGraph {
        edges: without_cycles(
            wanted.into_iter().filter(|(from, to)| {
                from != to && names.contains_key(from) && names.contains_key(to)
            }),
        ),
        names,
    }
}

/// Takes edges in their order, but for those that would close a cycle.
pub fn without_cycles(edges: impl Iterator<Item = (String, String)>) -> BTreeSet<(String, String)> {
    let mut kept = BTreeSet::new();
    let mut next: HashMap<String, Vec<String>> = HashMap::new();
    for (from, to) in edges {
        if from == to || kept.contains(&(from.clone(), to.clone())) {
            continue;
        }
        if reaches(&next, &to, &from) {
            continue;
        }
        next.entry(from.clone()).or_default().push(to.clone());
        kept.insert((from, to));
    }
    kept
}

fn reaches(next: &HashMap<String, Vec<String>>, from: &str, to: &str) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        for other in next.get(at).into_iter().flatten() {
            if seen.insert(other) {
                open.push(other);
            }
        }
    }
    false
}

#[derive(QueryableByName)]
struct MetaRow {
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
}

#[derive(QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = SqlUuid)]
    course_id: CourseId,
    #[diesel(sql_type = Jsonb)]
    key_concepts: Value,
}

/// Makes the stored graph equal to what the sources give. Running it again changes nothing.
pub async fn fill(conn: &mut Conn) -> AppResult<()> {
    db::lock(conn, "concepts").await?;
    let nuggets: Vec<MetaRow> = statement(
        "select metadata from nuggets where retired_at is null and status = 'ready' order by created_at, nugget_id",
    )
    .load(conn)
    .await?;
    let notes: Vec<NoteRow> = statement(
        "select n.course_id, n.key_concepts from ai_notes n join topics t on t.topic_id = n.topic_id
         where t.retired_at is null order by n.course_id, t.module_no, t.topic_number",
    )
    .load(conn)
    .await?;
    let nuggets: Vec<ConceptMeta> = nuggets
        .into_iter()
        .map(|row| ConceptMeta::of(row.metadata))
        .collect();
    let notes: Vec<NotedConcept> = notes
        .into_iter()
        .flat_map(|row| {
            let course = row.course_id;
            let concepts = concepts_of(row.key_concepts).into_iter();
            concepts.map(move |concept| NotedConcept {
                course,
                name: concept.concept,
                definition: concept.definition,
            })
        })
        .collect();
    let made = tokio::task::spawn_blocking(move || graph(&nuggets, &notes)).await;
    let made = made.map_err(|error| crate::platform::error::AppError::internal(&error))?;
    store(conn, made).await
}

async fn store(conn: &mut Conn, graph: ConceptGraph) -> AppResult<()> {
    let (keys, names): (Vec<String>, Vec<String>) = graph.names.into_iter().unzip();
    statement("delete from concepts where not concept_key = any($1)")
        .bind::<Array<Text>, _>(&keys)
        .execute(conn)
        .await?;
    statement(
        "insert into concepts (concept_key, name) select * from unnest($1, $2)
         on conflict (organization_id, concept_key) do update set name = excluded.name
         where concepts.name is distinct from excluded.name",
    )
    .bind::<Array<Text>, _>(&keys)
    .bind::<Array<Text>, _>(&names)
    .execute(conn)
    .await?;
    let (from, to): (Vec<String>, Vec<String>) = graph.edges.into_iter().unzip();
    statement(
        "with wanted as (
             select a.concept_id, b.concept_id as requires_id
             from unnest($1, $2) as e (concept, required)
             join concepts a on a.concept_key = e.concept
             join concepts b on b.concept_key = e.required
         ), gone as (
             delete from concept_edges g
             where not exists (select from wanted w where w.concept_id = g.concept_id and w.requires_id = g.requires_id)
         )
         insert into concept_edges (concept_id, requires_id) select concept_id, requires_id from wanted
         on conflict do nothing",
    )
    .bind::<Array<Text>, _>(&from)
    .bind::<Array<Text>, _>(&to)
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_concept_have_one_key() {
        for name in ["The Borrow-Checker", "borrow checker", " Borrow  checker. "] {
            assert_eq!(concept_key(name), "borrow checker");
        }
        assert_eq!(concept_key("C++"), "c++");
        assert_eq!(concept_key("=="), "==");
        assert_eq!(concept_key("The"), "the");
        assert_eq!(concept_key(" "), "");
    }

    #[test]
    fn a_definition_that_names_an_earlier_concept_requires_it() {
        let course = CourseId(uuid::Uuid::nil());
        let note = |name: &str, definition: &str| NotedConcept {
            course,
            name: name.to_owned(),
            definition: definition.to_owned(),
        };
        let notes = [
            note("Mean", "The mean is the sum divided by the count."),
            note(
                "Spread",
                "The spread says how far values are from the mean.",
            ),
        ];
        let nugget = ConceptMeta {
            concepts: vec!["Outlier".to_owned()],
            prerequisites: vec!["spread".to_owned()],
            difficulty: None,
        };
        let graph = graph(&[nugget], &notes);
        let edge = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            graph.edges,
            BTreeSet::from([edge("outlier", "spread"), edge("spread", "mean")])
        );
        assert_eq!(graph.names["spread"], "Spread");
    }

    proptest! {
        #[test]
        fn no_edges_close_a_cycle(drawn in prop::collection::vec((0u8..12, 0u8..12), 0..60)) {
            let edges = drawn.iter().map(|(a, b)| (a.to_string(), b.to_string()));
            let kept = without_cycles(edges);
            let mut next: HashMap<String, Vec<String>> = HashMap::new();
            for (from, to) in &kept {
                next.entry(from.clone()).or_default().push(to.clone());
            }
            for (from, to) in &kept {
                prop_assert!(!reaches(&next, to, from));
            }
        }
    }
}
