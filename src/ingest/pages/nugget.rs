//! Page `/nuggets/NUGGET`: its text with the page that it stands on, slides and changes.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::super::api::{RemakeNuggetSlides, RetireNugget, SaveNugget, load_nugget};
use super::super::{
    CONCEPTS_CHARACTERS, DOCUMENTS, NUGGET_CHARACTERS, NuggetPage, NuggetQuery, NuggetSlide,
    NuggetVersion, TITLE_CHARACTERS, document_page_path, document_path,
};
use super::came_back;
use super::nuggets::nugget_line;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, Erase, Field, Form, FormState, Notice, Page, TextArea,
    Tone, loaded, page_resource, path_part, query_now, query_value,
};

#[derive(Clone, Copy)]
struct NuggetForms {
    save: FormState,
    retire: FormState,
    slides: FormState,
}

/// Page `/nuggets/NUGGET`.
pub fn nugget_page() -> AnyView {
    let id = path_part("nugget");
    let number = query_value("page");
    let page = page_resource(
        move || (id.get(), number.with(|number| number.parse().unwrap_or(0))),
        |(id, number): (String, i32)| load_nugget(id, number),
    );
    let forms = NuggetForms {
        save: FormState::of(SaveNugget::PATH),
        retire: FormState::of(RetireNugget::PATH),
        slides: FormState::of(RemakeNuggetSlides::PATH),
    };
    view! { <Page title="Nugget">{loaded(page, move |page| nugget(page, forms))}</Page> }.erase()
}

fn nugget(page: NuggetPage, forms: NuggetForms) -> AnyView {
    let mut trail = vec![Crumb::new("Documents", DOCUMENTS)];
    if let Some((document, title)) = &page.line.document {
        trail.push(Crumb::new(title.clone(), document_path(*document)));
    }
    trail.push(Crumb::new(page.line.title.clone(), ""));
    let said = match query_now("done").as_str() {
        "saved" => "Saved. The text before is kept below.",
        "slides" => "The slides are made anew.",
        _ => "",
    };
    let said = (!said.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{said}</Notice> });
    let retired = page.line.is_retired.then(|| {
        view! { <Notice tone=Tone::Warn>"This nugget is retired: nothing uses it."</Notice> }
    });
    let id = page.line.id.to_string();
    let language = page.language.clone();
    let lang = (!language.is_empty()).then_some(language);
    let beside = beside(&page);
    let similar = similar(&page);
    view! {
        <Title text=page.line.title.clone() />
        <div class="wide stack documents">
            <Breadcrumbs trail=trail />
            <h1>
                <bdi>{page.line.title.clone()}</bdi>
            </h1>
            {said}
            {retired}
            {facts(&page)}
            <div class="documents-beside">
                <section class="stack" aria-label="Text">
                    <div class="prose" id="nugget-text" lang=lang.clone() inner_html=page.html.0.clone()></div>
                    {speak(lang)}
                </section>
                {beside}
            </div>
            {slides(page.slides.clone(), id.clone(), forms.slides)}
            <details class="panel" id="edit" open=came_back(forms.save, "title")>
                <summary>"Edit"</summary>
                {edit_form(page.clone(), forms.save)}
            </details>
            {versions(page.versions.clone())}
            {similar}
            {retire(id, page.line.is_retired, forms.retire)}
        </div>
    }
    .erase()
}

/// The subject of the nugget.
fn facts(page: &NuggetPage) -> AnyView {
    let links = |names: &[String]| {
        let links = names.iter().enumerate().map(|(at, name)| {
            let comma = if at == 0 { "" } else { ", " };
            let query = NuggetQuery {
                concept: name.clone(),
                ..NuggetQuery::default()
            };
            let href = query.path();
            view! {
                {comma}
                <a href=href>
                    <bdi>{name.clone()}</bdi>
                </a>
            }
        });
        links.collect_view()
    };
    let row = |label: &'static str, names: &[String]| {
        (!names.is_empty()).then(|| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>{links(names)}</dd>
                </div>
            }
        })
    };
    let metadata = &page.metadata;
    let time = format!("{} min", metadata.minutes);
    let difficulty = format!("{} of 10", metadata.difficulty);
    let topics = (!metadata.topics.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Topics"</dt>
                <dd>{metadata.topics.join(", ")}</dd>
            </div>
        }
    });
    view! {
        <dl class="documents-facts">
            {topics}
            {row("Explains", &metadata.concepts)}
            {row("Needs", &metadata.prerequisites)}
            {row("Mentions", &metadata.related)}
            <div>
                <dt>"Difficulty"</dt>
                <dd>{difficulty}</dd>
            </div>
            <div>
                <dt>"Time"</dt>
                <dd>{time}</dd>
            </div>
        </dl>
    }
    .erase()
}

