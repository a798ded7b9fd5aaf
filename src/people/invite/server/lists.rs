//! Lists of people to invite: read from a CSV file, shown line by line, and then confirmed.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Nullable, Text, Uuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check::{self, InvitationDraft};
use super::invite;
use super::store;
use crate::cohort::teach::server::check::name as read_name;
use crate::cohort::teach::server::list::{AddressProblem, RawLine, address, read_lines, shown};
use crate::people::invite::{
    InvitationListPage, InviteCounts, InviteGroup, InviteLine, InviteOutcome,
};
use crate::people::{parse_role, role_label, role_name};
use crate::platform::audit::AuditEntry;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::db::schema::sql_types::UserRole as UserRoleSql;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, InvitationListId, UserId};

/// Lines of a group that the preview shows.
const SHOWN_LINES: usize = 50;

const ROLE: [&str; 2] = ["role", "rights"];

/// A line of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitedLine {
    line: u64,
    email: String,
    name: Option<String>,
    role: UserRole,
    /// Reason for leaving the line out.
    problem: Option<String>,
}

/// Reads the lines of a file. Lines without a role get `role`.
///
/// # Errors
///
/// A sentence for people if the file as a whole cannot be used.
pub fn read(bytes: &[u8], role: UserRole, has_course: bool) -> Result<Vec<InvitedLine>, String> {
    let mut seen = HashMap::new();
    let lines = read_lines(bytes, &ROLE)?;
    Ok(lines
        .into_iter()
        .map(|line| invited(line, role, has_course, &mut seen))
        .collect())
}

fn invited(
    line: RawLine,
    role: UserRole,
    has_course: bool,
    seen: &mut HashMap<String, u64>,
) -> InvitedLine {
    let (email, problem) = address(&line, seen);
    let name = read_name(&line.name);
    let read = match line.third.trim() {
        "" => Some(role),
        typed => parse_role(&typed.to_lowercase()),
    };
    let problem = match (problem, &name, read) {
        (AddressProblem::Malformed(why), ..) => Some(why),
        (_, Err(why), _) => Some(why.clone()),
        (_, _, None) => Some("The role is learner, tutor or admin.".to_owned()),
        (_, _, Some(UserRole::Admin)) if has_course => Some(check::NO_COURSE_FOR_ADMINS.to_owned()),
        (AddressProblem::Again(why), ..) => Some(why),
        (AddressProblem::None, ..) => None,
    };
    InvitedLine {
        line: line.line,
        email,
        name: name.unwrap_or_else(|_| Some(shown(&line.name))),
        role: read.unwrap_or(role),
        problem,
    }
}

#[derive(QueryableByName)]
struct KeptList {
    #[diesel(sql_type = Uuid)]
    list_id: InvitationListId,
}

/// Keeps the lines until somebody confirms them.
pub async fn keep(
    conn: &mut Conn,
    by: UserId,
    file: &str,
    (role, course): (UserRole, Option<CourseId>),
    lines: &[InvitedLine],
) -> AppResult<InvitationListId> {
    let lines = serde_json::to_value(lines).map_err(|error| AppError::internal(&error))?;
    let kept: KeptList = statement(
        "insert into invitation_lists (uploaded_by, file_name, role, course_id, lines)
         values ($1, $2, $3, $4, $5) returning list_id",
    )
    .bind::<Uuid, _>(by)
    .bind::<Text, _>(file.chars().take(200).collect::<String>())
    .bind::<UserRoleSql, _>(role)
    .bind::<Nullable<Uuid>, _>(course)
    .bind::<Jsonb, _>(lines)
    .get_result(conn)
    .await?;
    Ok(kept.list_id)
}

#[derive(QueryableByName)]
struct InvitationListRow {
    #[diesel(sql_type = Text)]
    file_name: String,
    #[diesel(sql_type = Nullable<Uuid>)]
    course_id: Option<CourseId>,
    #[diesel(sql_type = Jsonb)]
    lines: Value,
    #[diesel(sql_type = Nullable<Jsonb>)]
    outcome: Option<Value>,
    #[diesel(sql_type = Bool)]
    is_confirmed: bool,
}

async fn stored(
    conn: &mut Conn,
    list: InvitationListId,
    to_change: bool,
) -> AppResult<InvitationListRow> {
    let lock = match to_change {
        true => " for update",
        false => "",
    };
    statement(format!(
        "select file_name, course_id, lines, outcome, confirmed_at is not null as is_confirmed
         from invitation_lists where list_id = $1{lock}"
    ))
    .bind::<Uuid, _>(list)
    .get_result(conn)
    .await
    .optional()?
    .ok_or_else(|| AppError::NotFound("This list is no longer here. Upload it again.".to_owned()))
}

/// A line with what would become of it now.
struct PlannedInvitation {
    line: InvitedLine,
    /// None if the line is malformed.
    draft: Option<InvitationDraft>,
    outcome: InviteOutcome,
    note: String,
}

