//! Queries of the audit log, and its file.

pub mod export;
pub mod retention;
pub mod store;

use serde_json::Value;

use super::{AuditLine, AuditPage, AuditQuery, ChangedValue, ENTRIES_ON_PAGE};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use store::{AuditFilter, AuditRow};

/// Entries on the page of a person.
const ABOUT_PERSON: i64 = 10;
/// Longest value that a page shows, in characters. Files hold all of it.
const SHOWN: usize = 300;

/// Returns a page of the log.
pub async fn page(conn: &mut Conn, query: &AuditQuery, clock: &Clock) -> AppResult<AuditPage> {
    let (actions, kinds) = store::names(conn).await?;
    let filter = match AuditFilter::read(conn, query, clock).await? {
        Ok(filter) => filter,
        Err(problem) => {
            return Ok(AuditPage {
                lines: Vec::new(),
                next: None,
                actions,
                kinds,
                problem: Some(problem),
                kept_months: 0,
            });
        }
    };
    let mut rows = store::entries(conn, &filter, ENTRIES_ON_PAGE + 1).await?;
    let has_more = rows.len() as i64 > ENTRIES_ON_PAGE;
    rows.truncate(ENTRIES_ON_PAGE as usize);
    let lines: Vec<AuditLine> = rows.into_iter().map(|row| line(row, clock)).collect();
    Ok(AuditPage {
        next: lines
            .last()
            .filter(|_| has_more)
            .map(|line| line.place.clone()),
        lines,
        actions,
        kinds,
        problem: None,
        kept_months: 0,
    })
}

/// Returns the newest entries about a person.
pub async fn about_person(
    conn: &mut Conn,
    person: UserId,
    clock: &Clock,
) -> AppResult<Vec<AuditLine>> {
    let filter = AuditFilter::about(person);
    let rows = store::entries(conn, &filter, ABOUT_PERSON).await?;
    Ok(rows.into_iter().map(|row| line(row, clock)).collect())
}

fn line(row: AuditRow, clock: &Clock) -> AuditLine {
    let is_person = row.subject_type.as_deref() == Some("user");
    let person = row.subject_id.as_deref().and_then(|id| id.parse().ok());
    let person = person.map(UserId).filter(|_| is_person);
    AuditLine {
        place: row.place(),
        at: (
            clock.date_time(row.occurred_at),
            row.occurred_at.to_rfc3339(),
        ),
        by: row.actor_name.zip(row.actor_user_id),
        action: row.action,
        outcome: row.outcome,
        person: row.subject_name.zip(person),
        subject: row
            .subject_type
            .map(|kind| (kind, row.subject_id.unwrap_or_default())),
        changes: changes(row.old_values.as_ref(), row.new_values.as_ref()),
        address: row.address.unwrap_or_default(),
    }
}

/// Puts the old and the new value of each property beside each other.
fn changes(old: Option<&Value>, new: Option<&Value>) -> Vec<ChangedValue> {
    let (old, new) = (properties(old), properties(new));
    let added = new.iter().filter(|(name, _)| find(&old, name).is_none());
    let names = old.iter().chain(added).map(|(name, _)| name.clone());
    names
        .map(|name| ChangedValue {
            old: find(&old, &name),
            new: find(&new, &name),
            name,
        })
        .collect()
}

fn find(values: &[(String, String)], name: &str) -> Option<String> {
    let found = values.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.clone())
}

/// The properties of an object. Another value is a property without a name.
fn properties(values: Option<&Value>) -> Vec<(String, String)> {
    match values {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(object)) => object
            .iter()
            .map(|(name, value)| (name.clone(), shown(value)))
            .collect(),
        Some(other) => vec![(String::new(), shown(other))],
    }
}

fn shown(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match whole.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn old_and_new_values_stand_beside_each_other() {
        let (old, new) = (
            json!({ "role": "learner", "b": null }),
            json!({ "role": "tutor", "n": [1] }),
        );
        let said: Vec<_> = changes(Some(&old), Some(&new))
            .into_iter()
            .map(|change| (change.name, change.old, change.new))
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            said,
            [
                ("b".to_owned(), text("null"), None),
                ("role".to_owned(), text("learner"), text("tutor")),
                ("n".to_owned(), None, text("[1]")),
            ]
        );
        assert_eq!(changes(None, Some(&json!(7)))[0].new, text("7"));
        assert!(changes(None, None).is_empty());
        assert_eq!(shown(&json!("ä".repeat(400))).chars().count(), SHOWN + 1);
    }
}
