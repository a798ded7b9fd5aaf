//! Begins and ends a view of a course.

use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{AS_KIND, AS_LEARNER, AS_STUDY, AS_VISITOR};
use crate::course::server::store as courses;
use crate::course::{LearnerPersona, StudyPersona};
use crate::platform::address;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::guard::{SignedIn, TutorOf};
use crate::platform::auth::viewing::{ViewedAs, Viewing};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, UserId};
use crate::teaching::Area;

#[derive(QueryableByName)]
struct ViewedLearner {
    #[diesel(sql_type = Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    display_name: String,
}

/// Returns the mark of a view that begins now.
pub async fn begin(
    conn: &mut Conn,
    tutor: &TutorOf,
    course: String,
    (who, learner): (&str, &str),
    back: &str,
) -> AppResult<Viewing> {
    let (who, name) = viewed(conn, tutor.course, who, learner).await?;
    let back = address::local(back).filter(|path| path.starts_with("/teach/"));
    let view = Viewing {
        by: tutor.signed_in.user_id(),
        title: courses::title(conn, tutor.course).await?.to_string(),
        back: back.unwrap_or_else(|| Area::Outline.path(&course)),
        course,
        who,
        name,
        until: Viewing::ends(Utc::now()),
    };
    let said = Some(json!({ "course": view.course, "as": view.name, "until": view.until }));
    record(conn, &tutor.signed_in, "course.view_begun", &view, said).await?;
    Ok(view)
}

pub async fn end(conn: &mut Conn, me: &SignedIn, view: &Viewing) -> AppResult<()> {
    let said = Some(json!({ "course": view.course, "as": view.name }));
    Ok(record(conn, me, "course.view_ended", view, said).await?)
}

/// Only a view as a learner concerns somebody, who is the subject of the entry.
async fn record(
    conn: &mut Conn,
    me: &SignedIn,
    action: &str,
    view: &Viewing,
    said: Option<serde_json::Value>,
) -> QueryResult<()> {
    let ViewedAs::Learner(learner) = view.who else {
        return Ok(());
    };
    AuditEntry::done(action)
        .of("user", learner)
        .change(None, said)
        .by(&me.cx)
        .write(conn)
        .await
}

/// Returns the viewed person, and their name in words.
async fn viewed(
    conn: &mut Conn,
    course: CourseId,
    who: &str,
    learner: &str,
) -> AppResult<(ViewedAs, String)> {
    let unknown = || AppError::field("who", "Choose as whom you want to see the course.");
    if who == AS_VISITOR {
        return Ok((ViewedAs::Visitor, "a visitor".to_owned()));
    }
    if who == AS_LEARNER {
        let found = learner_of(conn, course, learner.trim()).await?;
        return Ok((ViewedAs::Learner(found.user_id), found.display_name));
    }
    if let Some(name) = who.strip_prefix(AS_STUDY) {
        let persona = StudyPersona::ALL.into_iter();
        let persona = persona.into_iter().find(|persona| persona.name() == name);
        let persona = persona.ok_or_else(unknown)?;
        let said = match persona {
            StudyPersona::Normal => "a learner".to_owned(),
            told => format!("a learner who chose {}", told.label()),
        };
        return Ok((of_personas(persona, None), said));
    }
    let kind = who.strip_prefix(AS_KIND).ok_or_else(unknown)?;
    let kind = LearnerPersona::ALL
        .into_iter()
        .find(|persona| persona.name() == kind)
        .ok_or_else(unknown)?;
    let said = format!("a learner who {}", kind.description());
    Ok((of_personas(StudyPersona::Normal, Some(kind)), said))
}

fn of_personas(study: StudyPersona, learner: Option<LearnerPersona>) -> ViewedAs {
    ViewedAs::Persona {
        study: study.name().to_owned(),
        learner: learner.map(|persona| persona.name().to_owned()),
    }
}

/// Returns the learner of the course with this user name or e-mail address.
async fn learner_of(conn: &mut Conn, course: CourseId, typed: &str) -> AppResult<ViewedLearner> {
    let found: Option<ViewedLearner> = statement(
        "select u.user_id, u.display_name
         from users u join enrollments e on e.user_id = u.user_id
         where e.course_id = $1 and e.status in ('active', 'completed') and u.deleted_at is null
           and (u.username = $2 or u.email = lower($2))
         order by u.username = $2 desc limit 1",
    )
    .bind::<Uuid, _>(course)
    .bind::<Text, _>(typed)
    .get_result(conn)
    .await
    .optional()?;
    found.ok_or_else(|| {
        AppError::field(
            "learner",
            "Nobody with this user name or e-mail address studies this course.",
        )
    })
}
