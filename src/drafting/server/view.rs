//! Renders proposals with their forms as HTML.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::propose::{Proposal, ProposedUse};
use crate::course::server::draft::{AnswerDraft, QuestionDraft};
use crate::drafting::api::DecideProposal;
use crate::platform::markdown;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Form, FormState, Html, Tone, rendered,
};

/// Returns nothing if there is nothing to decide about.
pub fn html(proposals: &[Proposal], dismissed: usize, at: (&str, &str)) -> Html {
    if proposals.is_empty() && dismissed == 0 {
        return Html(String::new());
    }
    rendered(|| {
        let lines = proposals.iter().map(|one| line(one, at)).collect_view();
        let again = (dismissed > 0).then(|| again(dismissed, at));
        view! {
            <ol class="asked">{lines}</ol>
            {again}
        }
        .erase()
    })
}

fn markdown_html(text: &str) -> String {
    markdown::render(text, &|_, _| None).html
}

fn line(proposal: &Proposal, at: (&str, &str)) -> AnyView {
    let (kind, body) = match &proposal.for_use {
        ProposedUse::Quiz(question) => ("Quiz question", question_view(question)),
        ProposedUse::Suggestion { prompt, .. } => (
            "Suggested question",
            view! { <p dir="auto">{prompt.clone()}</p> }.erase(),
        ),
    };
    let label = format!("{kind}: {}", beginning(proposal.prompt()));
    let passage = markdown_html(&proposal.passage);
    let (used, dismissed) = (
        format!("use-{}", proposal.key),
        format!("dismiss-{}", proposal.key),
    );
    view! {
        <li aria-label=label>
            <article class="asked-question">
            <div>
                <Badge tone=Tone::Info text=kind />
            </div>
            {body}
            <div class="prose soft" dir="auto" inner_html=passage></div>
            {form(
                at,
                view! {
                    <Button kind=ButtonKind::Secondary name="which" value=used>
                        "Use it"
                    </Button>
                    <Button kind=ButtonKind::Quiet name="which" value=dismissed>
                        "Dismiss"
                    </Button>
                }
                    .erase(),
            )}
            </article>
        </li>
    }
    .erase()
}

fn form((course, topic): (&str, &str), buttons: AnyView) -> AnyView {
    let (course, topic) = (course.to_owned(), topic.to_owned());
    view! {
        <Form form=FormState::after(DecideProposal::PATH, None) class="inline row">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="topic" value=topic />
            {buttons}
        </Form>
    }
    .erase()
}

fn again(dismissed: usize, at: (&str, &str)) -> AnyView {
    let label = match dismissed {
        1 => "Show the dismissed one again".to_owned(),
        many => format!("Show {many} dismissed ones again"),
    };
    form(
        at,
        view! {
            <Button kind=ButtonKind::Quiet name="which" value="again">
                {label}
            </Button>
        }
        .erase(),
    )
}

fn question_view(question: &QuestionDraft) -> AnyView {
    let prompt = markdown_html(&question.prompt);
    let answer = match &question.answer {
        AnswerDraft::Choice { options, .. } => {
            let line = |text: &str, is_correct: bool| {
                let html = markdown_html(text);
                let right = is_correct.then(|| view! { <Badge tone=Tone::Ok text="Right" /> });
                view! {
                    <li>
                        <span inner_html=html></span>
                        {right}
                    </li>
                }
            };
            let lines = options
                .iter()
                .map(|option| line(&option.text, option.is_correct));
            view! { <ul>{lines.collect_view()}</ul> }.erase()
        }
        AnswerDraft::ShortAnswer { accepted, .. } => {
            view! { <p>{format!("Right: {}", accepted.join(" or "))}</p> }.erase()
        }
        AnswerDraft::Ordering { items } => {
            let items = items.iter().map(|item| {
                let html = markdown_html(item);
                view! { <li inner_html=html></li> }
            });
            view! { <ol>{items.collect_view()}</ol> }.erase()
        }
        _ => ().erase(),
    };
    view! {
        <div class="prose" dir="auto">
            <div inner_html=prompt></div>
            {answer}
        </div>
    }
    .erase()
}

fn beginning(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(80).collect()
}
