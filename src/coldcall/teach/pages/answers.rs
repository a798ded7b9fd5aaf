//! The answers of a cohort to a prompt: similar ones together, then those like no other.

use leptos::{prelude::*, server_fn};
use server_fn::ServerFn;

use super::message::{TutorForms, hold_form, reply_form, tutor_message};
use crate::cohort::teach::messages::Receivers;
use crate::coldcall::teach::api::{ModeratePrompt, load_answers};
use crate::coldcall::teach::{
    AnswerGroup, AnswersPage, CohortPerson, ListedAnswer, PromptAct, answers_path, prompt_path,
    waiting_label,
};
use crate::platform::ids::MessageId;
use crate::platform::live::LiveTopic;
use crate::platform::ui::{
    Button, ButtonKind, EmptyState, Erase, Form, FormState, Page, Select, loaded, page_resource,
    path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

pub fn answers_page() -> AnyView {
    let (course, prompt) = (path_part("course"), path_part("prompt"));
    let cohort = query_value("cohort");
    let page = page_resource(
        move || (course.get(), prompt.get(), cohort.get()),
        |(course, prompt, cohort)| load_answers(course, prompt, cohort),
    );
    let forms = TutorForms::new(Callback::new(move |()| page.refetch()));
    let act = FormState::of(ModeratePrompt::PATH);
    let show = move |page: AnswersPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::task("Answers");
        let inside = answers(&course, page, forms, act);
        frame_below(&course, &title, Area::ColdCalls, heading, inside)
    };
    view! { <Page title="Answers">{loaded(page, show)}</Page> }.erase()
}

fn answers(course: &str, page: AnswersPage, forms: TutorForms, act: FormState) -> AnyView {
    let prompt = page.prompt_id;
    let forms = forms.with_key(page.key);
    let changed = page
        .live
        .clone()
        .map(|live| changed_notice(live, forms.again));
    let cohorts = page
        .cohorts
        .iter()
        .map(|(id, title)| {
            let is_here = page.cohort.map(|of| of.to_string()).as_ref() == Some(id);
            view! {
                <a class="chip" href=answers_path(course, prompt, id) aria-current=is_here.then_some("true")>
                    {title.clone()}
                </a>
            }
        })
        .collect_view();
    let answered = match page.answers {
        1 => "1 answer".to_owned(),
        count => format!("{count} answers"),
    };
    let language = &page.course_title.language;
    let head = view! {
        <header class="coldcall-head">
            <p class="label">{language.inline(page.topic.clone())}</p>
            <h2 class="coldcall-prompt">{language.inline(page.prompt.clone())}</h2>
            <p class="row soft">
                <span>{answered}</span>
                <span>{page.visibility.label()}</span>
                <a href=prompt_path(course, &prompt.to_string())>"Edit prompt"</a>
                <a href="/moderation">{waiting_label(page.waiting)}</a>
            </p>
            {prompt_acts(course, &page, act, forms.again)}
            <nav class="chips" aria-label="Cohorts">
                {cohorts}
            </nav>
        </header>
        {changed}
    };
    let empty = (page.answers == 0).then(|| {
        view! { <EmptyState title="No answers yet" text="Answers of this cohort appear here, similar ones together." /> }
    });
    let groups = (page.groups)
        .into_iter()
        .map(|of| group(course, of, forms))
        .collect_view();
    let others = (!page.outliers.is_empty()).then(|| {
        let list = list(course, page.outliers, forms);
        view! {
            <section class="answer-group">
                <h3>"Unlike the others"</h3>
                {list}
            </section>
        }
    });
    view! {
        {head}
        {empty}
        {groups}
        {others}
        {silent(course, page.silent, forms)}
    }
    .erase()
}

/// Shows the buttons that lock and close the prompt in the cohort that is shown, or in all.
fn prompt_acts(course: &str, page: &AnswersPage, form: FormState, again: Callback<()>) -> AnyView {
    let lock = if page.is_locked {
        PromptAct::Unlock
    } else {
        PromptAct::Lock
    };
    let close = if page.is_closed {
        PromptAct::Reopen
    } else {
        PromptAct::Close
    };
    let buttons = [lock, close].map(|act| {
        view! {
            <Button kind=ButtonKind::Secondary name="act" value=act.name() busy=form.busy()>
                {act.label()}
            </Button>
        }
    });
    let here = page.cohort.map(|cohort| cohort.to_string());
    let this = page
        .cohorts
        .iter()
        .filter(|(id, _)| here.as_ref() == Some(id));
    let scopes: Vec<(String, String)> = this
        .map(|(id, title)| (id.clone(), format!("Only {title}")))
        .chain([(String::new(), "All cohorts".to_owned())])
        .collect();
    let scope = form.value("cohort", &here.unwrap_or_default());
    let (course, prompt) = (course.to_owned(), page.prompt_id.to_string());
    view! {
        <Form form=form class="row prompt-acts" on_done=again>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="prompt" value=prompt />
            <Select
                id="ly-prompt-scope"
                name="cohort"
                label="Lock and close for"
                options=scopes
                value=scope
                required=false
                unmarked=true
            />
            {buttons.into_iter().collect_view()}
        </Form>
    }
    .erase()
}

