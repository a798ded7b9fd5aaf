//! Renders a map of what a learner knows as HTML: figures, a table, a drawing, and the evidence of
//! one concept.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::drawing::{Drawn, draw};
use super::map::{ConceptDetail, KnowledgeMap, MappedConcept};
use super::store::EvidenceRow;
use crate::mastery::api::DisputeEvidence;
use crate::mastery::{ConceptStanding, DISPUTE_CHARACTERS, SourceType, from_answers};
use crate::platform::http::flash::Flash;
use crate::platform::time::Clock;
use crate::platform::ui::{
    Badge, Button, ButtonKind, EmptyState, Erase, Field, Form, FormState, Html, Tone,
};

/// Most concepts of the drawing: more than that is a wall.
const DRAWN: usize = 40;

/// Renders a part of a page that is not hydrated. The owner is a new root, because values that are
/// sent along with pages are counted.
pub fn apart(view: impl FnOnce() -> AnyView) -> Html {
    let around = Owner::current();
    let html = Owner::new_root(None).with(|| view().to_html());
    // A new root takes the place of the page's own owner.
    if let Some(around) = around {
        around.set();
    }
    Html(html)
}

/// Renders the map, or the details of one concept.
pub fn map(map: &KnowledgeMap, flash: Option<&Flash>, clock: &Clock) -> Html {
    apart(|| match &map.detail {
        Some(detail) => one(map, detail, flash, clock),
        None => all(map, clock),
    })
}

fn tone(standing: ConceptStanding) -> Tone {
    match standing {
        ConceptStanding::Mastered => Tone::Ok,
        ConceptStanding::Learning => Tone::Info,
        ConceptStanding::Gap => Tone::Warn,
        ConceptStanding::Unknown => Tone::Neutral,
    }
}

fn all(map: &KnowledgeMap, clock: &Clock) -> AnyView {
    if map.concepts.is_empty() {
        let text = match map.course {
            None => "Concepts appear here once you read a topic, answer a question or walk a path.",
            Some(_) => "The topics and paths of this course have no concepts yet.",
        };
        return view! { <EmptyState title="No concepts yet" text=text /> }.erase();
    }
    let count = |standing: ConceptStanding| {
        let concepts = map.concepts.iter();
        concepts.filter(|one| one.standing == standing).count()
    };
    let (mastered, gap) = (map.thresholds.mastered, map.thresholds.gap);
    let rows = map.concepts.iter().map(|one| row(map, one, clock));
    view! {
        <p>
            {format!(
                "{} mastered, {} learning, {} with gaps, {} without evidence.",
                count(ConceptStanding::Mastered),
                count(ConceptStanding::Learning),
                count(ConceptStanding::Gap),
                count(ConceptStanding::Unknown),
            )}
        </p>
        <div class="table-wrap" role="region" aria-label="Concepts" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Concept"</th>
                        <th scope="col">"Standing"</th>
                        <th scope="col">"Level"</th>
                        <th scope="col">"Builds on"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {drawing(map)}
        <details>
            <summary>"How the level is computed"</summary>
            <p>
                {format!(
                    "The level is the probability, in percent, that the concept is known. Each graded answer changes it: a right one raises it, more so for a hard question, and a wrong one lowers it. A lucky guess and a slip are allowed for. Without answers it falls back toward 20, slowly once there were right answers with time between them. From {mastered} a concept counts as mastered, below {gap} as a gap. The range says where the level probably is: the fewer answers, the wider.",
                )}
            </p>
        </details>
    }
    .erase()
}

fn row(map: &KnowledgeMap, one: &MappedConcept, clock: &Clock) -> AnyView {
    let required = one.requires.iter().filter_map(|at| map.concepts.get(*at));
    let required: Vec<String> = required.map(|other| other.name.clone()).collect();
    view! {
        <tr>
            <th scope="row">
                <a href=map.path(&one.key)>
                    <bdi>{one.name.clone()}</bdi>
                </a>
            </th>
            <td>
                <Badge tone=tone(one.standing) text=one.standing.label() />
            </td>
            <td>{level(one, clock)}</td>
            <td dir="auto">{required.join(", ")}</td>
        </tr>
    }
    .erase()
}

/// The level with what it rests on, never the bare number.
fn level(one: &MappedConcept, clock: &Clock) -> AnyView {
    match one.belief {
        None => view! { <span class="soft">"–"</span> }.erase(),
        Some(belief) => {
            let (low, high) = belief.range(clock.now);
            let said = format!(
                " {}, probably {low} to {high}",
                from_answers(belief.answers)
            );
            view! {
                <b class="num">{belief.level(clock.now).to_string()}</b>
                <span class="soft">{said}</span>
            }
            .erase()
        }
    }
}

