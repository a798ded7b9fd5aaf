//! The models and limits that admins choose for the organization and for courses, and the prompts
//! that are in use.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

use crate::people::operations::api::ChooseModel;
use crate::platform::audit::AuditEntry;
use crate::platform::db::schema::courses;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures;
use crate::platform::http::Cx;
use crate::platform::http::flash::Flash;
use crate::platform::ids::CourseId;
use crate::platform::names;
use crate::platform::time::Clock;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Html, Select, rendered,
};

/// Longest name of a model, in characters.
const MODEL_CHARACTERS: u32 = 200;
/// Highest limit of tokens.
const MOST_TOKENS: i32 = 2_000_000_000;

/// Sources of a scope's model: that of the wider scope, none, and one that is named.
const INHERITED: &str = "inherited";
const QUOTATIONS: &str = "quotations";
const NAMED: &str = "named";

#[derive(Debug, QueryableByName)]
struct ChosenScopeRow {
    /// None for the organization.
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    model: Option<String>,
    #[diesel(sql_type = Nullable<Int4>)]
    daily_tokens: Option<i32>,
    #[diesel(sql_type = BigInt)]
    used: i64,
}

#[derive(Debug, QueryableByName)]
struct PromptInUseRow {
    #[diesel(sql_type = Text)]
    prompt_version: String,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = Timestamptz)]
    last_at: chrono::DateTime<chrono::Utc>,
}

/// Renders what was chosen, the form, and the prompts in use.
pub async fn html(conn: &mut Conn, flash: Option<&Flash>, clock: &Clock) -> AppResult<Html> {
    let scopes: Vec<ChosenScopeRow> = statement(
        "select c.title, m.model, m.daily_tokens,
                coalesce((select sum(u.tokens_in::bigint + u.tokens_out) from ai_usage u
                          where u.created_at > now() - interval '24 hours'
                            and (m.course_id is null or u.course_id = m.course_id)), 0)::bigint as used
         from ai_model_configs m left join courses c on c.course_id = m.course_id
         order by m.course_id is not null, c.title_sort",
    )
    .load(conn)
    .await?;
    let prompts: Vec<PromptInUseRow> = statement(
        "select prompt_version, purpose, count(*) as requests, max(created_at) as last_at
         from ai_usage where created_at > now() - interval '30 days'
         group by 1, 2 order by 4 desc limit 20",
    )
    .load(conn)
    .await?;
    let titles: Vec<(String, String)> = courses::table
        .filter(courses::retired_at.is_null())
        .order(courses::title_sort)
        .select((courses::slug, courses::title))
        .load(conn)
        .await?;
    Ok(rendered(|| {
        // Within the root of this part, with which the state of the form ends.
        let flash = flash.filter(|flash| flash.form == ChooseModel::PATH);
        let form = FormState::after(ChooseModel::PATH, flash);
        let (scopes, prompts) = (scopes_view(&scopes), prompts_view(&prompts, clock));
        let form = form_view(titles, form);
        view! {
            {scopes}
            {form}
            {prompts}
        }
        .erase()
    }))
}

fn figure(number: i64) -> String {
    figures::number(usize::try_from(number).unwrap_or_default())
}

fn scopes_view(scopes: &[ChosenScopeRow]) -> AnyView {
    let line = |scope: &ChosenScopeRow| {
        let name = scope.title.clone();
        let name = name.unwrap_or_else(|| "The whole organization".to_owned());
        let model = match scope.model.as_deref() {
            None => "as in the wider scope".to_owned(),
            Some("") => "none: quotations only".to_owned(),
            Some(model) => model.to_owned(),
        };
        let limit = match scope.daily_tokens {
            None => "no limit of its own".to_owned(),
            Some(limit) => format!(
                "{} of {} tokens in 24 hours",
                figure(scope.used),
                figure(limit.into())
            ),
        };
        view! {
            <div>
                <dt>
                    <bdi>{name}</bdi>
                </dt>
                <dd>{format!("{model}; {limit}")}</dd>
            </div>
        }
    };
    let none = scopes.is_empty().then(|| {
        view! { <p class="soft">"Everywhere, the model of the server’s configuration is used."</p> }
    });
    view! {
        <h2>"Models and limits"</h2>
        {none}
        <dl class="admin-facts">{scopes.iter().map(line).collect_view()}</dl>
    }
    .erase()
}

