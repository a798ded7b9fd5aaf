//! Renders a path for its editors: its problems, its parts as a list and as a drawing, and the form
//! of one part.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::edit;
use super::rights::OnPath;
use super::store::{self, NodeRow, NuggetChoice};
use super::ways_html::edges;
use crate::mastery::server::drawing::{Drawn, draw};
use crate::mastery::server::map_html::apart;
use crate::narrative::api::{AddPathNode, ChangePathNode, SaveChoices, SavePath, SetPathPublished};
use crate::narrative::{
    CHOICE_CHARACTERS, NarrativePage, PATH_DESCRIPTION_CHARACTERS, PATH_TITLE_CHARACTERS,
    path_editor_path, path_path,
};
use crate::platform::db::Conn;
use crate::platform::error::{AppError, AppResult};
use crate::platform::http::flash::Flash;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Field, Form, FormState, Notice, Select, TextArea, Tone,
};

/// Returns the page of a path for its editors. `node` is the id of the part whose form is shown.
pub async fn page(conn: &mut Conn, on: &OnPath, node: &str) -> AppResult<NarrativePage> {
    let nodes = store::nodes(conn, on.path.path_id).await?;
    let at = nodes.iter().position(|row| row.node_id.to_string() == node);
    if at.is_none() && !node.is_empty() {
        return Err(AppError::NotFound(
            "There is no such part on this path.".to_owned(),
        ));
    }
    let free = match at {
        Some(_) => Vec::new(),
        None => store::free_nuggets(conn, on.path.path_id, on.path.course_id).await?,
    };
    let flash = on.me.cx.flash.as_ref();
    Ok(NarrativePage {
        title: on.path.title.clone(),
        language: on.path.language.clone(),
        path: on.path.path_id,
        body: apart(|| match at {
            Some(at) => part(on, &nodes, at, flash),
            None => whole(on, &nodes, &free, flash),
        }),
    })
}

fn form_of(path: &'static str, flash: Option<&Flash>) -> FormState {
    FormState::after(path, flash.filter(|flash| flash.form == path))
}

fn whole(on: &OnPath, nodes: &[NodeRow], free: &[NuggetChoice], flash: Option<&Flash>) -> AnyView {
    let drawn: Vec<Drawn> = nodes
        .iter()
        .map(|node| Drawn {
            label: node.title.clone(),
            class: if node.has_text { "learning" } else { "gap" },
            href: path_editor_path(on.path.path_id, Some(node.node_id)),
        })
        .collect();
    let svg = draw("Drawing of the path", &drawn, &edges(nodes));
    view! {
        {status(on, nodes, form_of(SetPathPublished::PATH, flash))}
        {about(on, form_of(SavePath::PATH, flash))}
        <h2>"Parts"</h2>
        <p class="soft">"A walk begins at the first part. Open a part to edit its choices."</p>
        {parts(on, nodes, form_of(ChangePathNode::PATH, flash))}
        {add(on, free, form_of(AddPathNode::PATH, flash))}
        <h2>"Ways"</h2>
        <div inner_html=svg></div>
    }
    .erase()
}

fn status(on: &OnPath, nodes: &[NodeRow], form: FormState) -> AnyView {
    let problems = edit::check(nodes);
    let is_published = on.path.is_published();
    let badge = match is_published {
        true => view! { <Badge tone=Tone::Ok text="Published" /> },
        false => view! { <Badge text="Draft" /> },
    };
    let list = (!problems.is_empty()).then(|| {
        let lines = problems.iter().map(|problem| {
            let link = problem.node.and_then(|at| nodes.get(at)).map(|node| {
                let href = path_editor_path(on.path.path_id, Some(node.node_id));
                view! {
                    " "
                    <a href=href>"Edit this part"</a>
                }
            });
            view! { <li dir="auto">{problem.sentence.clone()} {link}</li> }
        });
        let lines = lines.collect_view();
        view! {
            <Notice tone=Tone::Warn>"These problems keep the path from being published."</Notice>
            <ul>{lines}</ul>
        }
    });
    let path = on.path.path_id.to_string();
    let word = if is_published {
        "Make it a draft"
    } else {
        "Publish"
    };
    let kind = if is_published {
        ButtonKind::Secondary
    } else {
        ButtonKind::Primary
    };
    view! {
        <p class="row">
            {badge} <a href=path_path(on.path.path_id)>"Walk the path"</a>
        </p>
        {list}
        <Form form=form class="row">
            <input type="hidden" name="path" value=path />
            <input type="hidden" name="published" value=(!is_published).to_string() />
            <Button kind=kind>{word}</Button>
        </Form>
    }
    .erase()
}

