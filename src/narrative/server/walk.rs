//! The steps of a session: begin, answer, go on, search. The planner by rules decides which tools
//! it calls.

use serde_json::json;

use super::plan::PathStep;
use super::rights::OnPath;
use super::session::{LoadedPath, WalkState};
use super::session_store::{self as store, PathSessionRow};
use super::tools::{self, ToolCall, Why};
use crate::mastery::server::store as mastery;
use crate::narrative::{ANSWER_CHARACTERS, SessionMode};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::use_at_most;
use crate::platform::ids::NodeId;
use crate::platform::time::Clock;

fn no_session() -> AppError {
    AppError::Conflict("This walk has ended. Begin the path again.".to_owned())
}

/// Begins a session, or takes up the one that is open, in this mode.
pub async fn begin(
    conn: &mut Conn,
    on: &OnPath,
    mode: SessionMode,
    clock: &Clock,
) -> AppResult<()> {
    let user = on.me.user_id();
    let learner = mastery::learner(conn, user).await?;
    let fresh = WalkState {
        version: 1,
        ..WalkState::default()
    };
    let path = on.path.path_id;
    store::begin(conn, learner, path, mode.name(), &fresh.to_json()?).await?;
    let session = store::open_session(conn, user, path)
        .await?
        .ok_or_else(no_session)?;
    let mut state = WalkState::of(&session.state);
    if state.visits.is_empty() {
        let loaded = LoadedPath::load(conn, on, clock).await?;
        if !loaded.plan().iter().any(|node| node.is_open) {
            let sentence =
                "No part of this path is open to you yet. Go on with the course, and come back.";
            return Err(AppError::Conflict(sentence.to_owned()));
        }
        let calls = vec![
            tools::get_learner_progress(&loaded),
            tools::identify_gaps(&loaded),
        ];
        let to = Destination::Guided;
        let session = PathSessionRow {
            mode: mode.name().to_owned(),
            ..session
        };
        return go(conn, &loaded, (&session, &mut state), to, calls, clock).await;
    }
    let node = session.current_node_id;
    let json = state.to_json()?;
    store::keep(conn, session.session_id, node, &json, mode.name(), None).await?;
    Ok(())
}

/// The place to which a session goes.
#[derive(Debug, Clone, PartialEq)]
enum Destination {
    Guided,
    /// A node by its place, and why.
    Node(usize, Why),
    End,
}

/// Goes to the next node or to the end, delivers it and asks about it.
async fn go(
    conn: &mut Conn,
    path: &LoadedPath,
    (session, state): (&PathSessionRow, &mut WalkState),
    to: Destination,
    mut calls: Vec<ToolCall>,
    clock: &Clock,
) -> AppResult<()> {
    let from = session.current_node_id;
    let to = match to {
        Destination::Guided => {
            let (next, call) = tools::adapt_narrative(path, state, from, clock);
            calls.push(call);
            match next {
                PathStep::Show(at) => Some(at),
                PathStep::End { .. } => None,
            }
        }
        Destination::Node(at, why) => {
            let to = path.nodes.get(at).map(|node| node.node_id);
            calls.push(ToolCall::AdaptNarrative { from, to, why });
            Some(at)
        }
        Destination::End => {
            let why = Why::Finished;
            calls.push(ToolCall::AdaptNarrative {
                from,
                to: None,
                why,
            });
            None
        }
    };
    state.question = None;
    state.found.clear();
    let Some(at) = to else {
        let calls = tools::stored(&calls)?;
        let said = ("assistant", "This is the end of the path for now.");
        store::say(conn, session.session_id, said, Some(&calls), None).await?;
        let json = state.to_json()?;
        let (id, mode) = (session.session_id, session.mode.as_str());
        store::keep(conn, id, None, &json, mode, Some(clock.now)).await?;
        return Ok(());
    };
    let (deliver, media) = tools::deliver_nugget(path, at)?;
    let ToolCall::DeliverNugget {
        node,
        nugget,
        title,
    } = deliver.clone()
    else {
        return Err(AppError::internal("the tool delivered something else"));
    };
    calls.extend([deliver, media.clone()]);
    let round = state
        .visits
        .iter()
        .filter(|visit| visit.node == node)
        .count();
    state.visit(node, clock.now);
    if let Some((asked, call)) = tools::ask_question(path, at, round).await? {
        state.question = Some(asked);
        calls.push(call);
    }
    let slides = matches!(media, ToolCall::ShowMedia { slides: true, .. });
    let media = json!({ "nugget": nugget, "slides": slides });
    let calls = tools::stored(&calls)?;
    let said = ("assistant", title.as_str());
    store::say(conn, session.session_id, said, Some(&calls), Some(&media)).await?;
    let json = state.to_json()?;
    let (id, mode) = (session.session_id, session.mode.as_str());
    store::keep(conn, id, Some(node), &json, mode, None).await?;
    Ok(())
}

