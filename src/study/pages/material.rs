//! Page `/study/materials/MATERIAL`: the cards of a material and its passages.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::card::card_fields;
use super::{about, in_language, page_of};
use crate::paths::STUDY;
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Field, Form, FormState,
    Notice, Page, Pagination, TextArea, Tone, loaded, page_resource, path_part, query_now,
    slash_focuses,
};
use crate::study::api::{AddCard, ImportCards, TakeCourse, TrashMaterial, load_material};
use crate::study::{
    CSV_CHARACTERS, CardLine, CardQuery, MaterialPage, MaterialSource, card_path, cards,
    material_path, review_path,
};

#[derive(Clone, Copy)]
struct MaterialForms {
    add: FormState,
    import: FormState,
    take: FormState,
    trash: FormState,
}

pub fn study_material_page() -> AnyView {
    let id = path_part("material");
    let query = Memo::new(|_| {
        use_query_map().with(|query| CardQuery {
            q: query.get("q").unwrap_or_default(),
            page: page_of(query.get("page")),
        })
    });
    let page = page_resource(
        move || (id.get(), query.get()),
        |(id, query)| load_material(id, query),
    );
    let forms = MaterialForms {
        add: FormState::of(AddCard::PATH),
        import: FormState::of(ImportCards::PATH),
        take: FormState::of(TakeCourse::PATH),
        trash: FormState::of(TrashMaterial::PATH),
    };
    slash_focuses("#study-card-search");
    let show = move |page: MaterialPage| material(page, query.get_untracked(), forms);
    view! { <Page title="Material">{loaded(page, show)}</Page> }.erase()
}

fn done() -> Option<AnyView> {
    let said = match query_now("done").as_str() {
        "added" => "Added. Below are the cards that the text gave.".to_owned(),
        "taken" => "The topics that are open to you are in your library.".to_owned(),
        "card" => "The card is in the deck.".to_owned(),
        "deleted" => "The card is deleted.".to_owned(),
        "imported" => {
            let added = query_now("added").parse().unwrap_or(0);
            format!(
                "Added: {}. Cards that were there stay as they are.",
                cards(added)
            )
        }
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Ok>{said}</Notice> }.erase())
}

fn material(page: MaterialPage, query: CardQuery, forms: MaterialForms) -> AnyView {
    let line = page.line;
    let id = line.id;
    let count = match page.words {
        0 => cards(line.cards),
        words => format!("{}, {words} words", cards(line.cards)),
    };
    let review = (line.cards > 0).then(|| {
        view! { <Button href=review_path(Some(id))>"Review this deck"</Button> }
    });
    let again = (page
        .course
        .filter(|_| line.source == MaterialSource::Course))
    .map(|course| bring_up_to_date(course, forms.take));
    let list = match page.cards.is_empty() {
        true => view! {
            <EmptyState
                title="No cards here"
                text="The rules find terms that a sentence defines, bold terms, numbered steps and tables. Add your own cards below."
            />
        }
        .erase(),
        false => card_lines(page.cards),
    };
    let passages = (!page.passages.0.is_empty()).then(|| {
        view! {
            <details class="study-passages">
                <summary>"Passages"</summary>
                <div class="prose" inner_html=page.passages.0></div>
            </details>
        }
    });
    view! {
        <Title text=line.title.clone() />
        <div class="narrow stack study">
            <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new(line.title.clone(), "")] />
            <h1>{in_language(&line.language, &line.title)}</h1>
            {done()}
            <p class="row">{about(&line)} <span class="soft">{count}</span></p>
            <div class="row">{review} {again}</div>
            <h2 class="section-title">"Cards"</h2>
            <form class="row study-search" method="get" action=material_path(id) role="search">
                <Field id="study-card-search" name="q" r#type="search" label="Search cards" value=query.q.clone() unmarked=true />
                <Button kind=ButtonKind::Secondary>"Search"</Button>
            </form>
            {list}
            <Pagination
                previous=beside(&query, query.page.checked_sub(1), id)
                next=beside(&query, page.has_more.then_some(query.page + 1), id)
            />
            {passages}
            {add_form(id.to_string(), forms.add)}
            {import_form(id.to_string(), forms.import)}
            <h2 class="section-title">"Deck"</h2>
            <div class="row">
                <a href=format!("{}/cards.csv", material_path(id)) rel="external" download="cards.csv">
                    "Download cards as CSV"
                </a>
                <Form form=forms.trash class="inline">
                    <input type="hidden" name="material" value=id.to_string() />
                    <input type="hidden" name="trashed" value="true" />
                    <Button kind=ButtonKind::Quiet busy=forms.trash.busy()>
                        "Move to the trash"
                    </Button>
                </Form>
            </div>
        </div>
    }
    .erase()
}

fn beside(query: &CardQuery, page: Option<u32>, id: crate::platform::ids::MaterialId) -> String {
    let other = page.map(|page| CardQuery {
        page,
        ..query.clone()
    });
    other.map(|other| other.path(id)).unwrap_or_default()
}

fn bring_up_to_date(course: String, form: FormState) -> AnyView {
    view! {
        <Form form=form class="inline">
            <input type="hidden" name="course" value=course />
            <Button kind=ButtonKind::Secondary busy=form.busy()>
                "Bring up to date"
            </Button>
        </Form>
    }
    .erase()
}

fn card_lines(lines: Vec<CardLine>) -> AnyView {
    let lines = lines
        .into_iter()
        .map(|line| {
            let reported = line
                .is_reported
                .then(|| view! { <Badge tone=Tone::Warn text="Reported".to_owned() /> });
            let when = (!line.is_reported).then(|| view! { <span class="soft">{line.when}</span> });
            view! {
                <li class="study-line">
                    <a class="study-lines" href=card_path(line.id)>
                        <bdi>{line.front}</bdi>
                    </a>
                    <span class="study-lines soft">
                        <bdi>{line.back}</bdi>
                    </span>
                    <span class="row">
                        <span class="soft">{line.kind.label()}</span>
                        {when}
                        {reported}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="study-materials">{lines}</ul> }.erase()
}

fn add_form(id: String, form: FormState) -> AnyView {
    view! {
        <h2 class="section-title">"Add a card"</h2>
        <Form form=form class="stack" id="study-add">
            <input type="hidden" name="material" value=id />
            {card_fields(form, [""; 3])}
            <div class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Add card"
                </Button>
            </div>
        </Form>
    }
    .erase()
}

fn import_form(id: String, form: FormState) -> AnyView {
    let is_open =
        form.problem().get_untracked().is_some() || form.error("csv").get_untracked().is_some();
    view! {
        <details open=is_open>
            <summary>"Add cards from CSV"</summary>
            <Form form=form class="stack">
                <input type="hidden" name="material" value=id />
                <TextArea
                    name="csv"
                    label="CSV"
                    hint="One card a line: front, back and tags. Commas, semicolons or tabs separate them."
                    value=form.value("csv", "")
                    error=form.error("csv")
                    max_length=CSV_CHARACTERS
                    required=true
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Add cards"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}
