//! Page of one cold call: the prompt with an empty box, or the thread once it is answered.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use server_fn::ServerFn;

use super::answer::{answer_box, prompt};
use super::thread::{Refresh, ThreadForms, thread};
use crate::coldcall::api::{
    AnswerColdCall, DeleteMessage, EditMessage, ReplyToMessage, ReportMessage, StarMessage,
    load_cold_call,
};
use crate::coldcall::{ColdCallCard, ColdCallPage};
use crate::platform::live::LiveTopic;
use crate::platform::ui::{
    Breadcrumbs, Crumb, Erase, FormState, Notice, Page, loaded, page_resource, query_value,
};

pub fn cold_call_page() -> AnyView {
    let params = Memo::new(|_| {
        use_params_map().with(|params| {
            let get = |name| params.get(name).unwrap_or_default();
            (get("course"), get("topic"), get("n"))
        })
    });
    let cohort = query_value("cohort");
    let page = page_resource(
        move || (params.get(), cohort.get()),
        |((course, topic, n), cohort)| load_cold_call(course, topic, n, cohort),
    );
    let answer = FormState::of(AnswerColdCall::PATH);
    let forms = ThreadForms {
        reply: FormState::of(ReplyToMessage::PATH),
        edit: FormState::of(EditMessage::PATH),
        delete: FormState::of(DeleteMessage::PATH),
        star: FormState::of(StarMessage::PATH),
        report: FormState::of(ReportMessage::PATH),
    };
    let again = Callback::new(move |()| page.refetch());
    let show = move |shown: ColdCallPage| {
        let (course, topic, n) = params.get_untracked();
        let at = (course, topic, n, cohort.get_untracked());
        cold_call(shown, answer, forms, Refresh { at, whole: again })
    };
    view! { <Page title="Cold call">{loaded(page, show)}</Page> }.erase()
}

fn cold_call(
    page: ColdCallPage,
    answer: FormState,
    forms: ThreadForms,
    refresh: Refresh,
) -> AnyView {
    let language = page.course_title.language.clone();
    let card = page.card;
    let head = prompt(&card, &language);
    let next = page
        .next
        .into_iter()
        .chain(page.others)
        .map(|link| view! { <a href=link.href>{link.title}</a> })
        .collect_view();
    let title = format!("Cold call {} · {}", card.number, page.topic.title);
    let inside = match page.thread {
        Some(revealed) => thread(revealed, card.refusal, forms, refresh, page.live),
        None => unanswered(&card, answer, refresh, page.live),
    };
    view! {
        <Title text=format!("{title} · {}", page.course_title) />
        <div class="narrow coldcall-page">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new(page.topic.title.clone(), page.topic.href.clone())
                    .in_language(&page.course_title.language),
            ] />
            <header class="coldcall-head">
                <h1 class="label">{format!("Cold call {} · {}", card.number, page.cohort)}</h1>
                {head}
            </header>
            {inside}
            <p class="row">
                <a href=page.topic.href>"Back to the topic"</a>
                {next}
            </p>
        </div>
    }
    .erase()
}

/// Shows the box for the answer. If a tutor locks or closes the cold call meanwhile, says so and
/// keeps what is typed.
fn unanswered(card: &ColdCallCard, form: FormState, refresh: Refresh, live: LiveTopic) -> AnyView {
    let refusal = RwSignal::new(None::<String>);
    #[cfg(feature = "hydrate")]
    {
        use crate::platform::error::AppError;

        let was_refused = card.refusal.is_some();
        let at = refresh.at;
        Effect::new(move |_| {
            let at = at.clone();
            let changed = move || {
                let (course, topic, n, cohort) = at.clone();
                leptos::task::spawn_local(async move {
                    let load =
                        || load_cold_call(course.clone(), topic.clone(), n.clone(), cohort.clone());
                    let mut loaded = load().await;
                    while loaded == Err(AppError::Unreachable) && !refusal.is_disposed() {
                        crate::platform::live::browser::pause().await;
                        loaded = load().await;
                    }
                    let Ok(page) = loaded else { return };
                    match was_refused && page.card.refusal.is_none() {
                        // There is no box yet.
                        true => refresh.whole.run(()),
                        false => {
                            refusal.try_set(page.card.refusal);
                        }
                    }
                });
            };
            crate::platform::live::browser::follow(live.clone(), changed);
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (live, refresh.at);
    view! {
        <div role="status">
            {move || refusal.get().map(|refusal| view! { <Notice>{refusal}</Notice> })}
        </div>
        <section class="coldcall" aria-label="Your answer">
            {answer_box(card, form, Some(refresh.whole))}
        </section>
    }
    .erase()
}
