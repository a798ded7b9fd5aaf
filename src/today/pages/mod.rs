//! The page Today, and the link to it above the list of courses.

#[cfg(feature = "hydrate")]
mod keys;

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use super::api::{DismissLine, UndoDismissal, count_today, load_today};
use super::{
    Dismissal, MOST_MORE, TODAY, TodayCourse, TodayKind, TodayLine, TodayPage, TodayQuery,
    TodayUndo,
};
use crate::platform::auth::UserRole;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Form, FormState, Kbd, Notice, Page,
    Select, Tone, loaded, page_resource, viewer,
};
use crate::teaching::pages::teach_page;

#[derive(Clone, Copy)]
struct TodayForms {
    dismiss: FormState,
    undo: FormState,
    /// Loads the lines again.
    again: Callback<()>,
}

pub fn today_page() -> AnyView {
    let query = Memo::new(|_| asked());
    let page = page_resource(move || query.get(), load_today);
    let forms = TodayForms {
        dismiss: FormState::of(DismissLine::PATH),
        undo: FormState::of(UndoDismissal::PATH),
        again: Callback::new(move |()| page.refetch()),
    };
    #[cfg(feature = "hydrate")]
    keys::listen();
    view! {
        <Page title="Today">
            <div class="wide teach today">
                <Breadcrumbs trail=vec![Crumb::new("Teaching", "/teach"), Crumb::new("Today", "")] />
                <h1>"Today"</h1>
                {loaded(page, move |page| today(page, query.get_untracked(), forms))}
            </div>
        </Page>
    }
    .erase()
}

/// The list of courses, with a link to the page Today for those who teach.
pub fn teaching_page() -> AnyView {
    teach_page(today_link())
}

fn today_link() -> Option<AnyView> {
    let teaches = viewer().is_some_and(|viewer| viewer.role != UserRole::Learner);
    teaches.then(|| {
        let count = page_resource(|| (), |()| count_today());
        let link = |count: i64| {
            let text = match count {
                0 => "Today".to_owned(),
                count => format!("Today ({count})"),
            };
            view! {
                <p>
                    <a href=TODAY>{text}</a>
                </p>
            }
            .erase()
        };
        loaded(count, link)
    })
}

/// Reads the query from the page's address.
fn asked() -> TodayQuery {
    use_query_map().with(|query| TodayQuery {
        kind: TodayKind::parse(&query.get("kind").unwrap_or_default()),
        course: query.get("course").unwrap_or_default(),
        more: query
            .get("more")
            .and_then(|more| more.parse().ok())
            .map_or(0, |more: u32| more.min(MOST_MORE)),
    })
}

fn today(page: TodayPage, query: TodayQuery, forms: TodayForms) -> AnyView {
    let undo = page.undo.map(|undo| undone(undo, forms));
    if page.all == 0 {
        return view! {
            {undo}
            <EmptyState
                title="Nobody needs you"
                text="Questions, work to mark, and learners who are stuck, behind or silent appear here."
            />
        }
        .erase();
    }
    let said = match page.total {
        1 => "1 line".to_owned(),
        total => format!("{total} lines"),
    };
    let shown = i64::from(query.shown());
    let more = (page.total > shown && query.more < MOST_MORE).then(|| {
        let next = TodayQuery {
            more: query.more + 1,
            ..query.clone()
        };
        view! {
            <p>
                <Button kind=ButtonKind::Secondary href=next.path()>
                    "Show more"
                </Button>
            </p>
        }
    });
    let lines = match page.lines.is_empty() {
        true => view! {
            <EmptyState title="Nobody here" text="View all lines, or choose others.">
                <Button kind=ButtonKind::Secondary href=TODAY>"View all"</Button>
            </EmptyState>
        }
        .erase(),
        false => list(page.lines, forms),
    };
    view! {
        {undo}
        {chips(&page.kinds, &query)}
        {courses(page.courses, &query)}
        <p class="soft" role="status">
            {said}
        </p>
        {lines}
        {more}
        {help()}
    }
    .erase()
}

