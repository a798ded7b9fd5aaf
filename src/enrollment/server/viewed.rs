//! The person for whom a page of a course is loaded: who is signed in, or the one as whom a tutor
//! looks at the course. A page that is loaded for somebody else leaves no trace, because all that
//! its loading writes is undone.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::platform::auth::guard::{SignedIn, tutor_of_slug};
use crate::platform::auth::viewing::{ViewedAs, Viewing};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, UserId};

/// The person for whom a page is loaded.
pub struct PageReader {
    me: UserId,
    /// The view with its course, which the signed-in person teaches.
    view: Option<(Viewing, CourseId)>,
}

impl PageReader {
    /// Returns the reader of a page of this course.
    ///
    /// # Errors
    ///
    /// `Denied` if the signed-in person views the course and does not teach it any more.
    pub async fn of(me: &SignedIn, course: &str) -> AppResult<Self> {
        let view = me.cx.viewing.clone().filter(|view| view.course == course);
        let view = match view {
            None => None,
            Some(view) => {
                let tutor = tutor_of_slug(me.cx.clone(), course).await?;
                Some((view, tutor.course))
            }
        };
        Ok(Self {
            me: me.user_id(),
            view,
        })
    }

    /// Returns true if the page is loaded for somebody else than who is signed in.
    pub fn is_view(&self) -> bool {
        self.view.is_some()
    }

    /// Refuses a page with work that a learner has not handed in, which is theirs alone.
    ///
    /// # Errors
    ///
    /// `Denied` for a view as one learner.
    pub fn keeps_work_private(&self) -> AppResult<()> {
        match &self.view {
            Some((view, _)) if matches!(view.who, ViewedAs::Learner(_)) => Err(AppError::Denied(
                "Learners alone see their work on an exercise until they hand it in.".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Returns the person for whom the page is loaded. `end` must follow in the same transaction.
    ///
    /// # Errors
    ///
    /// `Denied` for a visitor, who sees no pages of learners, and for a learner who has left the
    /// course or the site.
    pub async fn begin(&self, conn: &mut Conn) -> AppResult<UserId> {
        let Some((view, course)) = &self.view else {
            return Ok(self.me);
        };
        if view.who == ViewedAs::Visitor {
            return Err(AppError::Denied(
                "Visitors see the course’s page only. Its topics open once they are enrolled."
                    .to_owned(),
            ));
        }
        if let ViewedAs::Learner(learner) = &view.who
            && !studies(conn, *learner, *course).await?
        {
            return Err(AppError::Denied(
                "This learner no longer studies the course.".to_owned(),
            ));
        }
        statement("savepoint viewed").execute(conn).await?;
        match &view.who {
            ViewedAs::Learner(learner) => Ok(*learner),
            ViewedAs::Persona { study, learner } => {
                Ok(stand_in(conn, *course, study, learner.as_deref()).await?)
            }
            ViewedAs::Visitor => Ok(self.me),
        }
    }

    /// Undoes all that was written since `begin` if the page was loaded for somebody else.
    pub async fn end(&self, conn: &mut Conn) -> AppResult<()> {
        if self.is_view() {
            statement("rollback to savepoint viewed")
                .execute(conn)
                .await?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct ViewedStudies {
    #[diesel(sql_type = Bool)]
    studies: bool,
}

/// Returns true if the learner is here and studies the course, or has completed it.
async fn studies(conn: &mut Conn, learner: UserId, course: CourseId) -> AppResult<bool> {
    let row: ViewedStudies = statement(
        "select exists (
             select from enrollments n join users u on u.user_id = n.user_id and u.deleted_at is null
             where n.user_id = $1 and n.course_id = $2 and n.status in ('active', 'completed')) as studies",
    )
    .bind::<SqlUuid, _>(learner)
    .bind::<SqlUuid, _>(course)
    .get_result(conn)
    .await?;
    Ok(row.studies)
}

/// Makes a learner with these personas to whom the whole course is open. The learner is undone with
/// the rest of the view.
async fn stand_in(
    conn: &mut Conn,
    course: CourseId,
    study: &str,
    learner: Option<&str>,
) -> AppResult<UserId> {
    let user = UserId(Uuid::new_v4());
    let name = format!("view-{}", user.0.simple());
    statement(
        "insert into users (user_id, email, display_name, username) values ($1, $2 || '@view.invalid', 'Learner', left($2, 40))",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Text, _>(&name)
    .execute(conn)
    .await?;
    statement("insert into enrollments (user_id, course_id) values ($1, $2)")
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(course)
        .execute(conn)
        .await?;
    statement(
        "insert into topic_personalization (user_id, course_id, persona) values ($1, $2, $3::study_persona)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Text, _>(study)
    .execute(conn)
    .await?;
    statement(
        "insert into learner_persona_profiles (user_id, course_id, persona_key, analysis_summary)
         select $1, $2, $3::learner_persona, 'View' where $3 is not null",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .bind::<Nullable<Text>, _>(learner)
    .execute(conn)
    .await?;
    statement(
        "insert into module_progress (user_id, course_id, module_no, unlocked_at)
         select $1, $2, module_no, now() from course_modules where course_id = $2",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await?;
    statement(
        "insert into quiz_excuses (user_id, course_id, module_no, topic_pair_index, reason)
         select distinct $1::uuid, $2::uuid, module_no, topic_pair_index, 'View' from quiz_questions
         where course_id = $2 and topic_pair_index is not null and module_no > 0 and retired_at is null",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(course)
    .execute(conn)
    .await?;
    Ok(user)
}
