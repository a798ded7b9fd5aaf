//! List of a learner's ended attempts or sittings.

use leptos::prelude::*;

use crate::platform::ui::{Badge, Erase, Tone};

/// One ended attempt or sitting.
pub struct PastLine {
    pub id: String,
    /// End of the attempt, in words and as RFC 3339.
    pub when: (String, String),
    /// Score in percent, shown beside the badge.
    pub score: Option<i32>,
    /// False once a tutor has reset the attempt.
    pub counts: bool,
    /// None while the learner may not see the outcome.
    pub outcome: Option<(Tone, String)>,
}

/// Shows a list of ended attempts. `path` is the address of an attempt without its id.
pub fn history(label: &'static str, path: &str, past: Vec<impl Into<PastLine>>) -> AnyView {
    if past.is_empty() {
        return ().erase();
    }
    let lines = past.into_iter().map(|line| past_line(line.into(), path));
    let lines: Vec<AnyView> = lines.collect();
    view! {
        <section class="quiz-history">
            <h2 class="label">{label}</h2>
            <ol>{lines}</ol>
        </section>
    }
    .erase()
}

fn past_line(line: PastLine, path: &str) -> AnyView {
    let (when, exactly) = line.when;
    let score = line.score;
    view! {
        <li>
            <a href=format!("{path}{}", line.id)>
                <time datetime=exactly>{when}</time>
            </a>
            {score.map(|score| view! { <span class="num">{format!("{score}%")}</span> })}
            {(!line.counts).then(|| view! { <span class="soft">"before a reset"</span> })}
            {line.outcome.map(|(tone, text)| view! { <Badge tone=tone text=text /> })}
        </li>
    }
    .erase()
}
