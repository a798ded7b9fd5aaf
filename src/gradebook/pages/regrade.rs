//! Page that regrades a question: choice of the ruling, forecast, and progress of the work.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::cell;
use crate::gradebook::api::{RegradeQuestion, load_regrade};
use crate::gradebook::{ChangeRow, Decision, ForecastView, RegradePage, RulingKind};
use crate::paths::regrade_path;
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::QuestionId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, Erase, Form, FormState, Notice, Page, PageResource, Table,
    TextArea, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::pages::{TeachHeading, frame_below};
use crate::teaching::{Area, REASON_CHARACTERS};

pub fn regrade_page() -> AnyView {
    let (course, question, ruling) = (
        path_part("course"),
        path_part("question"),
        query_value("ruling"),
    );
    let page = page_resource(
        move || (course.get(), question.get(), ruling.get()),
        |(course, question, ruling)| load(course, question, ruling),
    );
    let form = FormState::of(RegradeQuestion::PATH);
    let show = move |found: RegradePage| {
        if found.decisions.iter().any(|decision| !decision.is_finished) {
            look_again(page);
        }
        regrade(found, form)
    };
    view! { <Page title="Regrade">{loaded(page, show)}</Page> }.erase()
}

async fn load(course: String, question: String, ruling: String) -> AppResult<RegradePage> {
    let id = question
        .parse()
        .map_err(|_| AppError::NotFound("This course has no such question.".to_owned()))?;
    load_regrade(course, QuestionId(id), ruling).await
}

/// Reloads the page's data after two seconds, to follow a regrade in progress.
#[cfg(feature = "hydrate")]
fn look_again(page: PageResource<RegradePage>) {
    let soon = std::time::Duration::from_secs(2);
    if let Ok(handle) = set_timeout_with_handle(move || page.refetch(), soon) {
        on_cleanup(move || handle.clear());
    }
}

#[cfg(not(feature = "hydrate"))]
fn look_again(_: PageResource<RegradePage>) {}

fn regrade(page: RegradePage, form: FormState) -> AnyView {
    let path = regrade_path(&page.course_slug, page.question_id);
    let chosen = page.forecast.as_ref().map(|forecast| forecast.ruling);
    let choices = RulingKind::ALL.map(|kind| {
        view! {
            <label class="check">
                <input type="radio" name="ruling" value=kind.name() required checked=chosen == Some(kind) />
                <span>{kind.label()}</span>
            </label>
        }
    });
    let (slug, id) = (page.course_slug.clone(), page.question_id);
    let language = &page.course_title.language;
    let inside = view! {
        <div class="prose regrade-question" lang=language.tag() dir=language.dir() inner_html=page.prompt.0></div>
        <h2 class="label">"Current correct answer"</h2>
        <div class="prose" lang=language.tag() dir=language.dir() inner_html=page.right.0></div>
        <form class="stack" method="get" action=path>
            <fieldset class="stack regrade-choice">
                <legend>"How should answers be graded?"</legend>
                {choices.collect_view()}
            </fieldset>
            <p class="soft">
                "To change the answer key, edit the question first. Learners keep every pass and everything that is unlocked. Only quizzes are regraded here; regrade an exam from the page of one of its sittings."
            </p>
            <div>
                <Button kind=ButtonKind::Secondary>"Preview changes"</Button>
            </div>
        </form>
        {page.forecast.map(|forecast| forecast_view(forecast, &slug, id, form))}
        {decisions(page.decisions)}
    };
    let question = format!("{}/{id}", Area::Questions.path(&slug));
    let heading = TeachHeading::task("Regrade a question").below("Edit question", question);
    let area = Area::Questions;
    frame_below(&slug, &page.course_title, area, heading, inside.erase())
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

fn forecast_view(
    forecast: ForecastView,
    course: &str,
    question: QuestionId,
    form: FormState,
) -> AnyView {
    let attempts = counted(forecast.attempts, "attempt includes", "attempts include");
    let results = counted(forecast.results, "result changes", "results change");
    let mut said = format!("{attempts} this question. {results}");
    if forecast.passes > 0 {
        said += &format!(
            ", of which {}",
            counted(forecast.passes, "becomes a pass", "become passes")
        );
    }
    said += ".";
    if forecast.running > 0 {
        let running = counted(forecast.running, "attempt is", "attempts are");
        said += &format!(" {running} in progress and will be graded this way when submitted.");
    }
    let shown = forecast.changes.len();
    let more = (forecast.results > shown)
        .then(|| view! { <p class="soft">{format!("Showing the first {shown}.")}</p> });
    let obstacles = forecast.obstacles.into_iter().map(|(why, count)| {
        let said = format!(
            "{} unchanged: {why}",
            counted(count, "attempt stays", "attempts stay")
        );
        view! { <Notice tone=Tone::Warn>{said}</Notice> }
    });
    let course = course.to_owned();
    let rows: Vec<AnyView> = forecast.changes.into_iter().map(change).collect();
    let columns = ["Learner", "Quiz", "Before", "After"]
        .map(Column::new)
        .to_vec();
    let table = (!rows.is_empty())
        .then(|| view! { <Table label="Results that change" columns=columns>{rows}</Table> });
    view! {
        <section class="stack" aria-labelledby="ly-forecast">
            <h2 id="ly-forecast">{forecast.ruling.label()}</h2>
            <p role="status">{said}</p>
            {obstacles.collect_view()}
            {table}
            {more}
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="question" value=question.to_string() />
                <input type="hidden" name="ruling" value=forecast.ruling.name() />
                <input type="hidden" name="seen" value=forecast.seen />
                <TextArea
                    name="reason"
                    label="What was wrong"
                    hint="Sent to the learners whose result changes."
                    required=true
                    max_length=REASON_CHARACTERS
                    value=form.value("reason", "")
                    error=form.error("reason")
                />
                <div>
                    <Button kind=ButtonKind::Danger busy=form.busy()>
                        "Regrade"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn change(change: ChangeRow) -> AnyView {
    view! {
        <tr>
            <td>
                <a href=change.href>{change.name}</a>
            </td>
            <td>{change.quiz}</td>
            <td>{cell(change.before)}</td>
            <td>{cell(change.after)}</td>
        </tr>
    }
    .erase()
}

fn decisions(decisions: Vec<Decision>) -> AnyView {
    if decisions.is_empty() {
        return ().erase();
    }
    let lines = decisions
        .into_iter()
        .map(|decision| {
            let changed = usize::try_from(decision.changed).unwrap_or_default();
            let (tone, state) = match decision.is_finished {
                true => (
                    Tone::Ok,
                    counted(changed, "result changed", "results changed"),
                ),
                false => (
                    Tone::Info,
                    format!("{} of {} attempts", decision.done, decision.total),
                ),
            };
            view! {
                <li>
                    <p>
                        <b>{decision.ruling.label()}</b>
                        " "
                        <Badge tone=tone text=state />
                    </p>
                    <p>{decision.reason}</p>
                    <p class="soft">{format!("{}, {}", decision.by, decision.when)}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="gradebook-list">
            <h2>"Earlier regrades"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .erase()
}
