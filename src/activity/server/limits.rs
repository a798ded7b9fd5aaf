//! Limits of the statuses of a course, as tutors set them.

use std::collections::HashMap;

use serde_json::json;

use super::store;
use crate::activity::StatusRules;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::{AppResult, FieldProblems};

/// Checks and stores the limits, and writes the change to the audit log.
pub async fn save(
    conn: &mut Conn,
    tutor: &TutorOf,
    sent: &HashMap<String, String>,
) -> AppResult<()> {
    let rules = read(sent)?;
    let before = store::rules(conn, tutor.course).await?;
    if rules == before {
        return Ok(());
    }
    store::set_rules(conn, tutor.course, rules).await?;
    AuditEntry::done("course.status_rules")
        .of("course", tutor.course)
        .by(&tutor.signed_in.cx)
        .change(Some(json!(before)), Some(json!(rules)))
        .write(conn)
        .await?;
    Ok(())
}

fn read(sent: &HashMap<String, String>) -> AppResult<StatusRules> {
    let mut problems = FieldProblems::default();
    let mut values = [0; 5];
    for (value, (name, _, least, most)) in values.iter_mut().zip(StatusRules::FIELDS) {
        let typed = sent.get(name).map_or("", |text| text.trim());
        match typed
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
        {
            Some(number) => *value = number,
            None => problems.add(
                &format!("limits[{name}]"),
                format!("Enter a whole number from {least} to {most}."),
            ),
        }
    }
    problems.check()?;
    let rules = StatusRules::of(values);
    let mut problems = FieldProblems::default();
    if rules.gone_days < rules.drift_days {
        problems.add(
            "limits[gone_days]",
            "A learner cannot be gone before they drift. Enter at least as many days as above.",
        );
    }
    problems.check()?;
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: [&str; 5]) -> HashMap<String, String> {
        let names = StatusRules::FIELDS.map(|(name, ..)| name.to_owned());
        names.into_iter().zip(values.map(str::to_owned)).collect()
    }

    #[test]
    fn limits_are_whole_numbers_within_their_bounds() {
        let rules = read(&sent(["2", " 9 ", "1", "4", "10"])).unwrap();
        assert_eq!(rules, StatusRules::of([2, 9, 1, 4, 10]));
        let error = read(&sent(["0", "x", "1", "", "201"])).unwrap_err();
        for field in ["drift_days", "gone_days", "same_questions", "rewatched"] {
            let field = format!("limits[{field}]");
            assert!(error.of_field(&field).is_some(), "{field}");
        }
        let error = read(&sent(["9", "8", "1", "1", "1"])).unwrap_err();
        assert!(error.of_field("limits[gone_days]").is_some());
        assert!(read(&HashMap::new()).is_err());
    }
}