async fn plan(conn: &mut Conn, row: &InvitationListRow) -> AppResult<Vec<PlannedInvitation>> {
    let lines: Vec<InvitedLine> =
        serde_json::from_value(row.lines.clone()).map_err(|error| AppError::internal(&error))?;
    let course = match row.course_id {
        Some(course) => store::course_by_id(conn, course).await?,
        None => None,
    };
    let draft = |line: &InvitedLine| InvitationDraft {
        email: line.email.clone(),
        name: line.name.clone(),
        role: line.role,
        course: course.clone(),
    };
    let well_formed = lines.iter().filter(|line| line.problem.is_none());
    let drafts: Vec<InvitationDraft> = well_formed.map(&draft).collect();
    let known = invite::look_up(conn, &drafts).await?;
    let planned = |line: InvitedLine| match line.problem.clone() {
        Some(note) => PlannedInvitation {
            line,
            draft: None,
            outcome: InviteOutcome::LeftOut,
            note,
        },
        None => {
            let draft = draft(&line);
            let (outcome, note) = invite::outcome(&draft, known.get(&draft.email));
            PlannedInvitation {
                line,
                draft: Some(draft),
                outcome,
                note: note.to_owned(),
            }
        }
    };
    Ok(lines.into_iter().map(planned).collect())
}

fn counts(planned: &[PlannedInvitation]) -> InviteCounts {
    let of = |outcome| {
        planned
            .iter()
            .filter(|line| line.outcome == outcome)
            .count()
    };
    InviteCounts {
        invited: of(InviteOutcome::Invited),
        nothing: of(InviteOutcome::Nothing),
        left_out: of(InviteOutcome::LeftOut),
    }
}

/// Returns the page of a list.
pub async fn page(conn: &mut Conn, list: InvitationListId) -> AppResult<InvitationListPage> {
    let row = stored(conn, list, false).await?;
    let course = match row.course_id {
        Some(course) => store::course_by_id(conn, course).await?,
        None => None,
    };
    let course = course.map(|course| course.names());
    if let Some(outcome) = row.outcome {
        return Ok(InvitationListPage {
            list,
            file: row.file_name,
            course,
            counts: serde_json::from_value(outcome).map_err(|error| AppError::internal(&error))?,
            is_confirmed: row.is_confirmed,
            groups: Vec::new(),
        });
    }
    let planned = plan(conn, &row).await?;
    Ok(InvitationListPage {
        list,
        file: row.file_name,
        course,
        counts: counts(&planned),
        is_confirmed: false,
        groups: groups(planned),
    })
}

fn groups(planned: Vec<PlannedInvitation>) -> Vec<InviteGroup> {
    let mut groups = InviteOutcome::ALL.map(|outcome| InviteGroup {
        outcome,
        lines: Vec::new(),
        more: 0,
    });
    for PlannedInvitation {
        line,
        outcome,
        note,
        ..
    } in planned
    {
        let Some(group) = groups.iter_mut().find(|group| group.outcome == outcome) else {
            continue;
        };
        if group.lines.len() == SHOWN_LINES {
            group.more += 1;
            continue;
        }
        group.lines.push(InviteLine {
            line: line.line,
            email: line.email,
            name: line.name.unwrap_or_default(),
            role: role_label(line.role).to_owned(),
            note,
        });
    }
    groups
        .into_iter()
        .filter(|group| !group.lines.is_empty())
        .collect()
}

/// Invites the people of a list, and forgets its lines. Changes nothing if it was confirmed before.
pub async fn confirm(conn: &mut Conn, by: &SignedIn, list: InvitationListId) -> AppResult<()> {
    let row = stored(conn, list, true).await?;
    if row.is_confirmed {
        return Ok(());
    }
    let planned = plan(conn, &row).await?;
    let mut counts = counts(&planned);
    let drafts: Vec<InvitationDraft> = planned
        .into_iter()
        .filter(|line| line.outcome == InviteOutcome::Invited)
        .filter_map(|line| line.draft)
        .collect();
    let invited = invite::send(conn, by.user_id(), &drafts).await?.len();
    // Somebody else may have invited some of them since.
    counts.nothing += counts.invited.saturating_sub(invited);
    counts.invited = invited;
    let outcome = serde_json::to_value(counts).map_err(|error| AppError::internal(&error))?;
    statement(
        "update invitation_lists set lines = '[]', outcome = $2, confirmed_at = now() where list_id = $1",
    )
    .bind::<Uuid, _>(list)
    .bind::<Jsonb, _>(outcome)
    .execute(conn)
    .await?;
    let mut people: HashMap<&str, usize> = HashMap::new();
    for draft in &drafts {
        *people.entry(role_name(draft.role)).or_default() += 1;
    }
    let emails: Vec<&str> = drafts.iter().map(|draft| draft.email.as_str()).collect();
    let what = json!({
        "file": row.file_name, "course": row.course_id, "invited": invited, "roles": people, "emails": emails,
    });
    Ok(AuditEntry::done("invitation.list_sent")
        .of("invitation_list", list)
        .change(None, Some(what))
        .by(&by.cx)
        .write(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_own_role_or_that_of_the_list() {
        let text = "email,name,role\na@example.org,A,\nb@example.org,B,Tutor\nc@example.org,C,boss\n\
                    d@example.org,D,admin\nA@example.org,A,tutor\nno,E,\n";
        let lines = read(text.as_bytes(), UserRole::Learner, true).unwrap();
        let said: Vec<_> = lines
            .iter()
            .map(|line| (line.role, line.problem.as_deref()))
            .collect();
        let learner = UserRole::Learner;
        assert_eq!(
            said,
            [
                (learner, None),
                (UserRole::Tutor, None),
                (learner, Some("The role is learner, tutor or admin.")),
                (UserRole::Admin, Some(check::NO_COURSE_FOR_ADMINS)),
                (UserRole::Tutor, Some("Line 2 has the same address.")),
                (learner, Some("This is not an email address.")),
            ]
        );
        let lines = read(text.as_bytes(), learner, false).unwrap();
        assert_eq!(lines[3].problem, None);
    }
}
