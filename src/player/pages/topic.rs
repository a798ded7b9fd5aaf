//! The player: a topic with its outline and navigation. Saves the learner's place.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::outline::outline;
use super::shortcuts::Shortcut;
use crate::coldcall::pages::cold_calls;
use crate::course::{LearnerPersona, StudyPersona, duration};
use crate::enrollment::TopicLink;
use crate::paths::{survey_path, topic_path};
use crate::platform::ui::{
    AccountMenu, Badge, Button, ButtonKind, Dialog, Erase, Form, FormState, Glyph, Icon, Kbd,
    Meter, Tone, Wordmark, loaded, page_resource, query_value,
};
use crate::player;
use crate::player::Onward;
use crate::player::api::{ChoosePersona, MarkDone, load_topic};
use crate::question_bank::pages::sorting;
use crate::tutor_chat::pages::{dock, dock_link};

pub fn topic_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let get = |name| params.get(name).unwrap_or_default();
            (get("course"), get("topic"))
        })
    });
    let query = Memo::new(|_| {
        use_query_map().with(|query| query.get("q").unwrap_or_default().trim().to_owned())
    });
    let again = query_value("again");
    let page = page_resource(
        move || (params.get(), query.get(), again.get()),
        |((course, topic), q, again)| load_topic(course, topic, q, again),
    );
    let forms = TopicForms {
        done: FormState::of(MarkDone::PATH),
        undone: FormState::of(MarkDone::PATH),
        persona: FormState::of(ChoosePersona::PATH),
        again: Callback::new(move |()| page.refetch()),
    };
    loaded(page, move |page| player(page, forms))
}

#[derive(Clone, Copy)]
struct TopicForms {
    done: FormState,
    undone: FormState,
    persona: FormState,
    /// Reloads the topic.
    again: Callback<()>,
}

fn player(page: player::TopicPage, forms: TopicForms) -> AnyView {
    #[cfg(feature = "hydrate")]
    if !page.is_view {
        super::browser::keep_place(&page);
    }
    sorting::wake();
    let title = format!("{} · {}", page.topic.title, page.course_title);
    view! {
        <Title text=title />
        {header(&page)}
        <div class="player">
            {outline(&page)} <main class="read" id="main">
                {article(page.clone(), forms)}
            </main> {dock(&page.course_slug, &page.topic.slug)}
        </div>
        {tab_bar(&page)}
        {help_sheet()}
    }
    .erase()
}

fn header(page: &player::TopicPage) -> AnyView {
    let percent = page.percent;
    let course = format!("/courses/{}", page.course_slug);
    view! {
        <header class="bar stick">
            <Wordmark />
            <a class="bar-course soft hide-s" href=course>
                {page.course_title.language.inline(&page.course_title.text)}
            </a>
            <span class="grow"></span>
            <span class="soft num hide-s">{format!("{percent}%")}</span>
            <span class="bar-meter hide-s">
                <Meter percent=percent label="Course progress" />
            </span>
            <span class="hide-s">{dock_link(&page.course_slug, &page.topic.slug, "btn quiet", None)}</span>
            <button class="btn quiet" type="button" data-action="read-mode" aria-pressed="false" title="Read mode (R)">
                "Aa"
            </button>
            <AccountMenu />
        </header>
    }
    .erase()
}

fn article(page: player::TopicPage, forms: TopicForms) -> AnyView {
    let path = topic_path(&page.course_slug, &page.topic.slug);
    let place = format!(
        "Module {} · Topic {}",
        page.topic.module_no, page.topic.topic_number
    );
    let resume = page
        .place
        .anchor
        .clone()
        .filter(|_| !page.place.is_completed)
        .map(|(id, text)| {
            view! {
                <p class="resume" role="status">
                    "You left off at “" {page.course_title.language.inline(text)} "”. " <a href=format!("{path}#{id}")>"Continue from there"</a>
                </p>
            }
        });
    let language = &page.course_title.language;
    let (lang, dir) = (language.tag(), language.dir());
    let notes =
        (!page.notes.0.is_empty()).then(|| view! { <div inner_html=page.notes.0.clone()></div> });
    view! {
        <article>
            <div class="crumbs">
                <span>{place}</span>
                {page.place.is_watched.then(|| view! { <span>"Video watched"</span> })}
                <span>{duration(page.topic.minutes)}</span>
            </div>
            <header class="topic-head">
                <h1 lang=lang.clone() dir=dir>
                    {page.topic.title.clone()}
                </h1>
            </header>
            {resume}
            {persona_switch(&page, forms)} {shown_for(&page)}
            <div class="content" id="ly-content" lang=lang dir=dir inner_html=page.content.0.clone()></div>
            {notes}
            {cold_calls(page.cold_calls.clone(), language)} {exercises(&page)} {finish(&page, forms)} {pager(&page)}
        </article>
    }
    .erase()
}

/// Shows the study personas to choose from, if the topic has more than one.
fn persona_switch(page: &player::TopicPage, forms: TopicForms) -> AnyView {
    if page.personas.len() < 2 {
        return ().erase();
    }
    let (course, personas) = (page.course_slug.clone(), page.personas.clone());
    let chosen = page.persona;
    let button = move |persona: StudyPersona| {
        let pressed = if persona == chosen { "true" } else { "false" };
        view! {
            <button class="chip" name="persona" value=persona.name() aria-pressed=pressed>
                {persona.label()}
            </button>
        }
    };
    view! {
        <Form form=forms.persona class="persona" on_done=forms.again>
            <input type="hidden" name="course" value=course />
            <span class="label" id="ly-persona">
                "Told as"
            </span>
            <div class="chips" role="group" aria-labelledby="ly-persona">
                {personas.into_iter().map(button).collect_view()}
            </div>
        </Form>
    }
    .erase()
}

