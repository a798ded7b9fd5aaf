//! Renders the list of paths.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::rights::may_edit;
use super::store::{self, PathRow, PathSource};
use crate::mastery::server::map_html::apart;
use crate::narrative::api::MakePath;
use crate::narrative::{PathListPage, path_editor_path, path_path};
use crate::paths::KNOWLEDGE;
use crate::platform::auth::UserRole;
use crate::platform::auth::guard::SignedIn;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ui::{
    Badge, Button, EmptyState, Erase, Form, FormState, Language, Select, Tone,
};

/// Returns the paths that the person may walk or edit, and what new ones can be made of.
pub async fn page(conn: &mut Conn, me: &SignedIn) -> AppResult<PathListPage> {
    let (user, role) = (me.user_id(), me.viewer.role);
    let is_admin = role == UserRole::Admin;
    let paths = store::paths(conn, user, is_admin).await?;
    let sources = store::sources(conn, user, is_admin, role != UserRole::Learner).await?;
    let flash = me.cx.flash.as_ref();
    let list = apart(|| {
        let form = FormState::after(
            MakePath::PATH,
            flash.filter(|flash| flash.form == MakePath::PATH),
        );
        view! {
            <p>
                <a href=KNOWLEDGE>"What you know"</a>
            </p>
            {lines(&paths, role)}
            {(!sources.is_empty()).then(|| make(&sources, form))}
        }
        .erase()
    });
    Ok(PathListPage { list })
}

fn lines(paths: &[PathRow], role: UserRole) -> AnyView {
    if paths.is_empty() {
        let text = "Paths of your courses appear here once their tutors publish them.";
        return view! { <EmptyState title="No paths yet" text=text /> }.erase();
    }
    let lines = paths.iter().map(|path| {
        let language = Language::new(path.language.clone());
        let course = (!path.course_title.is_empty()).then(|| {
            view! { <span class="soft">{language.inline(path.course_title.clone())}</span> }
        });
        let draft = (!path.is_published()).then(|| view! { <Badge text="Draft" /> });
        let begun = path
            .is_begun
            .then(|| view! { <Badge tone=Tone::Info text="Begun" /> });
        let edit = may_edit(role, path).then(|| {
            let label = format!("Edit {}", path.title);
            view! {
                <a href=path_editor_path(path.path_id, None) aria-label=label>
                    "Edit"
                </a>
            }
        });
        let parts = match path.nodes {
            1 => "1 part".to_owned(),
            count => format!("{count} parts"),
        };
        view! {
            <li class="path-line">
                <span>
                    <a class="path-name" href=path_path(path.path_id) dir="auto">
                        {path.title.clone()}
                    </a>
                    {(!path.description.is_empty())
                        .then(|| view! { <span class="soft" dir="auto">{path.description.clone()}</span> })}
                </span>
                <span class="row">{course} <span class="soft">{parts}</span> {draft} {begun} {edit}</span>
            </li>
        }
    });
    view! { <ul class="path-list">{lines.collect_view()}</ul> }.erase()
}

fn make(sources: &[PathSource], form: FormState) -> AnyView {
    let mut options = vec![(String::new(), "Choose".to_owned())];
    options.extend(
        sources
            .iter()
            .map(|source| (source.value.clone(), source.label.clone())),
    );
    view! {
        <section class="stack" aria-labelledby="make-path">
            <h2 id="make-path">"Make a path"</h2>
            <p class="soft">
                "Its parts and their order follow the concepts of the texts. It is a draft that you edit and publish."
            </p>
            <Form form=form class="stack">
                <Select
                    name="source"
                    label="Course or document"
                    options=options
                    value=form.value("source", "")
                    error=form.error("source")
                />
                <div class="row">
                    <Button>"Make a path"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
