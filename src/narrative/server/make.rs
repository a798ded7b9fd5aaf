//! Makes a path of a course or of a document by rules.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::build::{self, BuiltNugget, MOST_NODES};
use super::store::{self, NewPath, NuggetChoice, StoredChoice};
use super::topic_nuggets;
use crate::mastery::server::concepts;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, NodeId, NuggetId, PathId, UserId};

#[derive(QueryableByName)]
struct TitleRow {
    #[diesel(sql_type = Text)]
    title: String,
}

/// Makes a draft of a path from the topics of a course: their nuggets that teach a concept.
pub async fn of_course(conn: &mut Conn, by: UserId, course: CourseId) -> AppResult<PathId> {
    let ids = topic_nuggets::make(conn, course).await?;
    concepts::fill(conn).await?;
    let row: TitleRow = statement("select title from courses where course_id = $1")
        .bind::<SqlUuid, _>(course)
        .get_result(conn)
        .await?;
    let mut nuggets = store::nuggets(conn, &ids, None).await?;
    nuggets.retain(|nugget| !nugget.meta().concepts.is_empty());
    if nuggets.is_empty() {
        return Err(AppError::field(
            "source",
            "The topics of this course have no key concepts yet. Write them in the notes of a topic, or wait until they are found.",
        ));
    }
    let title = format!("{}: a path", row.title);
    let new = NewPath {
        title: &title,
        description: "The key concepts of the course, in the order that fits what you know.",
        course: Some(course),
        document: None,
        by,
    };
    add(conn, new, &nuggets).await
}

/// Makes a draft of a path from the nuggets of a document.
pub async fn of_document(conn: &mut Conn, by: UserId, document: Uuid) -> AppResult<PathId> {
    concepts::fill(conn).await?;
    let row: Option<TitleRow> = statement("select title from documents where document_id = $1")
        .bind::<SqlUuid, _>(document)
        .get_result(conn)
        .await
        .optional()?;
    let row = row.ok_or_else(|| AppError::field("source", "There is no such document."))?;
    let nuggets = store::nuggets(conn, &[], Some(document)).await?;
    if nuggets.is_empty() {
        return Err(AppError::field(
            "source",
            "This document has no nuggets yet.",
        ));
    }
    let new = NewPath {
        title: &row.title,
        description: "",
        course: None,
        document: Some(document),
        by,
    };
    add(conn, new, &nuggets).await
}

/// Stores the path with the order and the choices that the rules give.
async fn add(conn: &mut Conn, new: NewPath<'_>, nuggets: &[NuggetChoice]) -> AppResult<PathId> {
    let nuggets = &nuggets[..nuggets.len().min(MOST_NODES)];
    let built: Vec<BuiltNugget> = nuggets.iter().map(built).collect();
    let order = build::order(&built);
    let ordered: Vec<BuiltNugget> = order.iter().map(|at| built[*at].clone()).collect();
    let ids: Vec<NodeId> = order.iter().map(|_| NodeId(Uuid::new_v4())).collect();
    let choices = choices_of(&ordered, &ids)?;
    let title: String = new.title.chars().take(200).collect();
    let new = NewPath {
        title: &title,
        ..new
    };
    let path = store::add_path(conn, &new).await?;
    let nodes: Vec<(NodeId, NuggetId, Value)> = (ids.iter().zip(&order).zip(choices))
        .map(|((id, at), choices)| (*id, nuggets[*at].nugget_id, choices))
        .collect();
    store::add_nodes(conn, path, &nodes).await?;
    Ok(path)
}

/// A nugget as the rules see it.
pub fn built(nugget: &NuggetChoice) -> BuiltNugget {
    let meta = nugget.meta();
    BuiltNugget {
        title: nugget.title.clone(),
        concepts: store::keys(&meta.concepts),
        requires: store::keys(&meta.prerequisites),
    }
}

/// Returns the choices of nodes with these ids as they are stored.
pub fn choices_of(nuggets: &[BuiltNugget], ids: &[NodeId]) -> AppResult<Vec<Value>> {
    let by_place: HashMap<usize, NodeId> = ids.iter().copied().enumerate().collect();
    let stored = build::choices(nuggets).into_iter().map(|choices| {
        let choices = choices.into_iter().map(|choice| StoredChoice {
            id: Uuid::new_v4().to_string(),
            text: choice.text.chars().take(200).collect(),
            next_node_id: choice.target.and_then(|at| by_place.get(&at).copied()),
            reveals_gap: choice.reveals_gap,
            confirms_mastery: choice.confirms_mastery,
        });
        serde_json::to_value(choices.collect::<Vec<_>>())
            .map_err(|error| AppError::internal(&error))
    });
    stored.collect()
}