/// Says for which kind of learner the topic is shown, if it has several variants.
fn shown_for(page: &player::TopicPage) -> AnyView {
    if !page.has_variants {
        return ().erase();
    }
    let label = (page.learner_persona).map_or("As for everybody", LearnerPersona::label);
    view! {
        <p class="soft shown-for">
            "Shown: " {label} " · " <a href=survey_path(&page.course_slug)>"Find what fits you"</a>
        </p>
    }
    .erase()
}

fn exercises(page: &player::TopicPage) -> AnyView {
    if page.exercises.is_empty() {
        return ().erase();
    }
    let language = &page.course_title.language;
    let lines = page
        .exercises
        .clone()
        .into_iter()
        .map(|exercise| {
            view! {
                <li class=exercise.state.class()>
                    <a href=exercise.link.href>
                        <span class="g"></span>
                        <span>{language.inline(exercise.link.title)} <span class="vh">{exercise.state.words()}</span></span>
                        <small>{exercise.difficulty.label()}</small>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="exercises next">
            <h2 class="label">"Exercises"</h2>
            <ol>{lines}</ol>
        </section>
    }
    .erase()
}

/// Shows the step at the end of the topic: one button that marks it as done and goes on.
fn finish(page: &player::TopicPage, forms: TopicForms) -> AnyView {
    let topic = page.topic.topic_id.to_string();
    let same_topic = topic.clone();
    let next = page.onward.href().to_owned();
    let go_on = match page.place.is_completed {
        true => view! {
            <Button href=next>
                "Continue"
                <Icon glyph=Glyph::ArrowRight />
            </Button>
        }
        .erase(),
        false => view! {
            <Form form=forms.done class="inline">
                <input type="hidden" name="topic" value=same_topic />
                <input type="hidden" name="done" value="true" />
                <input type="hidden" name="next" value=next />
                <Button busy=forms.done.busy()>
                    <Icon glyph=Glyph::Check />
                    "Mark done and continue"
                </Button>
            </Form>
        }
        .erase(),
    };
    let undo = page.place.is_completed.then(|| {
        view! {
            <Form form=forms.undone class="inline" on_done=forms.again>
                <input type="hidden" name="topic" value=topic />
                <input type="hidden" name="done" value="false" />
                <Button kind=ButtonKind::Quiet busy=forms.undone.busy()>
                    "Mark as not done"
                </Button>
            </Form>
        }
    });
    let done = page
        .place
        .is_completed
        .then(|| view! { <Badge tone=Tone::Ok text="Done" /> });
    let is_onward = page.place.is_completed && matches!(page.onward, Onward::Certificate(_));
    let certificate = page.certificate.clone().filter(|_| !is_onward).map(
        |href| view! { <Button kind=ButtonKind::Secondary href=href>"Your certificate"</Button> },
    );
    view! {
        <div class="finish">
            {go_on}
            <span class="finish-next">{onward(page)}</span>
            {done}
            {undo}
            {certificate}
        </div>
    }
    .erase()
}

/// Names the place that follows the topic.
fn onward(page: &player::TopicPage) -> AnyView {
    match page.onward.clone() {
        Onward::Topic(link) => {
            view! { "Next: " {page.course_title.language.inline(link.title)} }.erase()
        }
        Onward::Quiz(link) => format!("Next: {}", link.title).erase(),
        Onward::Exams(_) => "Next: the exams of this course".erase(),
        Onward::Certificate(_) => "Next: your certificate".erase(),
        Onward::Course(_) => "Nothing else is open for now: back to the course".erase(),
    }
}

fn pager(page: &player::TopicPage) -> AnyView {
    let link = |link: &Option<TopicLink>, rel: &'static str, label: &'static str| {
        link.clone().map(|link| {
            view! {
                <a rel=rel href=link.href>
                    <span class="label">{label}</span>
                    <b>{page.course_title.language.inline(link.title)}</b>
                </a>
            }
        })
    };
    view! {
        <nav class="pager" aria-label="Topics">
            {link(&page.previous, "prev", "Previous")} {link(&page.next, "next", "Next")}
        </nav>
    }
    .erase()
}

/// Shows the bar at the bottom of narrow screens.
fn tab_bar(page: &player::TopicPage) -> AnyView {
    let here = topic_path(&page.course_slug, &page.topic.slug);
    let next = match page.next.clone() {
        Some(next) => view! {
            <a href=next.href>
                <Icon glyph=Glyph::ArrowRight />
                "Next"
            </a>
        }
        .erase(),
        None => view! {
            <a href="/learn">
                <Icon glyph=Glyph::Check />
                "Home"
            </a>
        }
        .erase(),
    };
    view! {
        <nav class="tabbar" aria-label="Player">
            <button type="button" popovertarget="ly-outline">
                <Icon glyph=Glyph::List />
                "Outline"
            </button>
            <a href=here aria-current="page">
                <Icon glyph=Glyph::Book />
                "Read"
            </a>
            {dock_link(&page.course_slug, &page.topic.slug, "", Some(Glyph::Info))}
            {next}
        </nav>
    }
    .erase()
}

fn help_sheet() -> AnyView {
    let keys = Shortcut::ALL.map(|(shortcut, _, help)| {
        view! {
            <div>
                <dt>
                    <Kbd key=shortcut.key() />
                </dt>
                <dd>{help}</dd>
            </div>
        }
    });
    view! {
        <Dialog id="ly-keys" title="Keyboard shortcuts">
            <dl class="keys">{keys.collect_view()}</dl>
        </Dialog>
    }
    .erase()
}
