//! Puts parts of an outline where their authors dropped them.

use super::modules::shift_module;
use super::outline::{
    StoredTopic, described, finish, lock, no_part, put, record, stored_modules, stored_topics,
};
use crate::authoring::OutlinePart;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, TopicId};

/// A part of an outline, and the part before or after which it was dropped.
#[derive(Debug, Clone, Copy)]
pub struct PartDrop {
    pub part: OutlinePart,
    pub target: OutlinePart,
    pub is_after: bool,
}

/// Moves a part to where it was dropped. A topic that is dropped on a module becomes its first one.
pub async fn put_down(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: &str,
    place: PartDrop,
) -> AppResult<()> {
    lock(conn, tutor, course).await?;
    let old = described(conn, tutor.course, place.part).await?;
    match (place.part, place.target) {
        (OutlinePart::Module(number), OutlinePart::Module(target)) => {
            put_module(conn, tutor.course, number, target, place.is_after).await?;
        }
        (OutlinePart::Topic(topic), OutlinePart::Topic(target)) => {
            put_topic(conn, tutor.course, topic, target, place.is_after).await?;
        }
        (OutlinePart::Topic(topic), OutlinePart::Module(module)) => {
            let modules = stored_modules(conn, tutor.course).await?;
            let all = stored_topics(conn, tutor.course).await?;
            let is_module = modules.iter().any(|(number, _)| *number == module);
            if !is_module || !all.iter().any(|stored| stored.topic_id == topic) {
                return Err(no_part());
            }
            put(conn, topic, module, 0).await?;
        }
        (OutlinePart::Module(_), OutlinePart::Topic(_)) => return Err(no_part()),
    }
    let new = described(conn, tutor.course, place.part).await?;
    record(conn, tutor, "outline.moved", (old, new)).await?;
    finish(conn, tutor.course).await
}

/// Moves a module past one neighbor after the other.
async fn put_module(
    conn: &mut Conn,
    course: CourseId,
    number: i32,
    target: i32,
    is_after: bool,
) -> AppResult<()> {
    let modules = stored_modules(conn, course).await?;
    let numbers: Vec<i32> = modules.into_iter().map(|(number, _)| number).collect();
    let place = |wanted: i32| numbers.iter().position(|number| *number == wanted);
    let from = place(number).ok_or_else(no_part)?;
    let target = place(target).ok_or_else(no_part)?;
    // The places that the module leaves, one after the other.
    let is_up = target < from;
    let mut left: Vec<i32> = match is_up {
        true => {
            let first = target + 1 + usize::from(is_after);
            numbers.into_iter().take(from + 1).skip(first).collect()
        }
        false => {
            let last = target.saturating_sub(usize::from(!is_after));
            numbers.into_iter().take(last).skip(from).collect()
        }
    };
    if is_up {
        left.reverse();
    }
    for number in left {
        shift_module(conn, course, number, is_up).await?;
    }
    Ok(())
}

async fn put_topic(
    conn: &mut Conn,
    course: CourseId,
    topic: TopicId,
    target: TopicId,
    is_after: bool,
) -> AppResult<()> {
    let mut all = stored_topics(conn, course).await?;
    let at = |all: &[StoredTopic], id| all.iter().position(|stored| stored.topic_id == id);
    let moved = all.remove(at(&all, topic).ok_or_else(no_part)?);
    if topic == target {
        return Ok(());
    }
    let place = at(&all, target).ok_or_else(no_part)?;
    let module = all[place].module_no;
    all.insert(place + usize::from(is_after), moved);
    let here = all
        .iter()
        .filter(|stored| stored.module_no == module || stored.topic_id == topic);
    for (stored, place) in here.zip(1..) {
        if stored.module_no != module || stored.place() != place {
            put(conn, stored.topic_id, module, place).await?;
        }
    }
    Ok(())
}
