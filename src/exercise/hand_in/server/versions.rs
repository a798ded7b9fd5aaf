//! Hands work in. Each time makes a version, which never changes.

use super::lateness::lateness;
use super::store::{self, Assignment, NewVersion};
use crate::exercise::hand_in::{LINKS_LIMIT, VERSIONS_LIMIT};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult, FieldProblems};
use crate::platform::ids::ExerciseWorkId;
use crate::platform::time::Clock;

const LINK_CHARACTERS: usize = 500;

/// Refuses while a tutor marks the version that was handed in last.
fn being_marked() -> AppError {
    AppError::Conflict(
        "The work that you handed in is being marked. You can hand in again once it is marked."
            .to_owned(),
    )
}

/// Checks that the learner may work on a version that follows the last one.
///
/// # Errors
///
/// `Conflict` while a tutor is marking that.
pub async fn may_go_on(conn: &mut Conn, work: ExerciseWorkId) -> AppResult<()> {
    match store::latest_for_update(conn, work).await? {
        Some(latest) if latest.is_being_marked => Err(being_marked()),
        _ => Ok(()),
    }
}

/// Hands in the text, the links and the files of the draft. The caller has locked the work.
///
/// # Errors
///
/// `Invalid` if it is empty, too late or has links that are none, and `Conflict` while a tutor is
/// marking the version before.
pub async fn hand_in(
    conn: &mut Conn,
    work: ExerciseWorkId,
    (text, links): (&str, &str),
    assignment: &Assignment,
    clock: &Clock,
) -> AppResult<()> {
    let latest = store::latest_for_update(conn, work).await?;
    if latest.as_ref().is_some_and(|latest| latest.is_being_marked) {
        return Err(being_marked());
    }
    let number = latest.map_or(0, |latest| latest.number) + 1;
    let mut problems = FieldProblems::default();
    let late = lateness(assignment, clock.now);
    if late.is_none() {
        problems.add(
            "",
            "The time for handing in is over. Your draft is kept. Ask your tutor if you need more time.",
        );
    }
    if number > VERSIONS_LIMIT {
        problems.add(
            "",
            format!(
                "You have handed in {VERSIONS_LIMIT} times, which is the most that is possible."
            ),
        );
    }
    let links = problems.keep(read_links(links)).unwrap_or_default();
    if text.trim().is_empty() && links.is_empty() && store::draft_files(conn, work).await? == 0 {
        problems.add("text", "Write something, or add a file or a link.");
    }
    let Some(late) = late else {
        return Err(problems.error());
    };
    problems.check()?;
    let new = NewVersion {
        work,
        number,
        text,
        links: &links.join("\n"),
        at: clock.now,
        late_days: late.days,
        late_percent: late.percent,
    };
    Ok(store::add_version(conn, new).await?)
}

/// Reads links, one a line.
fn read_links(typed: &str) -> AppResult<Vec<String>> {
    let lines: Vec<&str> = typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > LINKS_LIMIT {
        return Err(AppError::field(
            "links",
            format!("Use at most {LINKS_LIMIT} links, one on each line."),
        ));
    }
    let is_link = |line: &&str| {
        let url = url::Url::parse(line).ok();
        line.chars().count() <= LINK_CHARACTERS
            && url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    match lines.iter().all(is_link) {
        true => Ok(lines.into_iter().map(str::to_owned).collect()),
        false => Err(AppError::field(
            "links",
            "Enter full addresses, such as https://example.org/work, one on each line.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_addresses_of_the_web_one_a_line() {
        let links = read_links("https://example.org/a\r\n\n http://b.example ").unwrap();
        assert_eq!(links, ["https://example.org/a", "http://b.example"]);
        assert_eq!(read_links(" \n").unwrap(), Vec::<String>::new());
        for wrong in [
            "javascript:alert(1)",
            "example.org",
            "https://a.example b.example",
            "data:text/html,x",
            "file:///etc/passwd",
        ] {
            assert!(read_links(wrong).is_err(), "{wrong}");
        }
        assert!(read_links(&"https://a.example\n".repeat(11)).is_err());
    }
}
