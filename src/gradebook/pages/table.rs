//! Table of a course's learners, with search, filters and sorting.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::ratings::opinions;
use crate::cohort::teach::home::announcements_path;
use crate::course::SEARCH_CHARACTERS;
use crate::gradebook::api::load_gradebook;
use crate::gradebook::grading::grading_path;
use crate::gradebook::messages::CourseReceivers;
use crate::gradebook::{
    Cell, CellState, GradebookPage, GradebookQuery, LearnerFilter, LearnerRow, LearnerSort, PAGE,
    learner_path,
};
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Glyph, Icon, Page, Pagination, Table,
    Tone, VisuallyHidden, loaded, page_resource, path_part,
};
use crate::teaching::Area;
use crate::teaching::pages::frame;

pub fn gradebook_page() -> AnyView {
    let course = path_part("course");
    let query = Memo::new(|_| asked());
    let page = page_resource(
        move || (course.get(), query.get()),
        |(course, query)| load_gradebook(course, query),
    );
    view! { <Page title="Gradebook">{loaded(page, move |page| gradebook(page, query.get_untracked()))}</Page> }
    .erase()
}

/// Reads the query from the page's address.
fn asked() -> GradebookQuery {
    let number = |typed: Option<String>| {
        typed
            .and_then(|page| page.parse().ok())
            .map_or(0, |page: u32| page.saturating_sub(1))
    };
    use_query_map().with(|query| GradebookQuery {
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        filter: LearnerFilter::parse(&query.get("filter").unwrap_or_default()),
        sort: LearnerSort::parse(&query.get("sort").unwrap_or_default()),
        down: query.get("down").is_some(),
        page: number(query.get("page")),
        said: number(query.get("said")),
    })
}

fn gradebook(page: GradebookPage, query: GradebookQuery) -> AnyView {
    let (slug, title) = (page.course_slug.clone(), page.course_title.clone());
    let query = query.on_page(page.page);
    let said = match page.total {
        1 => "1 learner".to_owned(),
        total => format!("{total} learners"),
    };
    let on = |page| query.on_page(page).path(&slug);
    let previous = match query.page {
        0 => String::new(),
        page => on(page - 1),
    };
    let next = match (i64::from(query.page) + 1) * PAGE < page.total {
        true => on(query.page + 1),
        false => String::new(),
    };
    let file = query.csv_path(&slug);
    let (write, write_path) = write(&query, page.total, &slug);
    let opinions = page
        .opinions
        .clone()
        .map(|said| opinions(said, &slug, &query));
    let inside = view! {
        {tools(&slug, &query)}
        <div class="row gradebook-head">
            <p class="soft grow" role="status">
                {said}
            </p>
            <Button kind=ButtonKind::Secondary href=write_path>
                {write}
            </Button>
            <Button kind=ButtonKind::Secondary href=announcements_path(&slug, None)>
                "Announcements"
            </Button>
            <Button kind=ButtonKind::Secondary href=grading_path(&slug)>
                "Grading"
            </Button>
            // Not a page of the app, so the browser itself has to fetch the file.
            <a class="btn second" href=file rel="external" download>
                <Icon glyph=Glyph::Download />
                "CSV"
            </a>
        </div>
        {table(page, &query)}
        <Pagination previous=previous next=next />
        {opinions}
    };
    frame(&slug, &title, Area::Learners, inside.erase())
}

/// Label and address of the link to a message to the learners of the list.
fn write(query: &GradebookQuery, total: i64, slug: &str) -> (String, String) {
    let label = match total {
        0 => "Messages".to_owned(),
        1 => "Write to this learner".to_owned(),
        total => format!("Write to these {total} learners"),
    };
    (label, CourseReceivers::listed(query).path(slug))
}

fn tools(slug: &str, query: &GradebookQuery) -> AnyView {
    let chips = LearnerFilter::ALL.map(|filter| {
        let here = query.filter == filter;
        let href = GradebookQuery {
            filter,
            page: 0,
            ..query.clone()
        }
        .path(slug);
        view! {
            <a class="chip" href=href aria-current=here.then_some("true")>
                {filter.label()}
            </a>
        }
    });
    let hidden = |name: &'static str, value: &'static str| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    };
    view! {
        <form class="tools" role="search" method="get" action=Area::Learners.path(slug)>
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
            {hidden("filter", query.filter.name())}
            {hidden("sort", query.sort.name())}
            {hidden("down", if query.down { "yes" } else { "" })}
            <Button kind=ButtonKind::Secondary>"Search"</Button>
            <div class="chips" role="group" aria-label="Filter">
                {chips.collect_view()}
            </div>
        </form>
    }
    .erase()
}

