//! Edits paths: their nodes and choices, and what they are published with.

use serde_json::json;
use uuid::Uuid;

use super::check_path::{CHOICES, CheckedChoice, CheckedNode, ChoiceTarget, PathProblem, problems};
use super::make;
use super::plan::PlanNode;
use super::rights::OnPath;
use super::store::{self, NodeRow, StoredChoice};
use crate::narrative::{
    CHOICE_CHARACTERS, ChoiceForm, PATH_DESCRIPTION_CHARACTERS, PATH_TITLE_CHARACTERS,
};
use crate::platform::audit::AuditEntry;
use crate::platform::db::{self, Conn};
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::figures::use_at_most;
use crate::platform::ids::{NodeId, NuggetId};
use crate::platform::names;

/// Most nodes of a path.
const MOST_NODES: usize = 200;

fn no_node() -> AppError {
    AppError::NotFound("There is no such part on this path.".to_owned())
}

/// Returns the problems that keep the path from being published.
pub fn check(nodes: &[NodeRow]) -> Vec<PathProblem> {
    let target = |choice: &StoredChoice| match choice.next_node_id {
        None => ChoiceTarget::End,
        Some(node) => match nodes.iter().position(|other| other.node_id == node) {
            Some(at) => ChoiceTarget::Node(at),
            None => ChoiceTarget::Gone,
        },
    };
    let checked: Vec<CheckedNode> = nodes
        .iter()
        .map(|node| {
            let meta = node.meta();
            let choices = node.choices().into_iter();
            CheckedNode {
                title: node.title.clone(),
                has_text: node.has_text,
                choices: choices
                    .map(|choice| CheckedChoice {
                        target: target(&choice),
                        text: choice.text,
                    })
                    .collect(),
                plan: PlanNode {
                    concepts: store::keys(&meta.concepts),
                    requires: store::keys(&meta.prerequisites),
                    is_open: node.has_text,
                },
            }
        })
        .collect();
    problems(&checked)
}

/// Changes made at the same time come one after the other.
async fn lock(conn: &mut Conn, on: &OnPath) -> AppResult<()> {
    Ok(db::lock(conn, &format!("path {}", on.path.path_id)).await?)
}

async fn record(conn: &mut Conn, on: &OnPath, action: &str) -> AppResult<()> {
    Ok(AuditEntry::done(action)
        .of("path", on.path.path_id)
        .change(None, Some(json!({ "title": on.path.title })))
        .by(&on.me.cx)
        .write(conn)
        .await?)
}

/// Publishes the path, or makes it a draft again.
///
/// # Errors
///
/// `Invalid` with all problems that the checker finds. Then nothing is changed.
pub async fn set_status(conn: &mut Conn, on: &OnPath, publish: bool) -> AppResult<()> {
    lock(conn, on).await?;
    let path = on.path.path_id;
    if publish {
        let found = check(&store::nodes(conn, path).await?);
        if !found.is_empty() {
            let sentences = found.into_iter().map(|problem| problem.sentence);
            let all: Vec<String> = sentences.collect();
            return Err(AppError::field("", all.join(" ")));
        }
    }
    let (status, action) = match publish {
        true => ("published", "path.published"),
        false => ("draft", "path.withdrawn"),
    };
    store::set_status(conn, path, status).await?;
    record(conn, on, action).await
}

/// Saves the title and the description.
pub async fn save(conn: &mut Conn, on: &OnPath, title: &str, description: &str) -> AppResult<()> {
    let title = names::tidy(title);
    let description = description.trim();
    let mut problems = FieldProblems::default();
    if title.is_empty() {
        problems.add("title", "Enter a title.");
    }
    if title.chars().count() > PATH_TITLE_CHARACTERS as usize {
        problems.add("title", use_at_most(PATH_TITLE_CHARACTERS));
    }
    if description.chars().count() > PATH_DESCRIPTION_CHARACTERS as usize {
        problems.add("description", use_at_most(PATH_DESCRIPTION_CHARACTERS));
    }
    problems.check()?;
    store::save_path(conn, on.path.path_id, &title, description).await?;
    Ok(())
}

