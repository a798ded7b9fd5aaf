//! One question of a running attempt. Its form sends what is answered with every step; awake, also while one answers.

use leptos::prelude::*;
use uuid::Uuid;

use crate::platform::ui::{Erase, Form, FormState, Glyph, Html, Icon};
use crate::quiz::{Shown, ShownKind};

/// The question's form; `told` hears how much time is left.
pub fn question(
    attempt: String,
    at: usize,
    marks: Vec<(bool, bool)>,
    shown: Shown,
    save: FormState,
    told: Callback<String>,
) -> AnyView {
    let (number, count) = (at + 1, marks.len());
    let next = match number == count {
        true => ("end".to_owned(), "To the end"),
        false => ((number + 1).to_string(), "Next"),
    };
    let jumps = marks
        .into_iter()
        .zip(1..)
        .map(|((answered, flagged), to): (_, usize)| {
            let class = match (answered, flagged) {
                (_, true) => "chip flagged",
                (true, false) => "chip answered",
                (false, false) => "chip",
            };
            let state = match (answered, flagged) {
                (true, true) => ", answered, flagged",
                (true, false) => ", answered",
                (false, true) => ", flagged",
                (false, false) => "",
            };
            view! {
                <button class=class name="go" value=to.to_string() aria-current=(to == number).then_some("step")>
                    <span class="vh">"Question "</span>
                    {to.to_string()}
                    <span class="vh">{state}</span>
                </button>
            }
        })
        .collect_view();
    view! {
        <Form form=save class="quiz-form" keeps=true on_answer=told>
            <input type="hidden" name="attempt" value=attempt />
            <input type="hidden" name="question" value=at.to_string() />
            // Enter goes on, as a form's first button is the one that it presses.
            <button class="vh" name="go" value=next.0.clone() tabindex="-1" aria-hidden="true">
                {next.1}
            </button>
            <nav class="chips quiz-jumps" aria-label="Questions">
                {jumps}
                <button class="chip" name="go" value="end">
                    "End"
                </button>
            </nav>
            <h2 class="vh">{format!("Question {number} of {count}")}</h2>
            <div class="prose quiz-prompt" inner_html=shown.prompt.0></div>
            {fields(shown.kind)}
            <label class="check quiz-flag">
                <input type="checkbox" name="given[flagged]" value="on" checked=shown.flagged />
                <span>"Flag to come back to"</span>
            </label>
            <div class="row">
                {(at > 0)
                    .then(|| {
                        view! {
                            <button class="btn second" name="go" value=at.to_string()>
                                <Icon glyph=Glyph::ArrowLeft />
                                "Back"
                            </button>
                        }
                    })}
                <button class="btn" name="go" value=next.0>
                    {next.1}
                    <Icon glyph=Glyph::ArrowRight />
                </button>
            </div>
        </Form>
    }
    .erase()
}

/// What a question is answered with.
pub fn fields(kind: ShownKind) -> AnyView {
    match kind {
        ShownKind::Choice { several, options } => choice(several, options),
        ShownKind::ShortAnswer { text } => view! {
            <label class="stack">
                <span class="label">"Your answer"</span>
                <input class="input" type="text" name="given[text]" value=text maxlength="5000" autocomplete="off" spellcheck="false" />
            </label>
        }
        .erase(),
        ShownKind::Tracing {
            program,
            compiles,
            prints,
            line,
        } => tracing(program, compiles, prints, line),
        ShownKind::Ordering { items } => ordering(items),
        ShownKind::Matching { left, right } => matching(left, right),
    }
}