fn form_view(titles: Vec<(String, String)>, form: FormState) -> AnyView {
    let whole = (String::new(), "The whole organization".to_owned());
    let scopes: Vec<(String, String)> = std::iter::once(whole).chain(titles).collect();
    let sources = [
        (INHERITED, "As in the wider scope"),
        (QUOTATIONS, "None: answers are quotations"),
        (NAMED, "The model that is named below"),
    ];
    let sources = sources.map(|(name, label)| (name.to_owned(), label.to_owned()));
    view! {
        <Form form=form class="stack">
            <Select
                id="ly-model-course"
                name="course"
                label="For"
                value=form.value("course", "")
                options=scopes
                error=form.error("course")
            />
            <Select
                id="ly-model-source"
                name="source"
                label="Model"
                value=form.value("source", INHERITED)
                options=sources.to_vec()
            />
            <Field
                id="ly-model-name"
                name="model"
                label="Name of the model"
                hint="As the server of models calls it. The server, its key and the prices are in the configuration."
                value=form.value("model", "")
                error=form.error("model")
                max_length=MODEL_CHARACTERS
                autocomplete="off"
            />
            <Field
                id="ly-model-tokens"
                name="tokens"
                label="Tokens in 24 hours"
                hint="Leave empty for no limit of its own. Then the tutor quotes the course."
                value=form.value("tokens", "")
                error=form.error("tokens")
                autocomplete="off"
            />
            <div class="row">
                <Button kind=ButtonKind::Secondary>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn prompts_view(prompts: &[PromptInUseRow], clock: &Clock) -> AnyView {
    if prompts.is_empty() {
        return ().erase();
    }
    let line = |row: &PromptInUseRow| {
        let said = format!(
            "{} requests, the last one {}",
            figure(row.requests),
            clock.ago(row.last_at)
        );
        view! {
            <div>
                <dt>{format!("{} ({})", row.prompt_version, row.purpose)}</dt>
                <dd>{said}</dd>
            </div>
        }
    };
    view! {
        <h2>"Prompts in use"</h2>
        <dl class="admin-facts">{prompts.iter().map(line).collect_view()}</dl>
    }
    .erase()
}

/// Stores what was chosen. The scope's row goes if nothing is chosen in it.
///
/// # Errors
///
/// `Invalid` at the field that is wrong.
pub async fn choose(
    conn: &mut Conn,
    by: &Cx,
    (slug, source): (&str, &str),
    (model, tokens): (&str, &str),
) -> AppResult<()> {
    let course: Option<CourseId> = match slug {
        "" => None,
        slug => Some(
            courses::table
                .filter(courses::slug.eq(slug))
                .select(courses::course_id)
                .first(conn)
                .await
                .optional()?
                .ok_or_else(|| AppError::field("course", "Choose a course of the list."))?,
        ),
    };
    let model = match source {
        QUOTATIONS => Some(String::new()),
        NAMED => Some(named(model)?),
        _ => None,
    };
    let tokens = limit(tokens)?;
    statement("delete from ai_model_configs where course_id is not distinct from $1")
        .bind::<Nullable<SqlUuid>, _>(course)
        .execute(conn)
        .await?;
    if model.is_some() || tokens.is_some() {
        statement(
            "insert into ai_model_configs (course_id, model, daily_tokens) values ($1, $2, $3)",
        )
        .bind::<Nullable<SqlUuid>, _>(course)
        .bind::<Nullable<Text>, _>(&model)
        .bind::<Nullable<Int4>, _>(tokens)
        .execute(conn)
        .await?;
    }
    let chosen = json!({ "course": slug, "model": model, "daily_tokens": tokens });
    let entry = AuditEntry::done("ai.model_chosen").change(None, Some(chosen));
    let entry = match course {
        Some(course) => entry.of("course", course),
        None => entry,
    };
    entry.by(by).write(conn).await?;
    Ok(())
}

fn named(model: &str) -> AppResult<String> {
    match names::visible(model) {
        None => Err(AppError::field("model", "Write the name of the model.")),
        Some(name) if name.chars().count() > MODEL_CHARACTERS as usize => Err(AppError::field(
            "model",
            figures::use_at_most(MODEL_CHARACTERS),
        )),
        Some(name) => Ok(name),
    }
}

fn limit(tokens: &str) -> AppResult<Option<i32>> {
    let digits: String = (tokens.chars())
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '.'))
        .collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let number = digits.parse::<i32>().ok();
    let number = number.filter(|number| (0..=MOST_TOKENS).contains(number));
    let wrong = || AppError::field("tokens", "Write a whole number, or leave the field empty.");
    number.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_or_none() {
        assert_eq!(limit(" ").unwrap(), None);
        assert_eq!(limit("1,000 000").unwrap(), Some(1_000_000));
        for wrong in ["-1", "many", "99999999999"] {
            assert!(limit(wrong).unwrap_err().of_field("tokens").is_some());
        }
    }
}
