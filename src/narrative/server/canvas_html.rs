//! Renders a path as a learner walks it: the conversation, the text, the question, the ways on, and
//! where the path could have gone. All of it works as a stepper of forms.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::Value;

use super::plan::PlanState;
use super::rights::OnPath;
use super::session::{LoadedPath, PendingQuestion, WalkState};
use super::session_store::{self, PathMessageRow, PathSessionRow};
use super::store::{self, NodeRow};
use crate::mastery::server::map_html::apart;
use crate::mastery::{ConceptStanding, knowledge_path};
use crate::narrative::api::{AnswerCheck, BeginPath, GoOnPath, SearchPath};
use crate::narrative::{ANSWER_CHARACTERS, NarrativePage, SessionMode, path_editor_path};
use crate::paths::KNOWLEDGE;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::http::flash::Flash;
use crate::platform::time::Clock;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Language, Notice, Tone,
};

/// The path with the session, as it is rendered.
pub(super) struct Canvas<'a> {
    pub(super) on: &'a OnPath,
    pub(super) path: LoadedPath,
    pub(super) session: Option<PathSessionRow>,
    pub(super) state: WalkState,
    pub(super) messages: Vec<PathMessageRow>,
    pub(super) now: DateTime<Utc>,
}

/// Returns a path for the person who walks it.
pub async fn page(conn: &mut Conn, on: &OnPath, clock: &Clock) -> AppResult<NarrativePage> {
    let path = LoadedPath::load(conn, on, clock).await?;
    let session = session_store::session(conn, on.me.user_id(), on.path.path_id).await?;
    let messages = match &session {
        Some(session) => session_store::messages(conn, session.session_id).await?,
        None => Vec::new(),
    };
    let state = session
        .as_ref()
        .map(|session| WalkState::of(&session.state));
    let canvas = Canvas {
        on,
        path,
        state: state.unwrap_or_default(),
        session,
        messages,
        now: clock.now,
    };
    let flash = on.me.cx.flash.as_ref();
    Ok(NarrativePage {
        title: on.path.title.clone(),
        language: on.path.language.clone(),
        path: on.path.path_id,
        body: apart(|| canvas.view(flash)),
    })
}

fn form_of(path: &'static str, flash: Option<&Flash>) -> FormState {
    FormState::after(path, flash.filter(|flash| flash.form == path))
}

