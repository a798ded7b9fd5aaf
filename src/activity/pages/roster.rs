//! The learners of a course with their status, for tutors.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use leptos::server_fn::ServerFn;

#[cfg(feature = "hydrate")]
use crate::activity::ROSTER_WAIT_MS;
use crate::activity::api::{DeleteRosterView, SaveRosterView, SaveStatusRules, load_roster};
use crate::activity::{
    LearnerStatus, ROSTER_PAGE, RosterLine, RosterPage, RosterQuery, RosterSort, StatusRules,
    minutes_text,
};
use crate::course::SEARCH_CHARACTERS;
use crate::paths::{
    activity_roster_path, course_message_path, insights_path, learner_path, timeline_path,
};
use crate::platform::live::LiveTopic;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Icon,
    Page, Pagination, SavedView, Table, ViewedList, loaded, page_resource, path_part, saved_views,
};
use crate::teaching::Area;
use crate::teaching::pages::frame;

/// Page `/teach/COURSE/activity`.
pub fn roster_page() -> AnyView {
    let course = path_part("course");
    let query = Memo::new(|_| asked());
    let page = page_resource(
        move || (course.get(), query.get()),
        |(course, query)| load_roster(course, query),
    );
    let limits = FormState::of(SaveStatusRules::PATH);
    let views = (
        FormState::of(SaveRosterView::PATH),
        FormState::of(DeleteRosterView::PATH),
    );
    let again = Callback::new(move |()| page.refetch());
    let show = move |page| roster(page, query.get_untracked(), (limits, again), views);
    view! { <Page title="Activity">{loaded(page, show)}</Page> }.erase()
}

/// Reads the query from the page's address.
fn asked() -> RosterQuery {
    use_query_map().with(|query| RosterQuery {
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        status: LearnerStatus::parse(&query.get("status").unwrap_or_default()),
        sort: RosterSort::parse(&query.get("sort").unwrap_or_default()),
        down: query.get("down").is_some(),
        page: query
            .get("page")
            .and_then(|page| page.parse().ok())
            .map_or(0, |page: u32| page.saturating_sub(1)),
    })
}

/// The form of the limits, and what loads the page again after it.
type LimitsForm = (FormState, Callback<()>);

fn roster(
    page: RosterPage,
    query: RosterQuery,
    limits: LimitsForm,
    forms: (FormState, FormState),
) -> AnyView {
    let (slug, title) = (page.course_slug.clone(), page.course_title.clone());
    let query = query.on_page(page.page);
    let said = match page.total {
        1 => "1 learner".to_owned(),
        total => format!("{total} learners"),
    };
    let previous = match query.page {
        0 => String::new(),
        page => query.on_page(page - 1).path(&slug),
    };
    let shown = usize::try_from(query.page).unwrap_or_default() * ROSTER_PAGE + page.lines.len();
    let next = match shown < page.total {
        true => query.on_page(query.page + 1).path(&slug),
        false => String::new(),
    };
    let file = query.csv_path(&slug);
    let insights = insights_path(&slug);
    let write = query.status.filter(|_| page.total > 0).map(|status| {
        let name = status.name();
        let chosen = [("q", query.q.as_str()), ("status", name), ("draft", name)];
        let href = course_message_path(&slug, &chosen);
        view! {
            <a class="btn second" href=href>
                "Write to them"
            </a>
        }
    });
    follow(page.live, limits.1);
    let inside = view! {
        <p class="soft">
            "The status of each learner follows from what they did in the last days. It comes with its reason, and it changes as soon as they go on. "
            <a href=insights>"Figures of the course"</a>
        </p>
        {tools(&slug, &query, &page.counts)}
        {views(page.views, &slug, &query, forms)}
        <div class="row activity-head">
            <p class="soft grow" role="status">
                {said}
            </p>
            {write}
            // Not a page of the app, so the browser itself has to fetch the file.
            <a class="btn second" href=file rel="external" download>
                <Icon glyph=Glyph::Download />
                "CSV"
            </a>
        </div>
        {table(&slug, page.lines, &query)}
        <Pagination previous=previous next=next />
        {limits_form(&slug, page.rules, limits)}
    };
    frame(&slug, &title, Area::Activity, inside.erase())
}

/// Loads the page again after learners did something. Somebody who is using the list keeps it as it
/// is: the focus would be lost.
fn follow(live: LiveTopic, again: Callback<()>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let waits = StoredValue::new(false);
        let changed = move || {
            if waits.try_get_value() != Some(false) {
                return;
            }
            waits.set_value(true);
            let reload = move || {
                let body = document().body().map(Into::into);
                let is_free = document().active_element() == body;
                if waits.try_update_value(|waits| *waits = false).is_some() && is_free {
                    again.run(());
                }
            };
            set_timeout(reload, std::time::Duration::from_millis(ROSTER_WAIT_MS));
        };
        crate::platform::live::browser::follow(live.clone(), changed);
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (live, again);
}

