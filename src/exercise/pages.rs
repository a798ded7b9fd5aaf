//! Page of an exercise: the task, a text field that saves while the learner types, the rubric, and
//! what was handed in.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use server_fn::ServerFn;

use super::api::{ReopenWork, SaveWork, load_exercise};
use super::hand_in::LINKS_CHARACTERS;
use super::hand_in::pages::{HandInForms, draft_files, due, handed_in};
use super::peer_review::pages::{PeerForms, peer_part};
use super::{ExercisePage, WORK_LIMIT};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Checkbox, Crumb, Erase, Form, FormState, Page,
    TextArea, Tone, loaded, page_resource,
};

pub fn exercise_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let get = |name| params.get(name).unwrap_or_default();
            (get("course"), get("topic"), get("key"))
        })
    });
    let page = page_resource(
        move || params.get(),
        |(course, topic, key)| load_exercise(course, topic, key),
    );
    let forms = ExerciseForms {
        save: FormState::of(SaveWork::PATH),
        reopen: FormState::of(ReopenWork::PATH),
        hand_in: HandInForms::of_page(),
        reviews: PeerForms::of_page(),
        here: Memo::new(move |_| {
            let (course, topic, key) = params.get();
            format!("/learn/{course}/{topic}/exercise/{key}")
        }),
    };
    view! { <Page title="Exercise">{loaded(page, move |page| exercise(page, forms))}</Page> }
        .erase()
}

#[derive(Clone, Copy)]
struct ExerciseForms {
    save: FormState,
    reopen: FormState,
    hand_in: HandInForms,
    reviews: PeerForms,
    /// Address of the page, to return to.
    here: Memo<String>,
}

fn exercise(page: ExercisePage, forms: ExerciseForms) -> AnyView {
    let topic = page.topic.clone();
    let language = &page.course_title.language;
    let (lang, dir) = (language.tag(), language.dir());
    let work = match page.done.clone() {
        Some(when) => done(page.clone(), when, forms),
        None => bench(page.clone(), forms),
    };
    let handing_in = page.handing_in.clone();
    let when_due = handing_in.as_ref().map(due);
    let files = handing_in
        .as_ref()
        .filter(|_| page.done.is_none())
        .map(|it| draft_files(page.exercise_id, it.files.clone(), forms.hand_in));
    let peers = handing_in.as_ref().and_then(|it| it.peers.clone());
    let peers = peers.map(|peers| peer_part(page.exercise_id, peers, forms.reviews));
    let versions = handing_in.and_then(|it| handed_in(&page.course_slug, it, forms.hand_in));
    view! {
        <Title text=format!("{} · Exercise · {}", page.title, page.course_title) />
        <div class="narrow exercise">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new(topic.title, topic.href.clone()).in_language(&page.course_title.language),
                Crumb::new(page.title.clone(), "").in_language(&page.course_title.language),
            ] />
            <header>
                <h1 lang=lang.clone() dir=dir>
                    {page.title}
                </h1>
                <p class="soft">{page.difficulty.label()}</p>
            </header>
            <div class="prose" lang=lang dir=dir inner_html=page.brief.0></div>
            {when_due}
            {work}
            {files}
            {peers}
            {versions}
            <p>
                <a href=topic.href>"Back to the topic"</a>
            </p>
        </div>
    }
    .erase()
}

/// Shows the form in which the learner writes and ticks the rubric.
fn bench(page: ExercisePage, forms: ExerciseForms) -> AnyView {
    let form = forms.save;
    let language = &page.course_title.language;
    let (lang, dir) = (language.tag(), language.dir());
    let typed = form.value("text", &page.work);
    let other = (typed != page.work).then(|| {
        view! {
            <details>
                <summary>"Saved version"</summary>
                <pre class="exercise-work" dir="auto">{page.work}</pre>
            </details>
        }
    });
    let links = page.handing_in.map(|it| it.links);
    let finish = match links.is_some() {
        true => "Hand in",
        false => "Done",
    };
    let rubric = page
        .rubric
        .into_iter()
        .map(|(line, ticked)| view! { <Checkbox name="ticked[]" value=line.clone() label=line checked=ticked /> })
        .collect_view();
    view! {
        <Form form=form class="exercise-form" keeps=true>
            <div class="stack">
                <input type="hidden" name="exercise" value=page.exercise_id.to_string() />
                <input type="hidden" name="writer" value=page.page.writer.to_string() autocomplete="off" />
                <input type="hidden" name="revision" value=page.page.revision.to_string() autocomplete="off" />
                <input type="hidden" name="change" value="0" autocomplete="off" />
                <TextArea name="text" label="Your work" value=typed error=form.error("text") unmarked=true max_length=WORK_LIMIT />
                {links.map(|links| links_field(form, &links))}
                <fieldset class="stack">
                    <legend class="label">"Self-check"</legend>
                    <div class="stack" lang=lang dir=dir>
                        {rubric}
                    </div>
                </fieldset>
            </div>
            {other}
            <div class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Save"
                </Button>
                <Button name="done" value=forms.here.get_untracked() busy=form.busy()>
                    {finish}
                </Button>
                <span class="soft" role="status">
                    {move || form.done().get().then_some("Saved")}
                </span>
            </div>
            {form.status()}
        </Form>
    }
    .erase()
}

/// Field for links, of an exercise whose work is handed in.
fn links_field(form: FormState, links: &str) -> AnyView {
    view! {
        <TextArea
            name="links"
            label="Links"
            hint="One on each line, such as https://example.org/work."
            value=form.value("links", links)
            error=form.error("links")
            max_length=LINKS_CHARACTERS
        />
    }
    .erase()
}

/// Shows the finished work and the ticked rubric, read-only.
fn done(page: ExercisePage, (when, exactly): (String, String), forms: ExerciseForms) -> AnyView {
    let form = forms.reopen;
    let language = &page.course_title.language;
    let rubric = page
        .rubric
        .into_iter()
        .map(|(line, ticked)| {
            let (class, words) = match ticked {
                true => ("done", "Checked: "),
                false => ("", "Not checked: "),
            };
            view! {
                <li class=class>
                    <span class="g"></span>
                    <span>
                        <span class="vh">{words}</span>
                        {language.inline(line)}
                    </span>
                </li>
            }
        })
        .collect_view();
    let (state, again, may_reopen) = match &page.handing_in {
        Some(it) => ("Handed in", "Change and hand in again", it.may_reopen),
        None => ("Done", "Reopen", true),
    };
    // The version that was handed in shows its text.
    let work = page.handing_in.is_none().then(|| {
        view! {
            <pre class="exercise-work" tabindex="0" dir="auto">
                {page.work}
            </pre>
        }
    });
    let reopen = may_reopen.then(|| {
        view! {
            <Form form=form>
                <input type="hidden" name="exercise" value=page.exercise_id.to_string() />
                <input type="hidden" name="back" value=forms.here.get_untracked() />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        {again}
                    </Button>
                </div>
            </Form>
        }
    });
    view! {
        <section class="stack" aria-label="Your work">
            <p class="row">
                <Badge tone=Tone::Ok text=state />
                <time class="soft" datetime=exactly>
                    {when}
                </time>
            </p>
            {work}
            <h2 class="label">"Self-check"</h2>
            <ul class="exercise-rubric">{rubric}</ul>
            {reopen}
        </section>
    }
    .erase()
}
