//! Page `/study/cards/CARD`: a card, its passage, and a report.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::in_language;
use crate::paths::STUDY;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, Erase, Field, Form, FormState, Language, Notice, Page,
    TextArea, Tone, loaded, page_resource, path_part, query_now,
};
use crate::study::api::{DeleteCard, ReportCard, SaveCard, load_card};
use crate::study::{
    CardKind, CardPage, CardPassage, REPORT_CHARACTERS, SIDE_CHARACTERS, TAGS_CHARACTERS,
    material_path,
};

#[derive(Clone, Copy)]
struct CardForms {
    save: FormState,
    report: FormState,
    delete: FormState,
}

pub fn study_card_page() -> AnyView {
    let id = path_part("card");
    let page = page_resource(move || id.get(), load_card);
    let forms = CardForms {
        save: FormState::of(SaveCard::PATH),
        report: FormState::of(ReportCard::PATH),
        delete: FormState::of(DeleteCard::PATH),
    };
    view! { <Page title="Card">{loaded(page, move |page| card(page, forms))}</Page> }.erase()
}

fn card(page: CardPage, forms: CardForms) -> AnyView {
    let done = match query_now("done").as_str() {
        "saved" => "Saved.",
        "reported" => "Reported. The card stays out of its deck until you edit it or put it back.",
        "back" => "The card is back in its deck.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{done}</Notice> });
    let id = page.line.id.to_string();
    let quality = page
        .quality
        .map(|quality| format!(" · checked against its passage: {quality} of 100"));
    let history = match page.reviews {
        0 => "Not reviewed yet".to_owned(),
        1 => "1 review".to_owned(),
        count => format!("{count} reviews"),
    };
    let lapses = (page.lapses > 0).then(|| format!(", forgotten {} times", page.lapses));
    let facts = format!(
        "{} · {} · {history}{}{}",
        page.line.kind.label(),
        page.line.when,
        lapses.unwrap_or_default(),
        quality.unwrap_or_default()
    );
    let is_question = page.line.kind == CardKind::Answer;
    let sides = match is_question {
        true => view! {
            <p class="study-lines">{in_language(&page.language, &page.line.front)}</p>
            <p class="soft">
                "This is a question of the course, which its tutors write. The review shows it with its answer."
            </p>
        }
        .erase(),
        false => edit_form(&page, forms.save),
    };
    let is_reported = page.line.is_reported;
    view! {
        <Title text=format!("Card · {}", page.material_title) />
        <div class="narrow stack study">
            <Breadcrumbs trail=vec![
                Crumb::new("Study", STUDY),
                Crumb::new(page.material_title.clone(), material_path(page.material)),
                Crumb::new("Card", ""),
            ] />
            <h1>"Card"</h1>
            {done}
            <p class="soft">{facts}</p>
            {sides}
            {page.passage.map(|passage| rests_on(passage, &page.language))}
            {report(&id, is_reported, forms.report)}
            <Form form=forms.delete class="row">
                <input type="hidden" name="card" value=id.clone() />
                <Button kind=ButtonKind::Danger busy=forms.delete.busy()>
                    "Delete card"
                </Button>
            </Form>
        </div>
    }
    .erase()
}

fn edit_form(page: &CardPage, form: FormState) -> AnyView {
    let id = page.line.id.to_string();
    let stored = [&page.line.front, &page.line.back, &page.tags];
    let fields = card_fields(form, stored.map(String::as_str));
    view! {
        <Form form=form class="stack" guards=true>
            <input type="hidden" name="card" value=id />
            {fields}
            <div class="row">
                <Button busy=form.busy()>"Save card"</Button>
            </div>
        </Form>
    }
    .erase()
}

/// The fields of a card, with the front, the back and the tags that are stored.
pub fn card_fields(form: FormState, [front, back, tags]: [&str; 3]) -> AnyView {
    let side = |name: &'static str, label: &'static str, stored: &str| {
        view! {
            <TextArea
                name=name
                label=label
                value=form.value(name, stored)
                error=form.error(name)
                max_length=SIDE_CHARACTERS
                required=true
            />
        }
    };
    view! {
        {side("front", "Front", front)}
        {side("back", "Back", back)}
        <Field
            name="tags"
            label="Tags"
            hint="Separate tags with commas."
            value=form.value("tags", tags)
            error=form.error("tags")
            max_length=TAGS_CHARACTERS
        />
    }
    .erase()
}

/// The passage that a card rests on, with a link to its topic.
pub fn rests_on(passage: CardPassage, language: &Language) -> AnyView {
    let heading = (!passage.heading.is_empty()).then(|| {
        view! {
            <b>{in_language(language, &passage.heading)}</b>
            " "
        }
    });
    let topic = passage.topic.map(|topic| {
        view! {
            <p>
                <a href=topic.href rel="external">
                    {in_language(language, &topic.title)}
                </a>
            </p>
        }
    });
    view! {
        <details class="study-passage">
            <summary>"The passage"</summary>
            <p class="study-lines">{heading} {in_language(language, &passage.text)}</p>
            {topic}
        </details>
    }
    .erase()
}

fn report(id: &str, is_reported: bool, form: FormState) -> AnyView {
    let id = id.to_owned();
    match is_reported {
        true => view! {
            <Form form=form class="row">
                <input type="hidden" name="card" value=id />
                <input type="hidden" name="reported" value="false" />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Put it back into its deck"
                </Button>
            </Form>
        }
        .erase(),
        false => view! {
            <Form form=form class="stack">
                <input type="hidden" name="card" value=id />
                <input type="hidden" name="reported" value="true" />
                <Field
                    name="comment"
                    label="Problem with this card"
                    hint="The card leaves its deck until you edit it or put it back."
                    value=form.value("comment", "")
                    error=form.error("comment")
                    max_length=REPORT_CHARACTERS
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Report card"
                    </Button>
                </div>
            </Form>
        }
        .erase(),
    }
}