fn tools(slug: &str, query: &RosterQuery, counts: &[(LearnerStatus, usize)]) -> AnyView {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let known = counts.iter().map(|(status, count)| (Some(*status), *count));
    let chips = std::iter::once((None, all))
        .chain(known)
        .filter(|(status, count)| status.is_none() || *count > 0 || *status == query.status)
        .map(|(status, count)| {
            let is_here = query.status == status;
            let text = format!("{} ({count})", status.map_or("All", LearnerStatus::label));
            view! {
                <a
                    class="chip"
                    href=query.of_status(status).path(slug)
                    aria-current=is_here.then_some("true")
                >
                    {text}
                </a>
            }
        })
        .collect_view();
    let kept = [
        (
            "status",
            query.status.map(LearnerStatus::name).unwrap_or_default(),
        ),
        ("sort", query.sort.name()),
        ("down", if query.down { "yes" } else { "" }),
    ];
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form class="tools" role="search" method="get" action=activity_roster_path(slug)>
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=query.q.clone()
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="Name or email"
                    aria-label="Search learners"
                />
            </label>
            {kept}
            <Button kind=ButtonKind::Secondary>"Search"</Button>
            <div class="chips" role="group" aria-label="Status">
                {chips}
            </div>
        </form>
    }
    .erase()
}

fn views(
    views: Vec<SavedView>,
    slug: &str,
    query: &RosterQuery,
    forms: (FormState, FormState),
) -> AnyView {
    let status = query.status.map(LearnerStatus::name).unwrap_or_default();
    let down = if query.down { "true" } else { "" };
    let list = ViewedList {
        path: query.on_page(0).path(slug),
        named: vec![("course", slug.to_owned())],
        filters: vec![
            ("query[q]", query.q.clone()),
            ("query[status]", status.to_owned()),
            ("query[sort]", query.sort.name().to_owned()),
            ("query[down]", down.to_owned()),
        ],
        others: "All tutors of the course see it",
    };
    saved_views(views, list, forms)
}

fn table(slug: &str, lines: Vec<RosterLine>, query: &RosterQuery) -> AnyView {
    let sorted = |label: &str, sort: RosterSort| {
        let direction = (query.sort == sort).then_some(!query.down);
        Column::new(label).sorted(query.sorted_by(sort).path(slug), direction)
    };
    let columns = vec![
        sorted("Learner", RosterSort::Name),
        sorted("Status", RosterSort::Status),
        sorted("Last seen", RosterSort::Seen),
        sorted("Active, 7 days", RosterSort::Minutes).figures(),
        sorted("Progress", RosterSort::Progress).figures(),
        Column::new("Quizzes, 7 days").figures(),
        Column::new("Questions").figures(),
        Column::new("Cold calls").figures(),
    ];
    if lines.is_empty() {
        let (title, text) = match query.q.is_empty() && query.status.is_none() {
            true => ("No learners yet", "Learners appear here once they enroll."),
            false => (
                "No learners found",
                "Try a different search, or view all learners.",
            ),
        };
        let empty = view! { <EmptyState glyph=Glyph::User title=title text=text /> }.erase();
        return view! { <Table label="Learners" columns=columns empty=empty /> }.erase();
    }
    let rows = lines.into_iter().map(|line| row(slug, line)).collect_view();
    view! {
        <Table label="Learners" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn row(slug: &str, line: RosterLine) -> AnyView {
    let seen = match line.seen {
        Some((words, exact)) => view! { <time datetime=exact>{words}</time> }.erase(),
        None => view! { <span class="soft">"Not yet"</span> }.erase(),
    };
    let quizzes = match (line.passed, line.failed) {
        (0, 0) => "–".to_owned(),
        (passed, failed) => format!("{passed} of {}", passed + failed),
    };
    let timeline = timeline_path(slug, &line.username);
    let label = format!("Timeline of {}", line.name);
    view! {
        <tr>
            <th scope="row">
                <a href=learner_path(slug, &line.username)>
                    <bdi>{line.name}</bdi>
                </a>
                <span class="soft activity-email">{line.email}</span>
            </th>
            <td data-label="Status">
                <Badge tone=line.status.tone() text=line.status.label() />
                <span class="activity-reason">{line.reason}</span>
                <a href=timeline aria-label=label>
                    "Timeline"
                </a>
            </td>
            <td data-label="Last seen">{seen}</td>
            <td class="r" data-label="Active, 7 days">
                {minutes_text(line.minutes)}
            </td>
            <td class="r" data-label="Progress">
                {format!("{}%", line.done)}
            </td>
            <td class="r" data-label="Quizzes passed, 7 days">
                {quizzes}
            </td>
            <td class="r" data-label="Questions, 7 days">
                {line.asked}
            </td>
            <td class="r" data-label="Cold calls, 7 days">
                {line.answered}
            </td>
        </tr>
    }
    .erase()
}

fn limits_form(slug: &str, rules: StatusRules, (form, again): LimitsForm) -> AnyView {
    let course = slug.to_owned();
    let fields = StatusRules::FIELDS
        .into_iter()
        .zip(rules.values())
        .map(|((name, label, ..), value)| {
            let name = format!("limits[{name}]");
            let (value, error) = (form.value(&name, &value.to_string()), form.error(&name));
            view! { <Field name=name label=label value=value error=error required=true autocomplete="off" /> }
        })
        .collect_view();
    let is_open = move || {
        let mut fields = StatusRules::FIELDS.into_iter();
        form.done().get()
            || fields.any(|(name, ..)| form.error(&format!("limits[{name}]")).get().is_some())
    };
    view! {
        <details class="activity-limits" open=is_open>
            <summary>"When a learner is drifting, gone, or in friction"</summary>
            <Form form=form class="stack" on_done=again>
                <input type="hidden" name="course" value=course.clone() />
                {form.said("Saved. The list above follows the new limits.")}
                <div class="activity-limit-fields">{fields}</div>
                <div class="form-foot">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>"Save limits"</Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}