/// Adds a nugget at the end of the path, with choices by rules.
pub async fn add_node(conn: &mut Conn, on: &OnPath, nugget: &str) -> AppResult<()> {
    let gone = || AppError::field("nugget", "Choose a nugget of the list.");
    let nugget = NuggetId(nugget.parse().map_err(|_| gone())?);
    lock(conn, on).await?;
    let path = on.path.path_id;
    let nodes = store::nodes(conn, path).await?;
    if nodes.len() >= MOST_NODES {
        let sentence = format!("A path has at most {MOST_NODES} parts.");
        return Err(AppError::field("nugget", sentence));
    }
    let free = store::free_nuggets(conn, path, on.path.course_id).await?;
    let of_path: Vec<NuggetId> = nodes.iter().map(|node| node.nugget_id).collect();
    let chosen = free.into_iter().find(|free| free.nugget_id == nugget);
    let chosen = chosen.ok_or_else(gone)?;
    let mut all = store::nuggets(conn, &of_path, None).await?;
    all.push(chosen);
    let built: Vec<_> = all.iter().map(make::built).collect();
    let id = NodeId(Uuid::new_v4());
    let mut ids: Vec<NodeId> = Vec::new();
    for one in &all {
        let node = nodes.iter().find(|node| node.nugget_id == one.nugget_id);
        ids.push(node.map_or(id, |node| node.node_id));
    }
    let mut choices = make::choices_of(&built, &ids)?;
    let own = choices.pop().unwrap_or_default();
    store::add_nodes(conn, path, &[(id, nugget, own)]).await?;
    Ok(())
}

/// An act on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeAct {
    Up,
    Down,
    Remove,
}

impl NodeAct {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// Moves a node by one place, or removes it. Choices that lead to a removed node stay, and the
/// checker names them.
pub async fn change_node(
    conn: &mut Conn,
    on: &OnPath,
    node: NodeId,
    act: NodeAct,
) -> AppResult<()> {
    lock(conn, on).await?;
    let path = on.path.path_id;
    let mut order: Vec<NodeId> = (store::nodes(conn, path).await?.iter())
        .map(|node| node.node_id)
        .collect();
    let at = order.iter().position(|other| *other == node);
    let at = at.ok_or_else(no_node)?;
    match act {
        NodeAct::Remove => {
            store::remove_node(conn, path, node).await?;
            return Ok(());
        }
        NodeAct::Up if at > 0 => order.swap(at, at - 1),
        NodeAct::Down if at + 1 < order.len() => order.swap(at, at + 1),
        _ => return Ok(()),
    }
    store::set_order(conn, path, &order).await?;
    Ok(())
}

/// Saves the choices of a node. Rows without a text are left out.
///
/// # Errors
///
/// `Invalid` with all problems. Then nothing is changed.
pub async fn save_choices(
    conn: &mut Conn,
    on: &OnPath,
    node: NodeId,
    typed: &[ChoiceForm],
) -> AppResult<()> {
    lock(conn, on).await?;
    let path = on.path.path_id;
    let nodes = store::nodes(conn, path).await?;
    let row = nodes.iter().find(|row| row.node_id == node);
    let before = row.ok_or_else(no_node)?.choices();
    let known: Vec<String> = nodes
        .iter()
        .flat_map(|node| store::keys(&node.meta().concepts))
        .collect();
    let mut problems = FieldProblems::default();
    let mut choices = Vec::new();
    for (at, form) in typed.iter().enumerate() {
        let text = names::tidy(&form.text);
        let field = |name: &str| format!("choices[{at}][{name}]");
        if text.is_empty() {
            continue;
        }
        if text.chars().count() > CHOICE_CHARACTERS as usize {
            problems.add(&field("text"), use_at_most(CHOICE_CHARACTERS));
        }
        let target = match form.target.as_str() {
            "end" => Some(None),
            id => {
                let is_it = |row: &&NodeRow| row.node_id.to_string() == id;
                nodes.iter().find(is_it).map(|row| Some(row.node_id))
            }
        };
        if target.is_none() {
            problems.add(&field("target"), "Choose where this leads.");
        }
        let concept = |key: &String| known.contains(key).then(|| key.clone());
        choices.push(StoredChoice {
            id: before
                .get(at)
                .map_or_else(|| Uuid::new_v4().to_string(), |choice| choice.id.clone()),
            text,
            next_node_id: target.flatten(),
            reveals_gap: concept(&form.reveals),
            confirms_mastery: concept(&form.confirms),
        });
    }
    if !CHOICES.contains(&choices.len()) {
        let sentence = format!("Write {} to {} choices.", CHOICES.start(), CHOICES.end());
        problems.add("", sentence);
    }
    problems.check()?;
    let stored = serde_json::to_value(&choices).map_err(|error| AppError::internal(&error))?;
    store::set_choices(conn, path, node, &stored).await?;
    Ok(())
}