fn about(on: &OnPath, form: FormState) -> AnyView {
    let is_refused = ["title", "description"]
        .iter()
        .any(|field| form.error(field).get_untracked().is_some());
    let (path, title, description) = (
        on.path.path_id.to_string(),
        form.value("title", &on.path.title),
        form.value("description", &on.path.description),
    );
    view! {
        <details open=is_refused>
            <summary>"Title and description"</summary>
            <Form form=form class="stack">
                <input type="hidden" name="path" value=path />
                <Field
                    name="title"
                    label="Title"
                    value=title
                    error=form.error("title")
                    max_length=PATH_TITLE_CHARACTERS
                    required=true
                />
                <TextArea
                    name="description"
                    label="Description"
                    value=description
                    error=form.error("description")
                    max_length=PATH_DESCRIPTION_CHARACTERS
                />
                <div class="row">
                    <Button>"Save"</Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

fn parts(on: &OnPath, nodes: &[NodeRow], form: FormState) -> AnyView {
    let path = on.path.path_id;
    let last = nodes.len().saturating_sub(1);
    let lines = nodes.iter().enumerate().map(|(at, node)| {
        let form = form.of_item("node", &node.node_id.to_string());
        let act = |name: &'static str, word: &'static str| {
            let label = format!("{word}: {}", node.title);
            view! {
                <Button kind=ButtonKind::Quiet name="act" value=name label=label>
                    {word}
                </Button>
            }
        };
        let up = (at > 0).then(|| act("up", "Up"));
        let down = (at < last).then(|| act("down", "Down"));
        let gone =
            (!node.has_text).then(|| view! { <Badge tone=Tone::Warn text="Text is gone" /> });
        let remove = act("remove", "Remove");
        let (id, node_id) = (path.to_string(), node.node_id.to_string());
        view! {
            <li>
                <a href=path_editor_path(path, Some(node.node_id)) dir="auto">
                    {node.title.clone()}
                </a>
                <span class="soft" dir="auto">
                    {node.meta().concepts.join(", ")}
                </span>
                {gone}
                <Form form=form class="inline">
                    <input type="hidden" name="path" value=id />
                    <input type="hidden" name="node" value=node_id />
                    {up}
                    {down}
                    {remove}
                </Form>
            </li>
        }
    });
    view! { <ol class="path-parts">{lines.collect_view()}</ol> }.erase()
}

fn add(on: &OnPath, free: &[NuggetChoice], form: FormState) -> Option<AnyView> {
    (!free.is_empty()).then(|| {
        let mut options = vec![(String::new(), "Choose".to_owned())];
        options.extend(free.iter().map(|nugget| {
            let concepts = nugget.meta().concepts.join(", ");
            let label = match concepts.is_empty() {
                true => nugget.title.clone(),
                false => format!("{} ({concepts})", nugget.title),
            };
            (nugget.nugget_id.to_string(), label)
        }));
        let path = on.path.path_id.to_string();
        view! {
            <Form form=form class="stack">
                <input type="hidden" name="path" value=path />
                <Select
                    name="nugget"
                    label="Add a nugget"
                    options=options
                    value=form.value("nugget", "")
                    error=form.error("nugget")
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary>"Add"</Button>
                </div>
            </Form>
        }
        .erase()
    })
}

/// Rows for choices in the form of a part.
const ROWS: usize = 4;

fn part(on: &OnPath, nodes: &[NodeRow], at: usize, flash: Option<&Flash>) -> AnyView {
    let Some(node) = nodes.get(at) else {
        return ().into_any();
    };
    let form = form_of(SaveChoices::PATH, flash);
    let choices = node.choices();
    let mut targets = vec![
        (String::new(), "Choose".to_owned()),
        ("end".to_owned(), "The end of the path".to_owned()),
    ];
    targets.extend(
        nodes
            .iter()
            .map(|other| (other.node_id.to_string(), other.title.clone())),
    );
    let mut concepts = vec![(String::new(), "Nothing".to_owned())];
    for name in nodes.iter().flat_map(|node| node.meta().concepts) {
        for key in store::keys(std::slice::from_ref(&name)) {
            if concepts.iter().all(|(known, _)| *known != key) {
                concepts.push((key, name.clone()));
            }
        }
    }
    let rows = (0..ROWS).map(|row| {
        let choice = choices.get(row);
        let stored = [
            choice.map(|choice| choice.text.clone()).unwrap_or_default(),
            choice
                .map(|choice| match choice.next_node_id {
                    Some(node) => node.to_string(),
                    None => "end".to_owned(),
                })
                .unwrap_or_default(),
            choice
                .and_then(|choice| choice.reveals_gap.clone())
                .unwrap_or_default(),
            choice
                .and_then(|choice| choice.confirms_mastery.clone())
                .unwrap_or_default(),
        ];
        choice_row(form, row, stored, &targets, &concepts)
    });
    let rows = rows.collect_view();
    let (path, id) = (on.path.path_id.to_string(), node.node_id.to_string());
    view! {
        <h2 dir="auto">{node.title.clone()}</h2>
        <p>
            <a href=path_editor_path(on.path.path_id, None)>"All parts"</a>
        </p>
        <details>
            <summary>"Text of this part"</summary>
            <div class="prose" dir="auto" inner_html=node.content_html.clone()></div>
        </details>
        <p class="soft">
            "Two to four choices. A choice that shows a gap leads back to what is missing; one that says that something is known is offered once the learner's level is no gap. A row without text is left out."
        </p>
        <Form form=form class="stack" guards=true>
            <input type="hidden" name="path" value=path />
            <input type="hidden" name="node" value=id />
            {rows}
            <div class="row">
                <Button>"Save the choices"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn choice_row(
    form: FormState,
    row: usize,
    [text, target, reveals, confirms]: [String; 4],
    targets: &[(String, String)],
    concepts: &[(String, String)],
) -> AnyView {
    let name = |field: &str| format!("choices[{row}][{field}]");
    let of = |field: &str, stored: &str| form.value(&name(field), stored);
    let concept = |field: &str, label: &'static str, stored: &str| {
        view! {
            <Select
                id=format!("choice-{row}-{field}")
                name=name(field)
                label=label
                options=concepts.to_vec()
                value=of(field, stored)
                required=false
                unmarked=true
            />
        }
        .erase()
    };
    view! {
        <fieldset class="panel stack">
            <legend>{format!("Choice {}", row + 1)}</legend>
            <Field
                id=format!("choice-{row}-text")
                name=name("text")
                label="Text"
                value=of("text", &text)
                error=form.error(&name("text"))
                max_length=CHOICE_CHARACTERS
                unmarked=true
            />
            <Select
                id=format!("choice-{row}-target")
                name=name("target")
                label="Leads to"
                options=targets.to_vec()
                value=of("target", &target)
                error=form.error(&name("target"))
                required=false
                unmarked=true
            />
            {concept("reveals", "Shows a gap in", &reveals)}
            {concept("confirms", "Says that this is known", &confirms)}
        </fieldset>
    }
    .erase()
}