/// Shows similar answers, which can be replied to and credited at once.
fn group(course: &str, group: AnswerGroup, forms: TutorForms) -> AnyView {
    let ids: Vec<MessageId> = (group.answers.iter())
        .map(|answer| answer.answer.message_id)
        .collect();
    let count = ids.len();
    let words = group.words.join(", ");
    let title = match words.is_empty() {
        true => format!("{count} similar answers"),
        false => format!("{count} answers: {words}"),
    };
    let fields = ids
        .iter()
        .map(|id| view! { <input type="hidden" name="messages[]" value=id.to_string() /> })
        .collect_view();
    let of = ids.first().map(MessageId::to_string).unwrap_or_default();
    let credit = forms.act.of_item("group", &of);
    let own = course.to_owned();
    view! {
        <section class="answer-group">
            <h3>{title}</h3>
            <div class="message-tools">
                <Form form=credit class="message-acts" on_done=forms.again>
                    <input type="hidden" name="course" value=own />
                    <input type="hidden" name="group" value=of />
                    <input type="hidden" name="reason" value="" />
                    {fields}
                    <button class="message-tool" name="act" value="credit">
                        {format!("Credit all {count}")}
                    </button>
                </Form>
                {reply_form(course, ids, &words, forms)}
            </div>
            {list(course, group.answers, forms)}
        </section>
    }
    .erase()
}

fn list(course: &str, answers: Vec<ListedAnswer>, forms: TutorForms) -> AnyView {
    let answers = answers
        .into_iter()
        .map(|answer| {
            let replies = (answer.replies)
                .into_iter()
                .map(|reply| view! { <li>{tutor_message(course, reply, forms)}</li> })
                .collect_view();
            view! {
                <li>
                    {tutor_message(course, answer.answer, forms)} <ol class="thread-replies">{replies}</ol>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="thread">{answers}</ol> }.erase()
}

/// Shows the members without an answer, with ways to write to them and to hold their posts.
fn silent(course: &str, people: Vec<CohortPerson>, forms: TutorForms) -> AnyView {
    if people.is_empty() {
        return ().erase();
    }
    let title = format!("No answer from {}", people.len());
    let people = people
        .into_iter()
        .map(|person| view! { <li>{person_line(course, person, forms)}</li> })
        .collect_view();
    view! {
        <section class="answer-group">
            <h3>{title}</h3>
            <ul class="silent-people">{people}</ul>
        </section>
    }
    .erase()
}

/// Shows a member with a link to the page on which one writes to them.
pub fn person_line(course: &str, person: CohortPerson, forms: TutorForms) -> AnyView {
    let write = person.member.map(|member| {
        let href = Receivers::one(member).path(course, person.cohort);
        view! {
            <a class="message-tool" href=href aria-label=format!("Write · {}", person.name)>
                "Write"
            </a>
        }
    });
    let hold = hold_form(course, &person, forms.hold, forms.again);
    view! {
        <span dir="auto">{person.name}</span>
        {write}
        {hold}
    }
    .erase()
}

/// Offers to load the page again after an event of the topic. It does not do so by itself, because
/// that would take away a reply that is being written.
pub fn changed_notice(live: LiveTopic, again: Callback<()>) -> AnyView {
    let changed = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let tell = move || {
            changed.try_set(true);
        };
        crate::platform::live::browser::follow(live.clone(), tell);
    });
    #[cfg(not(feature = "hydrate"))]
    drop(live);
    let reload = move |_| {
        changed.set(false);
        again.run(());
    };
    view! {
        <div class="thread-changed" role="status">
            <Show when=move || changed.get()>
                <button class="btn second" type="button" on:click=reload>
                    "New messages. Show them"
                </button>
            </Show>
        </div>
    }
    .erase()
}