/// The page of the document that has the nugget.
fn beside(page: &NuggetPage) -> Option<AnyView> {
    let shown = page.shown.clone()?;
    let (document, title) = page.line.document.clone()?;
    let href = document_page_path(document, shown.number);
    let label = format!("{title}, {} {}", page.page_kind, shown.number);
    Some(
        view! {
            <section class="stack documents-page" id="page" aria-labelledby="ly-page">
                <h2 class="section-title" id="ly-page">
                    <a href=href>
                        <bdi>{label}</bdi>
                    </a>
                </h2>
                <div class="prose" inner_html=shown.html.0></div>
            </section>
        }
        .erase(),
    )
}

/// A button that reads the text aloud with the browser's own voice. It is there only where the
/// browser can speak.
fn speak(lang: Option<String>) -> AnyView {
    let can_speak = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| can_speak.set(super::speech::can_speak()));
    let lang = StoredValue::new(lang.unwrap_or_default());
    let toggle = Callback::new(move |_| {
        #[cfg(feature = "hydrate")]
        super::speech::toggle("nugget-text", &lang.get_value());
        #[cfg(not(feature = "hydrate"))]
        let _ = lang.get_value();
    });
    view! {
        <Show when=move || can_speak.get()>
            <div>
                <Button kind=ButtonKind::Secondary r#type="button" on_click=toggle>
                    "Listen or stop"
                </Button>
            </div>
        </Show>
    }
    .erase()
}

fn slides(slides: Vec<NuggetSlide>, id: String, form: FormState) -> AnyView {
    let shown = slides.into_iter().zip(1..).map(|(slide, number)| {
        let lines = slide
            .lines
            .into_iter()
            .map(|line| view! { <li>{line}</li> })
            .collect_view();
        view! {
            <li class="documents-slide" aria-label=format!("Slide {number}")>
                <b>{slide.title}</b>
                <ul>{lines}</ul>
            </li>
        }
    });
    let shown = shown.collect_view();
    view! {
        <section class="stack" aria-labelledby="ly-slides">
            <h2 class="section-title" id="ly-slides">
                "Slides"
            </h2>
            <ol class="documents-slides">{shown}</ol>
            <Form form=form class="inline">
                <input type="hidden" name="nugget" value=id />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Make slides anew"
                </Button>
            </Form>
        </section>
    }
    .erase()
}

fn edit_form(page: NuggetPage, form: FormState) -> AnyView {
    let metadata = page.metadata;
    view! {
        <Form form=form guards=true>
            <input type="hidden" name="nugget" value=page.line.id.to_string() />
            <input type="hidden" name="seen" value=form.value("seen", &page.seen) />
            <Field
                name="title"
                label="Title"
                value=form.value("title", &page.line.title)
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
            />
            <TextArea
                name="content"
                label="Text"
                hint="Markdown. Your text stays when the document is read again."
                value=form.value("content", &page.content)
                error=form.error("content")
                max_length=NUGGET_CHARACTERS
                required=true
            />
            <Field
                name="concepts"
                label="Explains"
                hint="Concepts with commas between."
                value=form.value("concepts", &metadata.concepts.join(", "))
                error=form.error("concepts")
                max_length=CONCEPTS_CHARACTERS
            />
            <Field
                name="prerequisites"
                label="Needs"
                hint="Concepts that one must know before, with commas between."
                value=form.value("prerequisites", &metadata.prerequisites.join(", "))
                error=form.error("prerequisites")
                max_length=CONCEPTS_CHARACTERS
            />
            <Field
                name="difficulty"
                label="Difficulty"
                r#type="number"
                hint="From 1 to 10."
                value=form.value("difficulty", &metadata.difficulty.to_string())
                error=form.error("difficulty")
                required=true
            />
            <div>
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn versions(versions: Vec<NuggetVersion>) -> Option<AnyView> {
    (!versions.is_empty()).then(|| {
        let lines = versions.into_iter().map(|version| {
            view! {
                <li>
                    <details>
                        <summary>{format!("Until {}: {}", version.replaced, version.title)}</summary>
                        <pre class="documents-old">{version.content}</pre>
                    </details>
                </li>
            }
        });
        let lines = lines.collect_view();
        view! {
            <section class="stack" aria-labelledby="ly-versions">
                <h2 class="section-title" id="ly-versions">
                    "Texts before"
                </h2>
                <ul class="documents-list">{lines}</ul>
            </section>
        }
        .erase()
    })
}

fn similar(page: &NuggetPage) -> Option<AnyView> {
    (!page.similar.is_empty()).then(|| {
        let lines = page
            .similar
            .clone()
            .into_iter()
            .map(|line| nugget_line(line, None));
        let lines = lines.collect_view();
        view! {
            <section class="stack" aria-labelledby="ly-similar">
                <h2 class="section-title" id="ly-similar">
                    "Similar nuggets"
                </h2>
                <ul class="documents-list">{lines}</ul>
            </section>
        }
        .erase()
    })
}

fn retire(id: String, is_retired: bool, form: FormState) -> AnyView {
    let label = if is_retired { "Use again" } else { "Retire" };
    view! {
        <Form form=form class="inline">
            <input type="hidden" name="nugget" value=id />
            <input type="hidden" name="retired" value=(!is_retired).to_string() />
            <Button kind=ButtonKind::Quiet busy=form.busy()>
                {label}
            </Button>
        </Form>
    }
    .erase()
}