fn table(page: GradebookPage, query: &GradebookQuery) -> AnyView {
    let slug = page.course_slug;
    let sorting = |sort: LearnerSort| {
        let direction = (query.sort == sort).then_some(!query.down);
        Column::new(sort.label()).sorted(query.sorted_by(sort).path(&slug), direction)
    };
    let grade = page.has_grade.then(|| Column::new("Grade"));
    let columns: Vec<Column> = LearnerSort::ALL
        .map(sorting)
        .into_iter()
        .chain(grade)
        .chain(page.columns.iter().map(|column| Column::new(&column.label)))
        .collect();
    let empty = page.learners.is_empty().then(|| match query.q.is_empty() && query.filter == LearnerFilter::All {
        true => view! { <EmptyState glyph=Glyph::User title="No learners yet" text="Learners appear here once they enroll." /> },
        false => view! { <EmptyState glyph=Glyph::User title="No learners found" text="Try a different search, or view all learners." /> },
    }.erase());
    let rows = page
        .learners
        .into_iter()
        .map(|learner| row(&slug, learner, page.has_grade))
        .collect_view();
    let titles: Vec<String> = page
        .columns
        .into_iter()
        .map(|column| column.title)
        .collect();
    let legend = (!titles.is_empty()).then(|| legend(titles));
    let table = match empty {
        Some(empty) => {
            view! { <Table label="Learners" columns=columns on_page=true empty=empty /> }.erase()
        }
        None => {
            view! { <Table label="Learners" columns=columns on_page=true>{rows}</Table> }.erase()
        }
    };
    view! { {table} {legend} }.erase()
}

/// Explains the signs of the cells and the short titles of the columns.
fn legend(titles: Vec<String>) -> AnyView {
    let signs = [CellState::Passed, CellState::Failed, CellState::Running].map(|state| {
        view! { <span class=class(state)>{sign(state)} {state.label()}</span> }
    });
    let titles = titles
        .into_iter()
        .map(|title| view! { <li>{title}</li> })
        .collect_view();
    view! {
        <div class="stack gradebook-legend">
            <p class="row soft">{signs.collect_view()}</p>
            <details class="soft">
                <summary>"Column titles"</summary>
                <ul>{titles}</ul>
            </details>
        </div>
    }
    .erase()
}

fn class(state: CellState) -> &'static str {
    match state {
        CellState::Passed => "grade ok",
        CellState::Failed | CellState::Missing => "grade danger",
        CellState::Running | CellState::Waiting => "grade warn",
        CellState::Excused | CellState::NotAttempted => "grade soft",
        CellState::Marked => "grade",
    }
}

fn sign(state: CellState) -> AnyView {
    match state {
        CellState::Passed => view! { <Icon glyph=Glyph::Check /> }.erase(),
        CellState::Failed | CellState::Missing => view! { <Icon glyph=Glyph::Close /> }.erase(),
        CellState::Running | CellState::Waiting => view! { <Icon glyph=Glyph::Clock /> }.erase(),
        CellState::Excused | CellState::Marked => ().erase(),
        CellState::NotAttempted => view! { <span aria-hidden="true">"–"</span> }.erase(),
    }
}

/// Shows a result in little room: the score with a sign for the state.
fn grade(cell: Cell) -> AnyView {
    let state = cell.state;
    let score = cell
        .score
        .map(|score| view! { <span class="num">{format!("{score}%")}</span> });
    // There is no sign for an excuse, so it is written out.
    let label = match state {
        CellState::Excused => view! { <span>{state.label()}</span> }.erase(),
        _ => view! { <VisuallyHidden>{state.label()}</VisuallyHidden> }.erase(),
    };
    view! {
        <span class=class(state) title=state.label()>
            {sign(state)}
            {score}
            {label}
        </span>
    }
    .erase()
}

fn row(slug: &str, learner: LearnerRow, has_grade: bool) -> AnyView {
    let percent =
        |number: Option<i32>| number.map_or("–".to_owned(), |number| format!("{number}%"));
    let grade_cell = has_grade.then(|| view! { <td class="num">{percent(learner.grade)}</td> });
    let badge = match (learner.is_completed, learner.is_stuck) {
        (_, true) => Some((Tone::Warn, "Stuck")),
        (true, _) => Some((Tone::Ok, "Completed")),
        _ => None,
    };
    let active = match learner.last_active {
        Some((words, exactly)) => view! { <time datetime=exactly>{words}</time> }.erase(),
        None => view! { <span class="soft">"–"</span> }.erase(),
    };
    let cells = learner
        .cells
        .into_iter()
        .map(|cell| view! { <td>{grade(cell)}</td> })
        .collect_view();
    view! {
        <tr>
            <th scope="row">
                <a href=learner_path(slug, &learner.username)>{learner.name}</a>
                {badge.map(|(tone, text)| view! { <Badge tone=tone text=text /> })}
                <span class="soft gradebook-email">{learner.email}</span>
            </th>
            <td class="num">{format!("{}%", learner.done)}</td>
            <td>{active}</td>
            <td class="num">{percent(learner.score)}</td>
            {grade_cell}
            {cells}
        </tr>
    }
    .erase()
}