/// Says what became of the last line, with a button that shows it again.
fn undone(undo: TodayUndo, forms: TodayForms) -> AnyView {
    view! {
        <Form form=forms.undo class="row today-undo" on_done=forms.again>
            <input type="hidden" name="line" value=undo.line autocomplete="off" />
            <Notice tone=Tone::Ok>{undo.said}</Notice>
            <Button kind=ButtonKind::Secondary busy=forms.undo.busy()>
                "Undo"
            </Button>
        </Form>
    }
    .erase()
}

fn chips(kinds: &[(TodayKind, i64)], query: &TodayQuery) -> AnyView {
    let all: i64 = kinds.iter().map(|(_, lines)| lines).sum();
    let kinds = kinds.iter().map(|(kind, lines)| (Some(*kind), *lines));
    let chips = std::iter::once((None, all))
        .chain(kinds)
        .filter(|(kind, lines)| *lines > 0 || *kind == query.kind)
        .map(|(kind, lines)| {
            let is_here = query.kind == kind;
            let other = TodayQuery {
                kind,
                more: 0,
                ..query.clone()
            };
            view! {
                <a class="chip" href=other.path() aria-current=is_here.then_some("true")>
                    {format!("{} ({lines})", kind.map_or("All", TodayKind::label))}
                </a>
            }
        });
    view! {
        <div class="chips" role="group" aria-label="Kind">
            {chips.collect_view()}
        </div>
    }
    .erase()
}

/// Chooses a course, if there are several.
fn courses(courses: Vec<TodayCourse>, query: &TodayQuery) -> Option<AnyView> {
    let is_chosen = !query.course.is_empty();
    (courses.len() > 1 || is_chosen).then(|| {
        let known = courses.into_iter().map(|course| {
            let text = format!("{} ({})", course.title, course.lines);
            (course.slug, text)
        });
        let options: Vec<(String, String)> =
            std::iter::once((String::new(), "All courses".to_owned()))
                .chain(known)
                .collect();
        let kind = query
            .kind
            .map(|kind| view! { <input type="hidden" name="kind" value=kind.name() /> });
        view! {
            <form class="row today-courses" method="get" action=TODAY>
                {kind}
                <Select name="course" label="Course" value=query.course.clone() options=options required=false unmarked=true />
                <Button kind=ButtonKind::Secondary>"Show"</Button>
            </form>
        }
        .erase()
    })
}

fn list(lines: Vec<TodayLine>, forms: TodayForms) -> AnyView {
    let lines = lines.into_iter().map(line).collect_view();
    view! {
        <Form form=forms.dismiss class="today-form" on_done=forms.again>
            <ol class="today-lines">{lines}</ol>
        </Form>
    }
    .erase()
}

fn line(line: TodayLine) -> AnyView {
    let of = format!("{}, {}", line.person, line.reason);
    let about = (!line.about.is_empty()).then(|| {
        view! {
            <span class="soft">{line.course.language.inline(line.about)}</span>
        }
    });
    let course = line.course.language.inline(line.course.text);
    let (act, href) = line.act;
    let act_label = format!("{act}: {of}");
    let dismiss = |dismissal: Dismissal, text: &'static str| {
        view! {
            <Button
                kind=ButtonKind::Quiet
                name="act"
                value=dismissal.value(&line.key)
                label=format!("{text}: {of}")
            >
                {text}
            </Button>
        }
        .erase()
    };
    view! {
        <li class="today-line" tabindex="-1">
            <div class="today-who">
                <b>
                    <bdi>{line.person}</bdi>
                </b>
                {about}
                <span class="soft">{course}</span>
            </div>
            <p class="today-why">{line.reason}</p>
            <div class="row today-acts">
                <Button kind=ButtonKind::Secondary href=href label=act_label>
                    {act}
                </Button>
                {dismiss(Dismissal::Handled, "Handled")}
                {dismiss(Dismissal::Day, "Snooze a day")}
                {dismiss(Dismissal::Week, "Snooze a week")}
            </div>
        </li>
    }
    .erase()
}

fn help() -> AnyView {
    view! {
        <p class="soft today-keys">
            "Keys: " <Kbd key="j" /> " and " <Kbd key="k" /> " or the arrow keys go to the next and the previous line, "
            <Kbd key="Enter" /> " opens it, " <Kbd key="e" /> " marks it as handled, " <Kbd key="s" />
            " snoozes it for a day, " <Kbd key="u" /> " undoes the last."
        </p>
    }
    .erase()
}