fn choice(several: bool, options: Vec<(Uuid, Html, bool)>) -> AnyView {
    let (kind, hint) = match several {
        true => ("checkbox", "Several answers may be right."),
        false => ("radio", "One answer is right."),
    };
    let lines = options
        .into_iter()
        .map(|(id, html, chosen)| {
            view! {
                <label class="check quiz-option">
                    <input type=kind name="given[options][]" value=id.to_string() checked=chosen />
                    <span inner_html=html.0></span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack">
            <legend class="soft">{hint}</legend>
            {lines}
        </fieldset>
    }
    .erase()
}

fn tracing(program: Html, compiles: Option<bool>, prints: String, line: Option<u32>) -> AnyView {
    let line = line.map(|line| line.to_string()).unwrap_or_default();
    view! {
        <div class="prose" inner_html=program.0></div>
        <fieldset class="stack">
            <legend class="soft">"Does this program compile?"</legend>
            <label class="check quiz-option">
                <input type="radio" name="given[compiles]" value="yes" checked=compiles == Some(true) />
                <span>"Yes, and it prints"</span>
            </label>
            <textarea class="input" name="given[text]" rows="3" maxlength="5000" spellcheck="false" aria-label="What it prints">
                {prints}
            </textarea>
            <label class="check quiz-option">
                <input type="radio" name="given[compiles]" value="no" checked=compiles == Some(false) />
                <span>"No"</span>
            </label>
            <label class="row">
                <span class="soft">"The error is in line"</span>
                <input class="input quiz-line" type="text" inputmode="numeric" name="given[line]" value=line pattern="[0-9]{1,6}" title="A number, counted from 1" autocomplete="off" />
            </label>
        </fieldset>
    }
    .erase()
}

fn letter(at: usize) -> String {
    char::from_u32('A' as u32 + at as u32)
        .filter(char::is_ascii_uppercase)
        .map_or_else(|| (at + 1).to_string(), String::from)
}

/// A line to which one of the choices is given: their values and texts, and the chosen value.
fn select_line(
    field: String,
    label: String,
    choices: &[(String, String)],
    chosen: &str,
    html: Html,
) -> AnyView {
    let options = choices
        .iter()
        .map(|(value, text)| {
            view! {
                <option value=value.clone() selected=value == chosen>
                    {text.clone()}
                </option>
            }
        })
        .collect_view();
    view! {
        <li>
            <select class="input" name=field aria-label=label>
                <option value="">"–"</option>
                {options}
            </select>
            <span inner_html=html.0></span>
        </li>
    }
    .erase()
}

fn ordering(items: Vec<(Uuid, Html, Option<usize>)>) -> AnyView {
    let choices: Vec<(String, String)> = (1..=items.len())
        .map(|to| (to.to_string(), to.to_string()))
        .collect();
    let lines = items
        .into_iter()
        .zip(1..)
        .map(|((id, html, place), n): (_, usize)| {
            let place = place.map(|place| place.to_string()).unwrap_or_default();
            let label = format!("Place of line {n}");
            select_line(
                format!("given[order][i{id}]"),
                label,
                &choices,
                &place,
                html,
            )
        })
        .collect_view();
    view! {
        <p class="soft">"Give each its place."</p>
        <ul class="quiz-places">{lines}</ul>
    }
    .erase()
}

fn matching(left: Vec<(Uuid, Html, Option<Uuid>)>, right: Vec<(Uuid, Html)>) -> AnyView {
    let choices: Vec<(String, String)> = right
        .iter()
        .enumerate()
        .map(|(at, (id, _))| (id.to_string(), letter(at)))
        .collect();
    let offered = right
        .into_iter()
        .enumerate()
        .map(|(at, (_, html))| {
            view! {
                <li>
                    <b class="num">{letter(at)}</b>
                    <span inner_html=html.0></span>
                </li>
            }
        })
        .collect_view();
    let lines = left
        .into_iter()
        .zip(1..)
        .map(|((id, html, matched), n): (_, usize)| {
            let matched = matched.map(|id| id.to_string()).unwrap_or_default();
            let label = format!("Match for line {n}");
            select_line(
                format!("given[matches][i{id}]"),
                label,
                &choices,
                &matched,
                html,
            )
        })
        .collect_view();
    view! {
        <p class="soft">"Give each the letter of what belongs to it."</p>
        <div class="quiz-matching">
            <ul class="quiz-places">{lines}</ul>
            <ol class="quiz-places">{offered}</ol>
        </div>
    }
    .erase()
}
