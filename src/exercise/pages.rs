//! Page of an exercise: the task, a text field that saves while the learner types, and the rubric.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use server_fn::ServerFn;

use super::api::{ReopenWork, SaveWork, load_exercise};
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
            {work}
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
                    "Done"
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
    view! {
        <section class="stack" aria-label="Your work">
            <p class="row">
                <Badge tone=Tone::Ok text="Done" />
                <time class="soft" datetime=exactly>
                    {when}
                </time>
            </p>
            <pre class="exercise-work" tabindex="0" dir="auto">
                {page.work}
            </pre>
            <h2 class="label">"Self-check"</h2>
            <ul class="exercise-rubric">{rubric}</ul>
            <Form form=form>
                <input type="hidden" name="exercise" value=page.exercise_id.to_string() />
                <input type="hidden" name="back" value=forms.here.get_untracked() />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Reopen"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}
