//! The preview of a file: its new, changed and unchanged questions, and those that are left out.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use super::lists::left_out;
use crate::platform::ui::{
    Button, ButtonKind, Column, Erase, Form, FormState, Notice, Select, Table, Tone,
};
use crate::question_bank::authoring::api::{ConfirmImport, DiscardImport};
use crate::question_bank::authoring::{ChangedQuestion, ImportPreview, PreviewList};
use crate::teaching::Area;

#[derive(Clone, Copy)]
pub struct PreviewForms {
    confirm: FormState,
    discard: FormState,
}

impl PreviewForms {
    pub fn of() -> Self {
        Self {
            confirm: FormState::of(ConfirmImport::PATH),
            discard: FormState::of(DiscardImport::PATH),
        }
    }
}

pub fn preview(course: &str, found: ImportPreview, forms: PreviewForms) -> AnyView {
    let changed = found.changed.len() + found.more_changed;
    let effect = found.added.count + changed;
    let said = format!(
        "{} new, {changed} changed, {} unchanged, {} kept as edited here, {} left out.",
        found.added.count, found.unchanged.count, found.kept.count, found.refused
    );
    let summary = match (&found.problem, effect) {
        (Some(problem), _) => {
            let problem = problem.clone();
            view! {
                <Notice tone=Tone::Warn title="This file can’t be imported yet">
                    {problem}
                </Notice>
            }
            .erase()
        }
        (None, 0) => view! {
            <Notice title="This file would change nothing">
                {said}
            </Notice>
        }
        .erase(),
        (None, _) => view! { <p role="status">{said}</p> }.erase(),
    };
    let buttons = foot(course, &found, effect, forms);
    let namesake = found.has_namesake.then(|| namesake(course, &found));
    view! {
        <section class="stack bank-import" aria-label="Preview" tabindex="-1" autofocus=true>
            <dl class="bank-file">
                <div>
                    <dt>"File"</dt>
                    <dd>{format!("{} ({})", found.file, found.format)}</dd>
                </div>
                <div>
                    <dt>"Topic"</dt>
                    <dd>{found.place}</dd>
                </div>
                <div>
                    <dt>"Use in"</dt>
                    <dd>{found.purpose}</dd>
                </div>
            </dl>
            {summary}
            {namesake}
            {buttons}
            {group("New", found.added, true)}
            {changes(found.changed, found.more_changed)}
            {group("Kept as edited here", found.kept, true)}
            {group("No longer in the file, but still in use", found.missing, true)}
            {group("Unchanged", found.unchanged, false)}
            {left_out(found.left_out)}
        </section>
    }
    .erase()
}

/// The buttons that import the file and that forget it.
fn foot(course: &str, found: &ImportPreview, effect: usize, forms: PreviewForms) -> AnyView {
    let hidden = |name: &'static str, value: &str| {
        let value = value.to_owned();
        view! { <input type="hidden" name=name value=value /> }.erase()
    };
    let label = match effect {
        1 => "Import 1 question".to_owned(),
        count => format!("Import {count} questions"),
    };
    let confirm = (found.problem.is_none() && effect > 0).then(|| {
        let fields = [
            hidden("course", course),
            hidden("preview", &found.id),
            hidden("same_name", &found.same_name),
            hidden("seen", &found.seen),
        ];
        view! {
            // The page is loaded again, because a refused confirmation comes with a new preview.
            <Form form=forms.confirm class="bank-confirm" reloads=true>
                {fields.into_iter().collect_view()}
                <Button>{label}</Button>
            </Form>
        }
    });
    let fields = [hidden("course", course), hidden("preview", &found.id)];
    view! {
        <div class="row">
            {confirm}
            <Form form=forms.discard class="bank-confirm">
                {fields.into_iter().collect_view()}
                <Button kind=ButtonKind::Secondary busy=forms.discard.busy()>
                    "Choose another file"
                </Button>
            </Form>
        </div>
    }
    .erase()
}

/// The choice for a file whose name was imported before.
fn namesake(course: &str, found: &ImportPreview) -> AnyView {
    let choices = [
        ("", "Compare the questions, and ask me if unclear"),
        ("update", "Update its questions (this is a new version)"),
        ("add", "Add the questions (this is another file)"),
    ];
    let choices = choices.map(|(value, label)| (value.to_owned(), label.to_owned()));
    view! {
        <form class="bank-namesake" method="get" action=format!("{}/import", Area::Questions.path(course))>
            <input type="hidden" name="preview" value=found.id.clone() />
            <Select
                name="same_name"
                label="A file with this name was imported before"
                value=found.same_name.clone()
                options=choices.to_vec()
            />
            <Button kind=ButtonKind::Secondary>"Update preview"</Button>
        </form>
    }
    .erase()
}

/// A list of questions that can be folded.
fn group(title: &'static str, list: PreviewList, is_open: bool) -> Option<AnyView> {
    if list.count == 0 {
        return None;
    }
    let more = list.count - list.items.len();
    let more = (more > 0).then(|| view! { <p class="soft">{format!("and {more} more")}</p> });
    let items = list.items.into_iter().map(|item| view! { <li>{item}</li> });
    Some(
        view! {
            <details class="bank-part" open=is_open>
                <summary>
                    <h2>{title}</h2>
                    <span class="soft">{list.count}</span>
                </summary>
                <ul>{items.collect_view()}</ul>
                {more}
            </details>
        }
        .erase(),
    )
}

fn changes(changed: Vec<ChangedQuestion>, more: usize) -> Option<AnyView> {
    if changed.is_empty() {
        return None;
    }
    let count = changed.len() + more;
    let more = (more > 0).then(|| view! { <p class="soft">{format!("and {more} more")}</p> });
    let rows = changed
        .into_iter()
        .map(|one| {
            let before =
                (one.before != one.after).then(|| view! { <del class="soft">{one.before}</del> });
            view! {
                <tr>
                    <td>
                        {before}
                        <span>{one.after}</span>
                    </td>
                    <td>{one.parts}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::new("Question"), Column::new("Changes")];
    Some(
        view! {
            <details class="bank-part" open>
                <summary>
                    <h2>"Changed"</h2>
                    <span class="soft">{count}</span>
                </summary>
                <Table label="Changed questions" columns=columns>
                    {rows}
                </Table>
                {more}
            </details>
        }
        .erase(),
    )
}
