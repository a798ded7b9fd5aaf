//! The model that answers in a course: that of the course, of the organization, or of the server's
//! configuration, and the tokens that the scope has left.

use diesel::sql_types::{Bool, Int4, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::platform::config::AiConfig;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::CourseId;

/// The model of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenModel {
    pub name: String,
    /// False once the course or the organization has used the tokens that admins have set.
    pub has_tokens_left: bool,
}

#[derive(Debug, Clone, diesel::QueryableByName)]
struct ModelScopeRow {
    #[diesel(sql_type = Nullable<Text>)]
    model: Option<String>,
    #[diesel(sql_type = Nullable<Int4>)]
    daily_tokens: Option<i32>,
    #[diesel(sql_type = Bool)]
    is_used_up: bool,
}

/// Returns the model that writes answers in the course. None if answers are quotations.
pub async fn chosen(
    conn: &mut Conn,
    ai: &AiConfig,
    course: CourseId,
) -> diesel::QueryResult<Option<ChosenModel>> {
    let scopes: Vec<ModelScopeRow> = statement(
        "select c.model, c.daily_tokens,
                c.daily_tokens is not null and c.daily_tokens <= coalesce((
                    select sum(u.tokens_in::bigint + u.tokens_out) from ai_usage u
                    where u.created_at > now() - interval '24 hours'
                      and (c.course_id is null or u.course_id = c.course_id)), 0) as is_used_up
         from ai_model_configs c
         where c.course_id = $1 or c.course_id is null
         order by c.course_id nulls last",
    )
    .bind::<SqlUuid, _>(course)
    .load(conn)
    .await?;
    Ok(of_scopes(&scopes, ai.model()))
}

/// Chooses among the scopes, the narrowest first.
fn of_scopes(scopes: &[ModelScopeRow], configured: Option<&str>) -> Option<ChosenModel> {
    let named = scopes.iter().find_map(|scope| scope.model.as_deref());
    let name = named.or(configured)?.trim();
    let is_used_up = |scope: &ModelScopeRow| scope.daily_tokens.is_some() && scope.is_used_up;
    (!name.is_empty()).then(|| ChosenModel {
        name: name.to_owned(),
        has_tokens_left: !scopes.iter().any(is_used_up),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_scope_that_names_a_model_counts() {
        let scope = |model: Option<&str>, is_used_up| ModelScopeRow {
            model: model.map(str::to_owned),
            daily_tokens: Some(5),
            is_used_up,
        };
        let name = |scopes: &[ModelScopeRow], configured| {
            of_scopes(scopes, configured).map(|model| model.name)
        };
        assert_eq!(name(&[], None), None);
        assert_eq!(name(&[], Some("a")).as_deref(), Some("a"));
        let both = [scope(None, false), scope(Some("b"), true)];
        assert_eq!(name(&both, Some("a")).as_deref(), Some("b"));
        assert!(!of_scopes(&both, None).unwrap().has_tokens_left);
        assert_eq!(name(&[scope(Some(""), false)], Some("a")), None);
    }
}
