//! The questions of each topic. One head stays above all topics; their tables have hidden heads for
//! screen readers.

use leptos::prelude::*;

use super::bulk::{Selection, bulk_bar};
use super::{BankForms, way_back};
use crate::course::QuestionPurpose;
use crate::platform::ui::{Badge, Erase, Form, Language, Tone, query_now};
use crate::question_bank::authoring::{BankGroup, BankLine, BankPage, BankQuery};
use crate::teaching::Area;

/// Id of the form whose buttons move questions. They stand inside the form of the selection.
const ORDER_FORM: &str = "ly-order";

/// The columns: name of the style, label, and whether it holds numbers.
const COLUMNS: [(&str, &str, bool); 8] = [
    ("choose", "Select", false),
    ("prompt", "Question", false),
    ("type", "Type", false),
    ("use", "Use in", false),
    ("figure", "Estimated difficulty", true),
    ("figure", "First attempts", true),
    ("figure", "Share correct", true),
    ("wide-figure", "Discrimination", true),
];
const ORDER_COLUMN: (&str, &str, bool) = ("order", "Order", false);

fn columns(is_ordered: bool) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    COLUMNS
        .into_iter()
        .chain(is_ordered.then_some(ORDER_COLUMN))
}

/// Fixes the widths, which align the columns of all topics.
fn widths(is_ordered: bool) -> AnyView {
    let columns = columns(is_ordered)
        .map(|(class, ..)| view! { <col class=format!("bank-col-{class}") /> })
        .collect_view();
    view! { <colgroup>{columns}</colgroup> }.erase()
}

fn heads(is_ordered: bool) -> AnyView {
    let heads = columns(is_ordered)
        .map(|(_, label, is_figure)| {
            view! {
                <th scope="col" class=is_figure.then_some("r")>
                    {label}
                </th>
            }
        })
        .collect_view();
    view! {
        <thead>
            <tr>{heads}</tr>
        </thead>
    }
    .erase()
}

pub fn groups(course: &str, query: &BankQuery, page: &BankPage, forms: BankForms) -> AnyView {
    let is_ordered = query.is_whole();
    let selection = Selection::of(forms.change);
    let last = page.groups.len();
    let groups = page
        .groups
        .iter()
        .enumerate()
        .map(|(at, lines)| {
            // If the page cuts a topic, its questions on the other page are unknown here.
            let cut = (
                at == 0 && page.previous.is_some(),
                at + 1 == last && page.next.is_some(),
            );
            let shown = Shown {
                course,
                language: &page.course_title.language,
                is_ordered,
                selected: &selection.chosen,
            };
            group(shown, lines.clone(), cut)
        })
        .collect_view();
    let (order_fields, fields) = (way_back(course, query), way_back(course, query));
    let bar = bulk_bar(query, &page.places, forms.change, selection.count);
    let count = selection.count;
    view! {
        <Form form=forms.shift id=ORDER_FORM>
            {order_fields}
        </Form>
        <Form form=forms.change class="bank-groups">
            {fields}
            <div class="bank-list" on:change=move |event| count.changed(&event)>
                <div class="bank-head" aria-hidden="true">
                    <table class="table">
                        {widths(is_ordered)}
                        {heads(is_ordered)}
                        <tbody></tbody>
                    </table>
                </div>
                {groups}
            </div>
            {bar}
        </Form>
    }
    .erase()
}

/// The way in which a group is shown.
#[derive(Clone, Copy)]
struct Shown<'a> {
    course: &'a str,
    language: &'a Language,
    is_ordered: bool,
    /// Ids that were selected when the form was sent without success.
    selected: &'a [String],
}