/// Draws the concepts with evidence, those beside them, and others while there is room.
fn drawing(map: &KnowledgeMap) -> AnyView {
    let is_known = |at: usize| map.concepts.get(at).is_some_and(|one| one.belief.is_some());
    let rank = |at: usize| -> u8 {
        let beside = map
            .concepts
            .get(at)
            .is_some_and(|one| one.requires.iter().any(|other| is_known(*other)));
        match (is_known(at), beside) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    };
    let mut chosen: Vec<usize> = (0..map.concepts.len()).collect();
    chosen.sort_by_key(|at| rank(*at));
    chosen.truncate(DRAWN);
    chosen.sort_unstable();
    let concepts: Vec<&MappedConcept> = chosen
        .iter()
        .filter_map(|at| map.concepts.get(*at))
        .collect();
    let nodes: Vec<Drawn> = concepts
        .iter()
        .map(|one| Drawn {
            label: one.name.clone(),
            class: one.standing.class(),
            href: map.path(&one.key),
        })
        .collect();
    let mut edges = Vec::new();
    for (to, one) in concepts.iter().enumerate() {
        for other in &one.requires {
            if let Ok(from) = chosen.binary_search(other) {
                edges.push((from, to));
            }
        }
    }
    let left = map.concepts.len() - nodes.len();
    let left = (left > 0).then(|| {
        view! { <p class="soft">{format!("{left} more concepts are in the table only.")}</p> }
    });
    let svg = draw("Drawing of the concepts", &nodes, &edges);
    view! {
        <h2>"How concepts build on each other"</h2>
        <div inner_html=svg></div>
        {left}
    }
    .erase()
}

fn one(
    map: &KnowledgeMap,
    detail: &ConceptDetail,
    flash: Option<&Flash>,
    clock: &Clock,
) -> AnyView {
    let Some(concept) = map.concepts.get(detail.at) else {
        return ().into_any();
    };
    let form = FormState::after(
        DisputeEvidence::PATH,
        flash.filter(|flash| flash.form == DisputeEvidence::PATH),
    );
    let is_own = map.course.is_none();
    let elsewhere = (detail.elsewhere > 0).then(|| {
        view! {
            <p class="soft">
                {format!("{} outside this course also count.", answers(detail.elsewhere))}
            </p>
        }
    });
    let list = match detail.rows.is_empty() {
        true => view! {
            <p class="soft">"No answer says anything about this concept yet."</p>
        }
        .erase(),
        false => {
            let rows = detail.rows.iter();
            let rows = rows.map(|row| evidence(row, is_own.then_some(form), clock));
            view! { <ol class="evidence">{rows.collect_view()}</ol> }.erase()
        }
    };
    let title = (!is_own).then(|| view! { <h2 dir="auto">{concept.name.clone()}</h2> });
    view! {
        {title}
        <p>
            <Badge tone=tone(concept.standing) text=concept.standing.label() />
            " "
            {level(concept, clock)}
        </p>
        <h2>"Why"</h2>
        {list}
        {elsewhere}
        <p>
            <a href=map.path("")>"All concepts"</a>
        </p>
    }
    .erase()
}

fn answers(count: usize) -> String {
    match count {
        1 => "1 answer".to_owned(),
        count => format!("{count} answers"),
    }
}

fn evidence(row: &EvidenceRow, form: Option<FormState>, clock: &Clock) -> AnyView {
    let stored = row.evidence();
    let outcome = match stored.points {
        points if points >= 1.0 => "right".to_owned(),
        points if points <= 0.0 => "wrong".to_owned(),
        points => format!("{:.0} % of the points", points * 100.0),
    };
    let source = SourceType::parse(&row.source_type).label();
    let part = (stored.weight < 0.995).then(|| {
        format!(
            " Counts {:.0} %, because the question is about several concepts.",
            stored.weight * 100.0
        )
    });
    let disputed = row.is_disputed.then(|| {
        let reason = match row.reason.is_empty() {
            true => String::new(),
            false => format!(" Reason: {}", row.reason),
        };
        view! {
            <p dir="auto">
                <Badge tone=Tone::Warn text="Disputed" />
                " It counts a quarter."
                {reason}
            </p>
        }
    });
    let act = form.map(|form| dispute(row, form));
    view! {
        <li>
            <p>
                <b>{format!("{source}: {outcome}.")}</b>
                {format!(" Level {} afterwards.", row.mastery_level)}
                {part}
                " "
                <time class="soft" datetime=row.answered_at.to_rfc3339()>
                    {clock.date_time(row.answered_at)}
                </time>
            </p>
            {disputed}
            {act}
        </li>
    }
    .erase()
}

fn dispute(row: &EvidenceRow, form: FormState) -> AnyView {
    let id = row.progress_id.to_string();
    let form = form.of_item("progress", &id);
    match row.is_disputed {
        true => view! {
            <Form form=form class="row">
                <input type="hidden" name="progress" value=id />
                <input type="hidden" name="disputed" value="false" />
                <Button kind=ButtonKind::Secondary>"Take the dispute back"</Button>
            </Form>
        }
        .erase(),
        false => view! {
            <details>
                <summary>"Dispute this"</summary>
                <Form form=form class="stack">
                    <p class="soft">
                        "A disputed answer counts a quarter, whether it was right or wrong. Your tutors see that you dispute it."
                    </p>
                    <input type="hidden" name="progress" value=id.clone() />
                    <input type="hidden" name="disputed" value="true" />
                    <Field
                        id=format!("ly-reason-{id}")
                        name="reason"
                        label="Reason"
                        value=form.value("reason", "")
                        error=form.error("reason")
                        max_length=DISPUTE_CHARACTERS
                    />
                    <div class="row">
                        <Button kind=ButtonKind::Secondary>"Dispute"</Button>
                    </div>
                </Form>
            </details>
        }
        .erase(),
    }
}