impl Canvas<'_> {
    pub(super) fn id(&self) -> String {
        self.on.path.path_id.to_string()
    }

    fn view(&self, flash: Option<&Flash>) -> AnyView {
        let visits = self.path.visits(&self.state);
        let plan = self.path.state(&visits, self.now);
        let open = (self.session.as_ref()).filter(|session| session.completed_at.is_none());
        let edit = self.on.may_edit.then(|| {
            view! {
                <p>
                    <a href=path_editor_path(self.on.path.path_id, None)>"Edit this path"</a>
                </p>
            }
        });
        let main = match (open, self.here()) {
            (None, _) => self.begin(&plan, form_of(BeginPath::PATH, flash)),
            (Some(_), Some((at, node))) => view! {
                {self.earlier()}
                {self.part(node)}
                {self.question(form_of(AnswerCheck::PATH, flash))}
                {self.ways(at, &plan, form_of(GoOnPath::PATH, flash))}
                {self.found(form_of(GoOnPath::PATH, None))}
                {self.search(form_of(SearchPath::PATH, flash))}
            }
            .erase(),
            // The node was removed from the path or closed meanwhile.
            (Some(_), None) => view! {
                <Notice tone=Tone::Info>"The part where you were is not open on this path now."</Notice>
                {self.ways(usize::MAX, &plan, form_of(GoOnPath::PATH, flash))}
            }
            .erase(),
        };
        view! { {edit} {main} {self.whole(&plan, form_of(GoOnPath::PATH, None))} }.erase()
    }

    /// The node where the learner is, unless it is closed to them now.
    pub(super) fn here(&self) -> Option<(usize, &NodeRow)> {
        let node = self.session.as_ref()?.current_node_id?;
        let at = self.path.place(node)?;
        self.path.plan().get(at).filter(|plan| plan.is_open)?;
        Some((at, self.path.nodes.get(at)?))
    }

    fn mode(&self) -> SessionMode {
        let mode = self.session.as_ref().map(|session| session.mode.as_str());
        SessionMode::parse(mode.unwrap_or_default())
    }

    /// The description of the path or the end of the last walk, with the buttons that begin.
    fn begin(&self, plan: &PlanState<'_>, form: FormState) -> AnyView {
        let description = (!self.on.path.description.is_empty())
            .then(|| view! { <p dir="auto">{self.on.path.description.clone()}</p> });
        let after = self.session.is_some().then(|| self.summary(plan));
        let word = if self.session.is_some() {
            "Walk it again"
        } else {
            "Begin"
        };
        let closed = self.path.plan().iter().filter(|node| !node.is_open).count();
        let closed = (closed > 0).then(|| {
            view! {
                <p class="soft">
                    {format!("{closed} of {} parts are not open to you yet.", self.path.nodes.len())}
                </p>
            }
        });
        let id = self.id();
        view! {
            {description}
            {after}
            {closed}
            <Form form=form class="row" id="now">
                <input type="hidden" name="path" value=id />
                <Button big=true name="mode" value="text">
                    {word}
                </Button>
                <span class="speaks">
                    <Button kind=ButtonKind::Secondary big=true name="mode" value="voice">
                        {format!("{word} by voice")}
                    </Button>
                </span>
            </Form>
        }
        .erase()
    }

    /// The end of a walk: what is known now, and what was left out.
    fn summary(&self, plan: &PlanState<'_>) -> AnyView {
        let keys = store::keys(&self.path.names);
        let level = |key: &String| self.path.levels.get(key).copied();
        let of = |standing: ConceptStanding| {
            let found = keys
                .iter()
                .filter(|key| ConceptStanding::of(level(key), self.path.thresholds) == standing);
            found.count()
        };
        let unmet = match plan.next() {
            super::plan::PathStep::End { unmet } => unmet.len(),
            super::plan::PathStep::Show(_) => 0,
        };
        let unmet = (unmet > 0).then(|| {
            view! {
                <p>
                    {format!(
                        "{unmet} parts were left out, because they build on concepts that you do not know yet. You can open them from the list below once you begin again.",
                    )}
                </p>
            }
        });
        view! {
            <Notice tone=Tone::Ok>"You have walked this path."</Notice>
            <p>
                {format!(
                    "Of its {} concepts you have mastered {}, {} are on the way, and {} are gaps or without evidence.",
                    keys.len(),
                    of(ConceptStanding::Mastered),
                    of(ConceptStanding::Learning),
                    of(ConceptStanding::Gap) + of(ConceptStanding::Unknown),
                )}
                " "
                <a href=KNOWLEDGE>"What you know"</a>
            </p>
            {unmet}
        }
        .erase()
    }

    /// The conversation before the current part.
    fn earlier(&self) -> Option<AnyView> {
        // The last message that delivered a part is shown in full below.
        let is_part = |row: &PathMessageRow| has_tool(row.tool_calls.as_ref(), "deliver_nugget");
        let until = self.messages.iter().rposition(is_part)?;
        let before = self.messages.get(..until).filter(|rows| !rows.is_empty())?;
        let lines = before.iter().map(|row| {
            let (who, class) = match row.role.as_str() {
                "user" => ("You: ", "path-own"),
                _ => ("Guide: ", ""),
            };
            view! {
                <li class=class>
                    <b>{who}</b>
                    <span dir="auto">{row.content.clone()}</span>
                </li>
            }
        });
        let lines = lines.collect_view();
        let said = format!("Earlier in this conversation ({})", before.len());
        Some(
            view! {
                <details>
                    <summary>{said}</summary>
                    <ol class="path-talk">{lines}</ol>
                </details>
            }
            .erase(),
        )
    }

    /// The text of the current part, with its slides.
    fn part(&self, node: &NodeRow) -> AnyView {
        let language = Language::new(node.language.clone());
        let (lang, dir) = match node.language.is_empty() {
            true => (None, "auto"),
            false => (Some(language.tag()), language.dir()),
        };
        let picture = node.image_url.clone().map(|src| {
            view! { <img class="path-picture" src=src alt="" loading="lazy" /> }
        });
        let sound = node.audio_url.clone().map(|src| {
            view! { <audio controls=true preload="none" src=src aria-label="Narration"></audio> }
        });
        let voice = (self.mode() == SessionMode::Voice).then_some("");
        view! {
            <article class="panel stack path-part" id="now" tabindex="-1" aria-labelledby="part-title" data-voice=voice>
                <h2 id="part-title" lang=lang.clone() dir=dir>
                    {node.title.clone()}
                </h2>
                <button type="button" class="btn second speaks" data-speak="#part-text" aria-pressed="false">
                    "Read aloud"
                </button>
                {sound}
                {picture}
                {slides(node.slides.as_ref(), lang.clone(), dir)}
                <div class="prose" id="part-text" lang=lang dir=dir inner_html=node.content_html.clone()></div>
            </article>
        }
        .erase()
    }

    fn question(&self, form: FormState) -> Option<AnyView> {
        let asked = self.state.question.as_ref()?;
        Some(match &asked.outcome {
            Some(_) => self.outcome(asked),
            None => self.asked(asked, form),
        })
    }

    fn asked(&self, asked: &PendingQuestion, form: FormState) -> AnyView {
        let question = &asked.question;
        let controls = match question.options.is_empty() {
            true => view! {
                <Field
                    id="path-given"
                    name="given"
                    label="Your answer"
                    value=form.value("given", "")
                    error=form.error("given")
                    max_length=ANSWER_CHARACTERS
                    required=true
                    autocomplete="off"
                />
                <button type="button" class="btn second hears" data-hear="#path-given" aria-pressed="false">
                    "Speak your answer"
                </button>
            }
            .erase(),
            false => {
                let options = question.options.iter().enumerate().map(|(at, option)| {
                    let id = format!("path-option-{at}");
                    let own = id.clone();
                    view! {
                        <label class="path-option" for=id>
                            <input type="radio" id=own name="given" value=option.clone() />
                            <span dir="auto">{option.clone()}</span>
                        </label>
                    }
                });
                let problem = form.error("given").get_untracked();
                view! {
                    <fieldset class="stack">
                        <legend>"Choose what fits the gap"</legend>
                        {problem.map(|sentence| view! { <p class="error">{sentence}</p> })}
                        {options.collect_view()}
                    </fieldset>
                }
                .erase()
            }
        };
        let (path, id) = (self.id(), asked.id.to_string());
        view! {
            <section class="panel stack" aria-labelledby="check-title">
                <h2 id="check-title">"Check"</h2>
                <p class="path-prompt" dir="auto">
                    {question.prompt.clone()}
                </p>
                <Form form=form class="stack">
                    <input type="hidden" name="path" value=path autocomplete="off" />
                    <input type="hidden" name="question" value=id autocomplete="off" />
                    {controls}
                    <div class="row">
                        <Button>"Answer"</Button>
                    </div>
                </Form>
            </section>
        }
        .erase()
    }

    fn outcome(&self, asked: &PendingQuestion) -> AnyView {
        let Some(outcome) = &asked.outcome else {
            return ().into_any();
        };
        let (tone, said) = match outcome.is_right {
            true => (Tone::Ok, "That is right."),
            false => (Tone::Warn, "Not quite."),
        };
        let name = self.path.name_of(&asked.question.concept);
        let before = match outcome.before {
            Some(before) => format!("was {before}"),
            None => "had no evidence before".to_owned(),
        };
        view! {
            <section class="panel stack" aria-labelledby="check-title">
                <h2 id="check-title">"Check"</h2>
                <p class="path-prompt" dir="auto">
                    {asked.question.prompt.clone()}
                </p>
                <Notice tone=tone>{said}</Notice>
                <p>
                    "You answered " <b dir="auto">{outcome.given.clone()}</b> ". The text says "
                    <b dir="auto">{asked.question.key().to_owned()}</b> "."
                </p>
                <p>
                    <a href=knowledge_path(&asked.question.concept)>
                        <bdi>{name}</bdi>
                    </a>
                    {format!(": level {} now, {before}.", outcome.after)}
                </p>
            </section>
        }
        .erase()
    }
}

