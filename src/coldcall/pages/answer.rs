//! The box in which a member answers without having seen other answers.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use crate::coldcall::api::AnswerColdCall;
use crate::coldcall::{ColdCallCard, MESSAGE_CHARACTERS};
use crate::platform::ui::{Badge, Button, Erase, Form, FormState, Language, TextArea, Tone};

/// Shows the cold calls at the end of a topic; nothing if there are none.
pub fn cold_calls(cards: Vec<ColdCallCard>, language: &Language) -> AnyView {
    if cards.is_empty() {
        return ().erase();
    }
    let form = FormState::of(AnswerColdCall::PATH);
    let cards = cards
        .into_iter()
        .map(|card| {
            let inside = match card.has_answered {
                true => answered(&card),
                false => answer_box(
                    &card,
                    form.of_item("prompt", &card.prompt_id.to_string()),
                    None,
                ),
            };
            view! { <li class="coldcall">{prompt(&card, language)} {inside}</li> }
        })
        .collect_view();
    view! {
        <section class="coldcalls" aria-labelledby="ly-coldcalls">
            <h2 class="label" id="ly-coldcalls">
                "Cold calls"
            </h2>
            <ol>{cards}</ol>
        </section>
    }
    .erase()
}

fn answered(card: &ColdCallCard) -> AnyView {
    view! {
        <p class="row">
            <Badge tone=Tone::Ok text="Answered" />
            <a href=card.href.clone()>"Read the thread"</a>
        </p>
    }
    .erase()
}

/// Shows the prompt and its hint.
pub fn prompt(card: &ColdCallCard, language: &Language) -> AnyView {
    let helper = (card.helper_text.clone())
        .map(|helper| view! { <p class="coldcall-helper">{language.inline(helper)}</p> });
    view! {
        <p class="coldcall-prompt">{language.inline(card.prompt.clone())}</p>
        {helper}
    }
    .erase()
}

/// Shows who will read the answer, and the empty box. `on_done` is called after an answer instead
/// of going to the thread's address.
pub fn answer_box(card: &ColdCallCard, form: FormState, on_done: Option<Callback<()>>) -> AnyView {
    if let Some(refusal) = card.refusal.clone() {
        return view! {
            <p class="soft">{refusal} " Its thread is for members who answered."</p>
        }
        .erase();
    }
    let prompt = card.prompt_id.to_string();
    let closes = card.closes.clone().map(|(when, exactly)| {
        view! {
            <p class="soft">
                "Closes on " <time datetime=exactly>{when}</time> "."
            </p>
        }
    });
    let inside = view! {
        <input type="hidden" name="prompt" value=prompt.clone() />
        <TextArea
            id=format!("ly-answer-{}", card.number)
            name="text"
            label="Your answer"
            hint="Markdown, code and formulas work."
            value=form.value("text", "")
            error=form.error("text")
            unmarked=true
            max_length=MESSAGE_CHARACTERS
        />
        <div class="row">
            <Button busy=form.busy()>"Post answer"</Button>
            {closes}
        </div>
    };
    let form = match on_done {
        Some(on_done) => {
            view! { <Form form=form class="stack" on_done=on_done>{inside}</Form> }.erase()
        }
        None => view! { <Form form=form class="stack">{inside}</Form> }.erase(),
    };
    view! {
        <p class="coldcall-promise">{card.visibility.promise()}</p>
        {form}
    }
    .erase()
}
