//! Shows what an import will change, with the buttons that import the course and forget it.

use leptos::prelude::*;

use crate::authoring::imports::{CoursePreview, NamedParts, PartChanges};
use crate::platform::ui::{
    Button, ButtonKind, Column, Erase, Form, FormState, Language, Notice, Table, Tone,
};
use crate::teaching::Area;

pub fn preview(found: CoursePreview, confirm: FormState, discard: FormState) -> AnyView {
    let language = found.course_title.language.clone();
    let kind = if found.is_book {
        "mdBook"
    } else {
        "native format"
    };
    let effect = match found.is_new {
        true => view! { <p role="status">"A new course. It will be a draft: nobody can enroll until you publish it."</p> }
            .erase(),
        false => {
            let path = Area::Outline.path(&found.slug);
            view! {
                <p role="status">
                    "Changes the course at "<a href=path>{found.slug.clone()}</a>". Learners see the changes at once."
                </p>
            }
            .erase()
        }
    };
    let lists = found.parts.iter().map(|part| lists(part, &language));
    let lists = lists.collect_view();
    let left_out = (!found.left_out.is_empty()).then(|| left_out(&found.left_out));
    let moved = found.moved.iter().map(|(was, now)| {
        let said = format!(
            "Module {was} will be module {now}, but what learners reached in its quizzes stays with module {was}."
        );
        view! { <Notice tone=Tone::Warn title="Learners have reached this module">{said}</Notice> }
    });
    let moved = moved.collect_view();
    let kept = found.page_is_kept.then(|| {
        view! { <p>"Title, texts, language, price and access stay as they were edited here."</p> }
    });
    let title = language.inline(found.course_title.text.clone());
    view! {
        <section class="stack bank-import" aria-label="Preview">
            <dl class="bank-file">
                <div>
                    <dt>"Course"</dt>
                    <dd>{title}</dd>
                </div>
                <div>
                    <dt>"Name in addresses"</dt>
                    <dd>{found.slug.clone()}</dd>
                </div>
                <div>
                    <dt>"File"</dt>
                    <dd>{format!("{} ({kind}, {})", found.file, files(found.files))}</dd>
                </div>
            </dl>
            {effect}
            {kept}
            {moved}
            {counts(&found.parts)}
            {foot(&found, confirm, discard)}
            {left_out}
            {lists}
        </section>
    }
    .erase()
}

fn files(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

fn counts(parts: &[PartChanges]) -> AnyView {
    let columns = vec![
        Column::new("Part"),
        Column::new("Added").figures(),
        Column::new("Updated").figures(),
        Column::new("Retired").figures(),
        Column::new("Kept as edited here").figures(),
        Column::new("Unchanged").figures(),
    ];
    let rows = parts
        .iter()
        .map(|part| {
            view! {
                <tr>
                    <td>{part.name.clone()}</td>
                    <td class="r">{part.added.count}</td>
                    <td class="r">{part.updated.count}</td>
                    <td class="r">{part.retired.count}</td>
                    <td class="r">{part.kept.count}</td>
                    <td class="r">{part.unchanged}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table label="Changes" columns=columns>
            {rows}
        </Table>
    }
    .erase()
}

fn foot(found: &CoursePreview, confirm: FormState, discard: FormState) -> AnyView {
    let (id, same, seen) = (found.id.clone(), found.id.clone(), found.seen.clone());
    let label = if found.is_new {
        "Import course"
    } else {
        "Update course"
    };
    view! {
        <div class="row">
            // The page is loaded again, because a refused confirmation comes with a new preview.
            <Form form=confirm class="bank-confirm" reloads=true>
                <input type="hidden" name="preview" value=id />
                <input type="hidden" name="seen" value=seen />
                <Button busy=confirm.busy()>{label}</Button>
            </Form>
            <Form form=discard class="bank-confirm">
                <input type="hidden" name="preview" value=same />
                <Button kind=ButtonKind::Secondary busy=discard.busy()>
                    "Choose another file"
                </Button>
            </Form>
        </div>
    }
    .erase()
}

fn left_out(sentences: &[String]) -> AnyView {
    let lines = sentences.iter().map(|said| {
        let said = said.clone();
        view! { <li class="import-note">{said}</li> }
    });
    view! {
        <h2>"Left out"</h2>
        <ul>{lines.collect_view()}</ul>
    }
    .erase()
}

/// The names of what changes in one kind of parts.
fn lists(part: &PartChanges, language: &Language) -> AnyView {
    let of = |what: &str, parts: &NamedParts| {
        (parts.count > 0).then(|| {
            let names = parts.names.iter().map(|name| {
                let name = language.inline(name.clone());
                view! { <li>{name}</li> }
            });
            let names = names.collect_view();
            let more = parts.count - parts.names.len();
            let more =
                (more > 0).then(|| view! { <p class="soft">{format!("and {more} more")}</p> });
            let title = format!("{} {what}", part.name);
            view! {
                <details class="import-list">
                    <summary>{format!("{title} ({})", parts.count)}</summary>
                    <ul>{names}</ul>
                    {more}
                </details>
            }
            .erase()
        })
    };
    view! {
        {of("added", &part.added)}
        {of("updated", &part.updated)}
        {of("retired", &part.retired)}
        {of("kept as edited here", &part.kept)}
    }
    .erase()
}