pub(super) fn has_tool(calls: Option<&Value>, name: &str) -> bool {
    let calls = calls.and_then(Value::as_array);
    calls.is_some_and(|calls| calls.iter().any(|call| call["tool"] == name))
}

/// The slides of a nugget as a deck that scrolls sideways.
fn slides(stored: Option<&Value>, lang: Option<String>, dir: &'static str) -> Option<AnyView> {
    let slides = stored?.get("slides")?.as_array()?;
    let shown = slides.iter().enumerate().map(|(at, slide)| {
        let title = slide["title"].as_str().unwrap_or_default().to_owned();
        let lines = slide["lines"].as_array().cloned().unwrap_or_default();
        let lines = lines
            .into_iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .map(|line| view! { <li>{line}</li> })
            .collect_view();
        view! {
            <li class="path-slide">
                <b>{title}</b>
                <ul>{lines}</ul>
                <span class="soft">{format!("{} of {}", at + 1, slides.len())}</span>
            </li>
        }
    });
    let shown = shown.collect_view();
    Some(
        view! {
            <details>
                <summary>"As slides"</summary>
                <ol class="path-deck" tabindex="0" aria-label="Slides" lang=lang dir=dir>
                    {shown}
                </ol>
            </details>
        }
        .erase(),
    )
}