/// Shows a topic's questions. `cut` tells whether the previous and the next page have more of them.
fn group(shown: Shown<'_>, group: BankGroup, cut: (bool, bool)) -> AnyView {
    let ids: Vec<String> = (group.lines.iter())
        .map(|line| line.question.to_string())
        .collect();
    let purposes: Vec<bool> = (group.lines.iter())
        .map(|line| line.purpose == QuestionPurpose::Exam)
        .collect();
    let count = match ids.len() {
        1 => "1 question".to_owned(),
        count => format!("{count} questions"),
    };
    let rows = group
        .lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            // The questions of the quiz and those of exams have orders of their own.
            let is_near = |other: Option<usize>, is_cut: bool| {
                other
                    .and_then(|other| purposes.get(other))
                    .map_or(is_cut, |purpose| *purpose == purposes[at])
            };
            let ends = (
                is_near(at.checked_sub(1), cut.0),
                is_near(Some(at + 1), cut.1),
            );
            let order = shown
                .is_ordered
                .then(|| view! { <td class="bank-order">{order(&line, ends)}</td> });
            let row = row(shown, line);
            view! { <tr>{row} {order}</tr> }
        })
        .collect_view();
    let title = shown.language.inline(group.title.clone());
    view! {
        <section class="bank-group">
            <input
                class="bank-all"
                type="checkbox"
                name="groups[]"
                value=ids.join(",")
                aria-label=format!("Select all of {}", group.title)
            />
            <details open>
                <summary>
                    <h2>{title}</h2>
                    <span class="soft">{count}</span>
                </summary>
                <table class="table" aria-label=group.title>
                    {widths(shown.is_ordered)}
                    {heads(shown.is_ordered)}
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </section>
    }
    .erase()
}

fn row(shown: Shown<'_>, line: BankLine) -> AnyView {
    let id = line.question.to_string();
    let href = format!("{}/{id}", Area::Questions.path(shown.course));
    let (answers, facility, discrimination, is_flagged) = match line.figures {
        Some(figures) => (
            figures.answers.to_string(),
            figures.facility,
            figures.discrimination,
            figures.good_learners_fail,
        ),
        None => ("0".to_owned(), "–".to_owned(), "–".to_owned(), false),
    };
    let figure = |label: &'static str, value: String| {
        view! {
            <td class="r" data-label=label>
                {value}
            </td>
        }
        .erase()
    };
    let is_selected = shown.selected.contains(&id);
    view! {
        <td class="bank-choose">
            <input type="checkbox" name="ids[]" value=id checked=is_selected aria-label=format!("Select: {}", line.prompt) />
        </td>
        <td class="bank-prompt">
            <div class="bank-name">
                <a href=href>{shown.language.inline(line.prompt)}</a>
                {is_flagged.then(|| view! { <Badge tone=Tone::Danger text="Negative discrimination" /> })}
                {line.is_retired.then(|| view! { <Badge text="Retired" /> })}
            </div>
        </td>
        <td>{line.kind.label()}</td>
        <td>{line.purpose.label()}</td>
        {figure("Difficulty", line.difficulty.unwrap_or_else(|| "–".to_owned()))}
        {figure("Attempts", answers)}
        {figure("Correct", facility)}
        {figure("Discrimination", discrimination)}
    }
    .erase()
}

/// Buttons that move a question up and down. The page reloads after a move, and the same button
/// gets the focus, or the other one where that is disabled.
fn order(line: &BankLine, (up, down): (bool, bool)) -> AnyView {
    let moved = query_now("moved");
    let is_moved = |name: &str| moved == format!("{name}-{}", line.question);
    let button = |is_there: bool, name: &'static str, other: (bool, &str), sign: &'static str| {
        let which = format!("{name}-{}", line.question);
        let label = format!("Move {name}: {}", line.prompt);
        // A question that has reached an end can only be moved back.
        let (other_is_there, other) = other;
        let is_moved = is_there && (is_moved(name) || (!other_is_there && is_moved(other)));
        view! {
            <button class="btn quiet bank-move" form=ORDER_FORM name="which" value=which disabled=!is_there autofocus=is_moved aria-label=label>
                {sign}
            </button>
        }
    };
    view! {
        {button(up, "up", (down, "down"), "↑")}
        {button(down, "down", (up, "up"), "↓")}
    }
    .erase()
}
