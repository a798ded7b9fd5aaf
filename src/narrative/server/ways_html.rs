//! Renders the ways on from a part of a path, the search, and the whole path with the parts that it
//! could have taken.

use std::collections::HashSet;

use leptos::prelude::*;

use super::canvas_html::{Canvas, has_tool};
use super::plan::{PathStep, PlanState};
use super::store::NodeRow;
use crate::mastery::server::drawing::{Drawn, draw};
use crate::platform::ui::{Badge, Button, ButtonKind, Erase, Field, Form, FormState, Tone};

impl Canvas<'_> {
    /// The ways on: the guide's own, the choices of the part, and the end.
    pub(super) fn ways(&self, at: usize, plan: &PlanState<'_>, form: FormState) -> AnyView {
        let is_answered = self
            .state
            .question
            .as_ref()
            .is_none_or(|asked| asked.outcome.is_some());
        let next = match plan.next() {
            PathStep::Show(_) if is_answered => "Go on",
            PathStep::Show(_) => "Go on without answering",
            PathStep::End { .. } => "Finish",
        };
        let choices = self.path.offered(at, plan).into_iter();
        let choices = choices
            .filter(|(_, target)| target.is_some())
            .map(|(choice, _)| {
                let hint = choice.reveals_gap.map(|concept| {
                    let name = self.path.name_of(&concept);
                    view! { <span class="soft">{format!(" (about {name})")}</span> }
                });
                view! {
                    <Button kind=ButtonKind::Secondary name="to" value=choice.id>
                        <span dir="auto">{choice.text}</span>
                        {hint}
                    </Button>
                }
            });
        let choices = is_answered.then(|| choices.collect_view());
        let kind = if is_answered {
            ButtonKind::Primary
        } else {
            ButtonKind::Quiet
        };
        let ends = next == "Finish";
        let finish = (!ends).then(|| {
            view! {
                <Button kind=ButtonKind::Quiet name="to" value="finish">
                    "Finish here"
                </Button>
            }
        });
        let place = self.place();
        view! {
            <Form form=form class="path-ways">
                {place}
                <Button kind=kind name="to" value="next">
                    {next}
                </Button>
                {choices}
                {finish}
            </Form>
        }
        .erase()
    }

    /// Hidden fields that say where the session was when the form was shown.
    fn place(&self) -> AnyView {
        let session = self.session.as_ref();
        let node = session.and_then(|session| session.current_node_id);
        let from = node.map(|node| node.to_string()).unwrap_or_default();
        let (path, steps) = (self.id(), self.state.steps.to_string());
        view! {
            <input type="hidden" name="path" value=path autocomplete="off" />
            <input type="hidden" name="from" value=from autocomplete="off" />
            <input type="hidden" name="steps" value=steps autocomplete="off" />
        }
        .erase()
    }

    /// Parts that the last search found, each with a button that shows it.
    pub(super) fn found(&self, form: FormState) -> Option<AnyView> {
        let last = self.messages.last()?;
        if !has_tool(last.tool_calls.as_ref(), "search_nuggets") {
            return None;
        }
        let nodes = self.state.found.iter();
        let nodes = nodes.filter_map(|node| self.path.place(*node));
        let lines = nodes.map(|at| view! { <li>{self.show_button(at, form)}</li> });
        let lines = lines.collect_view();
        Some(
            view! {
                <section class="stack" id="found" tabindex="-1" aria-label="Found">
                    <p dir="auto">{last.content.clone()}</p>
                    <ul class="path-found">{lines}</ul>
                </section>
            }
            .erase(),
        )
    }

    fn show_button(&self, at: usize, form: FormState) -> AnyView {
        let Some(node) = self.path.nodes.get(at) else {
            return ().into_any();
        };
        let (to, label) = (
            format!("node-{}", node.node_id),
            format!("Show “{}”", node.title),
        );
        let place = self.place();
        view! {
            <Form form=form class="inline">
                {place}
                <Button kind=ButtonKind::Secondary name="to" value=to>
                    <span dir="auto">{label}</span>
                </Button>
            </Form>
        }
        .erase()
    }

    pub(super) fn search(&self, form: FormState) -> AnyView {
        let path = self.id();
        view! {
            <Form form=form class="row path-search">
                <input type="hidden" name="path" value=path autocomplete="off" />
                <Field
                    id="path-q"
                    name="q"
                    label="Ask for something else on this path"
                    value=form.value("q", "")
                    error=form.error("q")
                    max_length=200
                    unmarked=true
                    autocomplete="off"
                />
                <Button kind=ButtonKind::Secondary>"Search"</Button>
            </Form>
        }
        .erase()
    }

    /// All parts: as a list with what became of each, and as a drawing with the ways between them.
    pub(super) fn whole(&self, plan: &PlanState<'_>, form: FormState) -> AnyView {
        let here = self.here().map(|(at, _)| at);
        let is_open = (self.session.as_ref()).is_some_and(|session| session.completed_at.is_none());
        let standing = |at: usize| -> (&'static str, Tone, &'static str) {
            match self.path.plan().get(at) {
                _ if here == Some(at) => ("You are here", Tone::Info, "here"),
                Some(node) if !node.is_open => ("Not open yet", Tone::Neutral, "unknown"),
                _ if plan.is_mastered(at) => ("Mastered", Tone::Ok, "mastered"),
                _ if plan.visits_of(at) > 0 => ("Seen", Tone::Info, "learning"),
                _ if !plan.unmet(at).is_empty() => ("Builds on gaps", Tone::Warn, "gap"),
                _ => ("Ahead", Tone::Neutral, "unknown"),
            }
        };
        let lines = self.path.nodes.iter().enumerate().map(|(at, node)| {
            let (label, tone, _) = standing(at);
            let needs: Vec<String> = plan.unmet(at).iter().map(|key| self.path.name_of(key)).collect();
            let needs = (!needs.is_empty()).then(|| {
                view! { <span class="soft" dir="auto">{format!("Builds on {}.", needs.join(", "))}</span> }
            });
            let open = self.path.plan().get(at).is_some_and(|node| node.is_open);
            let show = (is_open && open && here != Some(at)).then(|| {
                view! {
                    <Button kind=ButtonKind::Quiet name="to" value=format!("node-{}", node.node_id) label=format!("Show {}", node.title)>
                        "Show"
                    </Button>
                }
            });
            view! {
                <li>
                    <span dir="auto">{node.title.clone()}</span>
                    <Badge tone=tone text=label />
                    {needs}
                    {show}
                </li>
            }
        });
        let lines = lines.collect_view();
        let nodes = self.path.nodes.iter().enumerate();
        let drawn: Vec<Drawn> = nodes
            .map(|(at, node)| Drawn {
                label: node.title.clone(),
                class: standing(at).2,
                href: String::new(),
            })
            .collect();
        let svg = draw("Drawing of the path", &drawn, &edges(&self.path.nodes));
        let place = self.place();
        view! {
            <details class="stack">
                <summary>"The whole path, and where it could go"</summary>
                <Form form=form class="stack">
                    {place}
                    <ol class="path-parts">{lines}</ol>
                </Form>
                <div inner_html=svg></div>
            </details>
        }
        .erase()
    }
}

/// The ways that the choices of nodes give, each once.
pub fn edges(nodes: &[NodeRow]) -> Vec<(usize, usize)> {
    let place = |node| nodes.iter().position(|other| other.node_id == node);
    let mut seen = HashSet::new();
    let mut edges = Vec::new();
    for (from, node) in nodes.iter().enumerate() {
        for choice in node.choices() {
            if let Some(to) = choice.next_node_id.and_then(place)
                && from != to
                && seen.insert((from, to))
            {
                edges.push((from, to));
            }
        }
    }
    edges
}
