//! Pages `/admin/site/pages` and below, on which admins write the site's pages.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    AskCmsTerms, CreateCmsPage, DeleteCmsPage, PlaceCmsPage, PreviewCmsPage, RestoreCmsVersion,
    SaveCmsPage, WithdrawCmsPage, load_cms_editor, load_cms_history, load_cms_pages,
};
use super::{
    CMS_SLUG_CHARACTERS, CMS_TEXT_CHARACTERS, CMS_TITLE_CHARACTERS, CmsEditor, CmsHistory, CmsLine,
    SITE_PAGES, cms_edit_path, cms_history_path,
};
use crate::authoring::editor::pages::version_changes;
use crate::authoring::editor::writing::{TEXT, TextWriter};
use crate::people::pages::{frame_below, frame_under};
use crate::people::{AdminArea, counted};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Checkbox, Column, EmptyState, Erase, Field, Form, FormState, Html,
    Notice, Page, Table, TextArea, Tone, loaded, page_resource, path_part, query_now, query_value,
    site_frame,
};

pub fn cms_pages_page() -> AnyView {
    let page = page_resource(|| (), |()| load_cms_pages());
    let form = FormState::of(CreateCmsPage::PATH);
    let show = move |lines: Vec<CmsLine>| {
        let inside = view! {
            {list(lines)}
            {new_page(form)}
        };
        frame_below(AdminArea::Site, "Pages".to_owned(), inside.erase())
    };
    view! { <Page title="Pages">{loaded(page, show)}</Page> }.erase()
}