/// Grades the answer to the question with this id. An answer to a question that was answered
/// before, or is not asked any more, changes nothing.
pub async fn answer(
    conn: &mut Conn,
    on: &OnPath,
    question: &str,
    given: &str,
    clock: &Clock,
) -> AppResult<()> {
    let given = given.trim();
    if given.chars().count() > ANSWER_CHARACTERS as usize {
        return Err(AppError::field("given", use_at_most(ANSWER_CHARACTERS)));
    }
    let user = on.me.user_id();
    // Locked before the session, as `begin` does. Otherwise the two could wait for each other.
    mastery::learner(conn, user).await?;
    let session = store::open_session(conn, user, on.path.path_id)
        .await?
        .ok_or_else(no_session)?;
    let mut state = WalkState::of(&session.state);
    let Some(asked) = state.question.clone() else {
        return Ok(());
    };
    if asked.id.to_string() != question || asked.outcome.is_some() {
        return Ok(());
    }
    let options = &asked.question.options;
    if given.is_empty() || !(options.is_empty() || options.iter().any(|one| one == given)) {
        let sentence = match options.is_empty() {
            true => "Enter an answer, or go on without one.",
            false => "Choose an answer, or go on without one.",
        };
        return Err(AppError::field("given", sentence));
    }
    let (outcome, call) = tools::update_mastery(conn, on, &asked, given, clock).await?;
    let said = match outcome.is_right {
        true => "That is right.".to_owned(),
        false => format!("Not quite. The text says: {}", asked.question.key()),
    };
    store::say(conn, session.session_id, ("user", given), None, None).await?;
    let calls = tools::stored(&[call])?;
    let said = ("assistant", said.as_str());
    store::say(conn, session.session_id, said, Some(&calls), None).await?;
    if let Some(asked) = &mut state.question {
        asked.outcome = Some(outcome);
    }
    let (id, node) = (session.session_id, session.current_node_id);
    store::keep(conn, id, node, &state.to_json()?, &session.mode, None).await?;
    Ok(())
}

/// Goes on from a node: `to` is "next", "finish", the id of a choice, or "node-" and the id of a
/// node that the learner asks for, whatever it requires. The form says the node and the number of
/// steps of the session when it was shown. If either has changed since, nothing happens.
pub async fn go_on(
    conn: &mut Conn,
    on: &OnPath,
    (from, steps): (&str, usize),
    to: &str,
    clock: &Clock,
) -> AppResult<()> {
    let user = on.me.user_id();
    let session = store::open_session(conn, user, on.path.path_id)
        .await?
        .ok_or_else(no_session)?;
    let here = session.current_node_id;
    let mut state = WalkState::of(&session.state);
    let is_from_here = here.map(|node| node.to_string()).unwrap_or_default() == from;
    if !is_from_here || state.steps != steps {
        return Ok(());
    }
    let path = LoadedPath::load(conn, on, clock).await?;
    let (destination, said) = destination(&path, &state, here, to, clock)?;
    store::say(conn, session.session_id, ("user", &said), None, None).await?;
    let calls = Vec::new();
    go(
        conn,
        &path,
        (&session, &mut state),
        destination,
        calls,
        clock,
    )
    .await
}

/// Reads where a form leads, and what the learner says with it.
fn destination(
    path: &LoadedPath,
    state: &WalkState,
    here: Option<NodeId>,
    to: &str,
    clock: &Clock,
) -> AppResult<(Destination, String)> {
    let gone = || AppError::field("to", "This way is not open. Choose another one.");
    match to {
        "next" => return Ok((Destination::Guided, "Go on".to_owned())),
        "finish" => return Ok((Destination::End, "Finish".to_owned())),
        _ => {}
    }
    if let Some(node) = to.strip_prefix("node-") {
        let node = NodeId(node.parse().map_err(|_| gone())?);
        let at = path.place(node).ok_or_else(gone)?;
        // Topics that the course keeps locked stay so.
        let row = path.nodes.get(at).filter(|_| path.plan()[at].is_open);
        let title = &row.ok_or_else(gone)?.title;
        return Ok((
            Destination::Node(at, Why::Asked),
            format!("Show me “{title}”"),
        ));
    }
    let visits = path.visits(state);
    let plan = path.state(&visits, clock.now);
    let here = here.and_then(|node| path.place(node)).ok_or_else(gone)?;
    let mut offered = path.offered(here, &plan).into_iter();
    let (choice, target) = offered
        .find(|(choice, _)| choice.id == to)
        .ok_or_else(gone)?;
    let destination = match target {
        Some(at) => Destination::Node(at, Why::Choice),
        None => Destination::End,
    };
    Ok((destination, choice.text))
}

/// Searches the path for what the learner asks about.
pub async fn search(conn: &mut Conn, on: &OnPath, query: &str, clock: &Clock) -> AppResult<()> {
    let query = query.trim();
    if query.is_empty() {
        return Err(AppError::field("q", "Enter what you want to know about."));
    }
    let session = store::open_session(conn, on.me.user_id(), on.path.path_id)
        .await?
        .ok_or_else(no_session)?;
    let path = LoadedPath::load(conn, on, clock).await?;
    let call = tools::search_nuggets(&path, query)?;
    let mut state = WalkState::of(&session.state);
    let said = match &call {
        ToolCall::SearchNuggets { found, .. } if found.is_empty() => {
            format!("Nothing on this path is about “{query}”.")
        }
        ToolCall::SearchNuggets { found, .. } => {
            state.found.clone_from(found);
            format!("About “{query}”:")
        }
        _ => String::new(),
    };
    store::say(conn, session.session_id, ("user", query), None, None).await?;
    let calls = tools::stored(&[call])?;
    store::say(
        conn,
        session.session_id,
        ("assistant", &said),
        Some(&calls),
        None,
    )
    .await?;
    let (id, node) = (session.session_id, session.current_node_id);
    store::keep(conn, id, node, &state.to_json()?, &session.mode, None).await?;
    Ok(())
}
