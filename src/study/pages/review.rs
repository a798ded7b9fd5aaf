//! Page `/study/review`: one card after the other. Each step is a link or a form, so that it works
//! without JavaScript too.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::card::rests_on;
use super::{counts_text, in_language};
use crate::paths::STUDY;
use crate::platform::address;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Form, FormState, Html, Kbd,
    Language, Page, loaded, page_resource,
};
use crate::study::api::{ReviewCard as Review, UndoReview, load_review};
use crate::study::{
    CardSide, Confidence, Grade, ReviewCard, ReviewQuery, STUDY_REVIEW, ShownAnswer,
    StudyReviewPage, card_path, material_path, review_path,
};

#[derive(Clone, Copy)]
struct GradeForms {
    grade: FormState,
    undo: FormState,
    /// Goes to the next card.
    onward: Callback<()>,
}

pub fn study_review_page() -> AnyView {
    let query = Memo::new(|_| asked());
    let page = page_resource(move || query.get(), load_review);
    let forms = GradeForms {
        grade: FormState::of(Review::PATH),
        undo: FormState::of(UndoReview::PATH),
        onward: onward(query, Callback::new(move |()| page.refetch())),
    };
    #[cfg(feature = "hydrate")]
    super::keys::listen();
    let show = move |page: StudyReviewPage| review(page, &query.get_untracked(), forms);
    view! {
        <Page title="Review">
            <div class="narrow stack study">
                <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new("Review", "")] />
                <h1>"Review"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

fn asked() -> ReviewQuery {
    use_query_map().with(|query| ReviewQuery {
        deck: query.get("deck").unwrap_or_default(),
        card: query.get("card").unwrap_or_default(),
        version: query.get("version").unwrap_or_default(),
        sure: query.get("sure").unwrap_or_default(),
    })
}

/// Shows the next card after a form was sent. The address names the card whose answer is shown, so
/// that it changes; where it does not, the card is loaded again.
fn onward(query: Memo<ReviewQuery>, again: Callback<()>) -> Callback<()> {
    #[cfg(feature = "hydrate")]
    {
        let go = send_wrapper::SendWrapper::new(leptos_router::hooks::use_navigate());
        Callback::new(move |()| {
            let here = query.get_untracked();
            match here.card.is_empty() {
                true => again.run(()),
                false => go(
                    &address::with_query(STUDY_REVIEW, &[("deck", &here.deck)]),
                    Default::default(),
                ),
            }
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = query;
        again
    }
}

fn review(page: StudyReviewPage, query: &ReviewQuery, forms: GradeForms) -> AnyView {
    let deck = page.deck.map(|(id, title)| {
        view! {
            <p>
                "Deck: " <a href=material_path(id)>{title}</a> " · "
                <a href=review_path(None)>"Review all decks"</a>
            </p>
        }
    });
    let undo = page.undo.map(|front| undo(front, &query.deck, forms));
    let body = match page.card {
        Some(card) => asked_card(card, query, forms),
        None => view! {
            <EmptyState title="Done for now" text=page.nothing>
                <Button kind=ButtonKind::Secondary href=STUDY>"To your library"</Button>
            </EmptyState>
        }
        .erase(),
    };
    view! {
        {deck}
        <p class="soft" role="status">{counts_text(page.counts)}</p>
        {body}
        {undo}
        {help()}
    }
    .erase()
}

fn side(side: CardSide, language: &Language) -> AnyView {
    let CardSide {
        text,
        html: Html(html),
    } = side;
    let tag = language.tag();
    let (lang, dir) = match tag.is_empty() {
        true => (None, "auto"),
        false => (Some(tag), language.dir()),
    };
    match html.is_empty() {
        true => view! {
            <div class="study-side study-lines" lang=lang dir=dir>
                {text}
            </div>
        }
        .erase(),
        false => {
            view! { <div class="study-side prose" lang=lang dir=dir inner_html=html></div> }.erase()
        }
    }
}

fn asked_card(card: ReviewCard, query: &ReviewQuery, forms: GradeForms) -> AnyView {
    let ReviewCard {
        id,
        version,
        kind,
        language,
        material,
        front,
        answer,
    } = card;
    let (id_text, version) = (id.to_string(), version.to_string());
    let shows = |sure: &str| {
        let values = [
            ("deck", query.deck.as_str()),
            ("card", &id_text),
            ("version", &version),
            ("sure", sure),
        ];
        address::with_query(STUDY_REVIEW, &values)
    };
    let front = side(front, &language);
    let about = view! {
        <p class="study-task">
            <span class="label">{kind.label()}</span>
            <span class="soft">{in_language(&language, &material)}</span>
        </p>
    };
    match answer {
        None => {
            let sure = Confidence::ALL.map(|sure| {
                let number = sure.number().to_string();
                view! {
                    <Button kind=ButtonKind::Secondary href=shows(&number)>
                        {sure.label()}
                        " "
                        <Kbd key=number />
                    </Button>
                }
                .erase()
            });
            let plain = shows("none");
            view! {
                <section class="panel stack study-card" aria-label="Question">
                    {about}
                    {front}
                </section>
                <div class="row study-show">
                    <Button big=true href=plain>
                        "Show answer"
                    </Button>
                </div>
                <div class="study-sure" role="group" aria-labelledby="study-sure">
                    <p class="soft" id="study-sure">
                        "Or say first how sure you are, which shows the answer too:"
                    </p>
                    <div class="row">{sure.collect_view()}</div>
                </div>
            }
            .erase()
        }
        Some(answer) => {
            let edit = card_path(id);
            view! {
                <section class="panel stack study-card" aria-label="Question and answer">
                    {about}
                    {front}
                    <hr />
                    {shown(&answer, &language)}
                </section>
                {grades(&answer, &id_text, &version, query, forms)}
                {answer.passage.map(|passage| rests_on(passage, &language))}
                <p>
                    <a href=edit>"Edit or report this card"</a>
                </p>
            }
            .erase()
        }
    }
}

fn shown(answer: &ShownAnswer, language: &Language) -> AnyView {
    let sure = answer
        .sure
        .map(|sure| view! { <p class="soft">{format!("You said: {}.", sure.label().to_lowercase())}</p> });
    view! {
        <div role="group" aria-label="Answer" tabindex="-1" class="study-answer">
            {side(answer.back.clone(), language)}
        </div>
        {sure}
    }
    .erase()
}

fn grades(
    answer: &ShownAnswer,
    card: &str,
    version: &str,
    query: &ReviewQuery,
    forms: GradeForms,
) -> AnyView {
    let (card, version, deck) = (card.to_owned(), version.to_owned(), query.deck.clone());
    let sure = answer.sure.map(|sure| {
        view! { <input type="hidden" name="sure" value=sure.number().to_string() autocomplete="off" /> }
    });
    let busy = forms.grade.busy();
    let buttons = answer
        .grades
        .iter()
        .map(|(grade, wait)| {
            let (grade, wait) = (*grade, wait.clone());
            let kind = match grade {
                Grade::Good => ButtonKind::Primary,
                _ => ButtonKind::Secondary,
            };
            view! {
                <Button kind=kind name="grade" value=grade.number().to_string() busy=busy>
                    <span class="study-grade">
                        <b>{grade.label()}</b>
                        " "
                        <small>{wait}</small>
                    </span>
                </Button>
            }
        })
        .collect_view();
    view! {
        <Form form=forms.grade class="study-grades" on_done=forms.onward>
            <input type="hidden" name="card" value=card autocomplete="off" />
            <input type="hidden" name="version" value=version autocomplete="off" />
            <input type="hidden" name="deck" value=deck autocomplete="off" />
            {sure}
            {buttons}
        </Form>
    }
    .erase()
}

fn undo(front: String, deck: &str, forms: GradeForms) -> AnyView {
    let deck = deck.to_owned();
    view! {
        <Form form=forms.undo class="row study-undo" on_done=forms.onward>
            <input type="hidden" name="deck" value=deck autocomplete="off" />
            <Button kind=ButtonKind::Quiet busy=forms.undo.busy()>
                "Undo the last review"
            </Button>
            <span class="soft study-undone">
                <bdi>{front}</bdi>
            </span>
        </Form>
    }
    .erase()
}

fn help() -> AnyView {
    view! {
        <p class="soft study-keys">
            "Keys: " <Kbd key="Space" /> " shows the answer, " <Kbd key="1" /> " to " <Kbd key="3" />
            " show it with how sure you are. Then " <Kbd key="1" /> " to " <Kbd key="4" />
            " grade the card, " <Kbd key="u" /> " undoes the last review, " <Kbd key="e" /> " edits the card."
        </p>
    }
    .erase()
}