fn list(lines: Vec<CmsLine>) -> AnyView {
    if lines.is_empty() {
        return view! {
            <EmptyState
                title="No pages yet"
                text="Write pages such as an imprint, a privacy notice or a page about your school."
            />
        }
        .erase();
    }
    let columns = vec![
        Column::new("Page"),
        Column::new("Address"),
        Column::new("State"),
        Column::new("Navigation"),
        Column::new("Changed"),
    ];
    let rows = lines.into_iter().map(line).collect_view();
    view! {
        <Table label="Pages" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn line(line: CmsLine) -> AnyView {
    let place = match (line.in_header, line.in_footer) {
        (true, true) => "Header and footer",
        (true, false) => "Header",
        (false, true) => "Footer",
        (false, false) => "None",
    };
    let (changed, exactly) = line.changed;
    view! {
        <tr>
            <th scope="row">
                <a href=cms_edit_path(&line.slug) dir="auto">
                    {line.title}
                </a>
            </th>
            <td class="admin-reason" data-label="Address">
                {format!("/pages/{}", line.slug)}
            </td>
            <td data-label="State">{state(line.is_published, line.has_draft)}</td>
            <td data-label="Navigation">{place}</td>
            <td data-label="Changed">
                <time datetime=exactly>{changed}</time>
            </td>
        </tr>
    }
    .erase()
}

fn state(is_published: bool, has_draft: bool) -> AnyView {
    let (tone, text) = match (is_published, has_draft) {
        (true, false) => (Tone::Ok, "Published"),
        (true, true) => (Tone::Info, "Published, with a draft"),
        (false, _) => (Tone::Neutral, "Draft"),
    };
    view! { <Badge tone=tone text=text /> }.erase()
}

fn new_page(form: FormState) -> AnyView {
    view! {
        <section class="stack" aria-labelledby="ly-new">
            <h2 id="ly-new">"New page"</h2>
            <Form form=form class="stack course-form">
                <Field
                    name="title"
                    label="Title"
                    value=form.value("title", "")
                    error=form.error("title")
                    max_length=CMS_TITLE_CHARACTERS
                    required=true
                    autocomplete="off"
                />
                <Field
                    name="slug"
                    label="Name in the address"
                    hint="Lowercase letters, digits and hyphens, for example code-of-conduct. Leave it empty to use the title."
                    value=form.value("slug", "")
                    error=form.error("slug")
                    max_length=CMS_SLUG_CHARACTERS
                    autocomplete="off"
                />
                <div>
                    <Button busy=form.busy()>"Create page"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

#[derive(Clone, Copy)]
struct CmsForms {
    save: FormState,
    place: FormState,
    withdraw: FormState,
    terms: FormState,
    delete: FormState,
}

pub fn cms_editor_page() -> AnyView {
    let slug = path_part("page");
    let page = page_resource(move || slug.get(), load_cms_editor);
    let forms = CmsForms {
        save: FormState::of(SaveCmsPage::PATH),
        place: FormState::of(PlaceCmsPage::PATH),
        withdraw: FormState::of(WithdrawCmsPage::PATH),
        terms: FormState::of(AskCmsTerms::PATH),
        delete: FormState::of(DeleteCmsPage::PATH),
    };
    let show = move |page: CmsEditor| {
        let trail = vec![("Pages".to_owned(), SITE_PAGES.to_owned())];
        let (heading, inside) = (page.title.clone(), editor(page, forms));
        frame_under(AdminArea::Site, trail, heading, inside)
    };
    view! { <Page title="Page">{loaded(page, show)}</Page> }.erase()
}

fn said() -> Option<AnyView> {
    let text = match query_now("done").as_str() {
        "saved" => "Saved as a draft. Only admins see it.",
        "published" => "Published.",
        "withdrawn" => "Withdrawn. Nobody but admins sees the page.",
        "placed" => "The navigation is changed.",
        "terms" => "Changed. People are asked at the next page that they open.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Ok>{text}</Notice> }.erase())
}

fn editor(page: CmsEditor, forms: CmsForms) -> AnyView {
    let see = page.is_published.then(|| {
        let href = format!("/pages/{}", page.slug);
        view! { <a href=href>"View page"</a> }
    });
    let badge = state(page.is_published, page.has_draft);
    let writer = TextWriter::of(PreviewCmsPage::PATH, Vec::new(), page.preview.clone());
    let (text, place) = (text(&page, forms.save, writer), place(&page, forms.place));
    let terms = terms(&page, forms.terms);
    let end = end(&page, forms);
    let language = site_frame().language;
    let shown = move |(_, html): (u32, Html)| {
        view! { <div class="prose cms-preview" lang=language.tag() dir=language.dir() inner_html=html.0></div> }
            .erase()
    };
    view! {
        {said()}
        <p class="row">
            {badge} {see} <a href=cms_history_path(&page.slug, None)>"History"</a>
        </p>
        {text}
        <section class="stack" aria-labelledby="ly-preview">
            <h2 id="ly-preview">"Preview"</h2>
            <p class="soft" hidden=move || !writer.is_behind.get()>
                "The preview is not up to date, because the server can’t be reached."
            </p>
            <For each=move || [writer.preview.get()] key=|preview| preview.0 children=shown />
        </section>
        {place}
        {terms}
        {end}
    }
    .erase()
}

fn text(page: &CmsEditor, form: FormState, writer: TextWriter<Html>) -> AnyView {
    let (slug, revision) = (page.slug.clone(), page.revision.to_string());
    let title = form.value("form[title]", &page.title);
    let text = form.value("form[text]", &page.text);
    let again = page.is_terms.then(|| {
        let checked = !form.value("form[ask_again]", "").is_empty();
        view! {
            <Checkbox
                name="form[ask_again]"
                label="Everybody must accept the published text again"
                checked=checked
            />
        }
    });
    view! {
        <Form form=form class="stack cms-form" guards=true>
            <input type="hidden" name="page" value=slug />
            <input type="hidden" name="form[revision]" value=revision />
            <Field
                id="ly-title"
                name="form[title]"
                label="Title"
                value=title
                error=form.error("title")
                max_length=CMS_TITLE_CHARACTERS
                required=true
                autocomplete="off"
            />
            <div
                class="stack"
                on:input=move |_| writer.changed()
                on:keydown=move |event| writer.key(&event)
            >
                {writer.tools()}
                <TextArea
                    id=TEXT
                    name="form[text]"
                    label="Text"
                    hint="In Markdown. The buttons work on the selected text, and the preview is below."
                    value=text
                    error=form.error("text")
                    max_length=CMS_TEXT_CHARACTERS
                    unmarked=true
                />
            </div>
            {again}
            <div class="row">
                <Button busy=form.busy() name="form[go]" value="publish">
                    "Publish"
                </Button>
                <Button kind=ButtonKind::Secondary busy=form.busy() name="form[go]" value="save">
                    "Save draft and preview"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn place(page: &CmsEditor, form: FormState) -> AnyView {
    let slug = page.slug.clone();
    // Browsers send nothing for an empty box, so an absent field of a sent form is off.
    let was_sent = !form.value("page", "").is_empty();
    let checked = |field: &str, set: bool| match was_sent {
        true => !form.value(field, "").is_empty(),
        false => set,
    };
    let in_header = checked("form[in_header]", page.in_header);
    let in_footer = checked("form[in_footer]", page.in_footer);
    let order = form.value("form[nav_order]", &page.nav_order.to_string());
    view! {
        <section class="stack" aria-labelledby="ly-place">
            <h2 id="ly-place">"Navigation"</h2>
            <Form form=form class="stack course-form">
                <input type="hidden" name="page" value=slug />
                <Checkbox
                    name="form[in_header]"
                    label="In the header"
                    hint="For visitors who are not signed in."
                    checked=in_header
                />
                <Checkbox
                    name="form[in_footer]"
                    label="In the footer"
                    checked=in_footer
                />
                <Field
                    id="ly-order"
                    name="form[nav_order]"
                    label="Order"
                    r#type="number"
                    hint="Pages with smaller numbers come first, pages with equal numbers by title."
                    value=order
                    error=form.error("nav_order")
                    unmarked=true
                    autocomplete="off"
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Save navigation"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn terms(page: &CmsEditor, form: FormState) -> AnyView {
    let slug = page.slug.clone();
    let said = match page.is_terms {
        true => format!(
            "Everybody must accept this page when they sign up, or at the next page that they open. Version {} was accepted by {}.",
            page.terms_version,
            counted(page.accepted_by, "person", "people")
        ),
        false => "A site can have one page that everybody must accept. Another one would no longer be asked for.".to_owned(),
    };
    let asks = (!page.is_terms).to_string();
    let label = match page.is_terms {
        true => "Ask nobody to accept it",
        false => "Ask everybody to accept it",
    };
    view! {
        <section class="stack" aria-labelledby="ly-terms">
            <h2 id="ly-terms">"Terms"</h2>
            <p class="soft">{said}</p>
            <Form form=form class="row">
                <input type="hidden" name="page" value=slug />
                <input type="hidden" name="asks" value=asks />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    {label}
                </Button>
            </Form>
        </section>
    }
    .erase()
}

fn end(page: &CmsEditor, forms: CmsForms) -> AnyView {
    let (withdraw, delete) = (forms.withdraw, forms.delete);
    let slug = page.slug.clone();
    let withdrawal = page.is_published.then(|| {
        let slug = slug.clone();
        view! {
            <Form form=withdraw class="row">
                <input type="hidden" name="page" value=slug />
                <Button kind=ButtonKind::Secondary busy=withdraw.busy()>
                    "Withdraw page"
                </Button>
            </Form>
        }
    });
    let failed = delete.problem().get_untracked().is_some();
    view! {
        {withdrawal}
        <details class="leave soft" open=failed>
            <summary>"Delete"</summary>
            <Form form=delete>
                <p>"The page and all of its versions are deleted for good."</p>
                <input type="hidden" name="page" value=slug />
                <div>
                    <Button kind=ButtonKind::Danger busy=delete.busy()>
                        "Delete this page"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

pub fn cms_history_page() -> AnyView {
    let (slug, version) = (path_part("page"), query_value("version"));
    let page = page_resource(
        move || (slug.get(), version.get()),
        |(slug, version)| load_cms_history(slug, version),
    );
    let form = FormState::of(RestoreCmsVersion::PATH);
    let show = move |page: CmsHistory| {
        let slug = slug.get_untracked();
        let trail = vec![
            ("Pages".to_owned(), SITE_PAGES.to_owned()),
            (page.title.clone(), cms_edit_path(&slug)),
        ];
        let inside = history(&slug, page, form);
        frame_under(AdminArea::Site, trail, "History".to_owned(), inside)
    };
    view! { <Page title="History">{loaded(page, show)}</Page> }.erase()
}

fn history(slug: &str, page: CmsHistory, form: FormState) -> AnyView {
    let done = (query_now("done") == "restored").then(
        || view! { <Notice tone=Tone::Ok>"Restored. It is the newest version now."</Notice> },
    );
    if page.versions.is_empty() {
        return view! {
            <EmptyState title="No versions yet" text="Each text that is published is kept here." />
        }
        .erase();
    }
    let newest = page.versions.first().map(|version| version.number);
    let columns = vec![
        Column::new("Version"),
        Column::new("Title"),
        Column::new("Published by"),
        Column::new("When"),
    ];
    let rows = page
        .versions
        .into_iter()
        .map(|version| {
            let href = cms_history_path(slug, Some(version.number));
            let by = match version.by.as_str() {
                "" => "Command line".to_owned(),
                name => name.to_owned(),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{format!("Version {}", version.number)}</a>
                    </th>
                    <td dir="auto">{version.title}</td>
                    <td dir="auto">{by}</td>
                    <td>{version.at}</td>
                </tr>
            }
        })
        .collect_view();
    let changes = page.shown.as_ref().map(|shown| {
        let number = shown.number;
        let restore = (Some(number) != newest).then(|| restore(slug, number, form));
        version_changes(shown, restore, &site_frame().language)
    });
    view! {
        {done}
        <Table label="Versions" columns=columns stacks=true>
            {rows}
        </Table>
        {changes}
    }
    .erase()
}

fn restore(slug: &str, number: i32, form: FormState) -> AnyView {
    let slug = slug.to_owned();
    view! {
        <Form form=form class="row">
            <input type="hidden" name="page" value=slug />
            <input type="hidden" name="version" value=number.to_string() />
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                {format!("Restore version {number}")}
            </Button>
            <p class="soft">"The text is published again as the newest version. No version is lost."</p>
        </Form>
    }
    .erase()
}
